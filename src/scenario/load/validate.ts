import { CoverageReport } from "../coverage.js";
import type { Issue } from "../issue.js";
import type { FileSystem } from "./file-system.js";
import { InputFiles, type NamedFile } from "./input-files.js";
import { loadExperiment } from "./load-experiment.js";
import { roleOf } from "./load-run.js";
import { loadScenario } from "./load-scenario.js";
import { loadVariants } from "./load-variants.js";
import type { LoadedScenario } from "./loaded-scenario.js";
import { filesIn, loadManifests } from "./manifests.js";
import { manifestFlaws } from "./object-check.js";
import { ObjectScreen } from "./object-screen.js";
import { fileIssue, NO_PATH } from "./read-text.js";
import { DEFAULT_MINOR } from "./resolve-scenario.js";

interface ValidateOptions {
  readonly files: FileSystem;
  readonly dataFolder: string;
}

/** What was found in files: what is wrong, and what is hardly meant so. */
export interface Findings {
  readonly issues: readonly Issue[];
  readonly notes: readonly Issue[];
  /** Keys that Kubernetes does not know. */
  readonly unknownFields: readonly Issue[];
}

/** Every finding in scenario files, manifests and folders of either, in the order of the paths. */
export async function validateFiles(
  paths: readonly string[],
  options: ValidateOptions,
): Promise<Findings> {
  const issues: Issue[] = [];
  const notes: Issue[] = [];
  const unknownFields: Issue[] = [];
  const inputs = new InputFiles(options.files, { folder: ".", dataFolder: options.dataFolder });
  for (const path of paths) {
    if (path === "") {
      issues.push(NO_PATH);
      continue;
    }
    const named = inputs.find(path);
    let count = 0;
    for await (const file of filesIn(inputs, named, 0, issues)) {
      count++;
      const found = await validateFile(file, inputs, options);
      issues.push(...found.issues);
      notes.push(...found.notes);
      unknownFields.push(...found.unknownFields);
    }
    if (count === 0) issues.push(fileIssue(named.shown, "holds no YAML or JSON file"));
  }
  return { issues, notes, unknownFields };
}

const NOTHING: Findings = { issues: [], notes: [], unknownFields: [] };

function told({ notes, unknownFields }: LoadedScenario): Omit<Findings, "issues"> {
  return { notes, unknownFields };
}

async function validateFile(
  file: NamedFile,
  inputs: InputFiles,
  options: ValidateOptions,
): Promise<Findings> {
  const role = await roleOf(options.files, file.path);
  if (role === "experiment") {
    const experiment = await loadExperiment(options.files, file.path);
    if (!("variants" in experiment)) return { ...NOTHING, issues: experiment };
    const checked = await loadVariants(experiment, options);
    return checked.outcome === "refused" ? { ...NOTHING, issues: checked.issues } : NOTHING;
  }
  if (role === "scenario") {
    const loaded = await loadScenario(file.path, options);
    if (loaded.outcome === "refused") return { ...NOTHING, issues: loaded.issues };
    return loaded.outcome === "loaded" ? { issues: [], ...told(loaded.loaded) } : NOTHING;
  }
  const screen = new ObjectScreen(DEFAULT_MINOR, new CoverageReport());
  const reader = { screen, isState: false, check: manifestFlaws };
  const { issues } = await loadManifests(inputs, [file], reader);
  return { issues, notes: screen.droppedFields(), unknownFields: screen.unknownFields() };
}
