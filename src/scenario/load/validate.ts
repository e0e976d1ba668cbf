import type { Issue } from "../issue.js";
import type { FileSystem } from "./file-system.js";
import { InputFiles, type NamedFile } from "./input-files.js";
import { loadScenario } from "./load-scenario.js";
import { roleOf } from "./load-run.js";
import { filesIn, loadManifests } from "./manifests.js";
import { manifestFlaws } from "./object-check.js";
import { fileIssue, NO_PATH } from "./read-text.js";

interface ValidateOptions {
  readonly files: FileSystem;
  readonly dataFolder: string;
}

/** What was found in files: what is wrong, and what is hardly meant so. */
export interface Findings {
  readonly issues: readonly Issue[];
  readonly notes: readonly Issue[];
}

/** Every finding in scenario files, manifests and folders of either, in the order of the paths. */
export async function validateFiles(
  paths: readonly string[],
  options: ValidateOptions,
): Promise<Findings> {
  const issues: Issue[] = [];
  const notes: Issue[] = [];
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
    }
    if (count === 0) issues.push(fileIssue(named.shown, "holds no YAML or JSON file"));
  }
  return { issues, notes };
}

async function validateFile(
  file: NamedFile,
  inputs: InputFiles,
  options: ValidateOptions,
): Promise<Findings> {
  const role = await roleOf(options.files, file.path);
  if (role === "experiment") {
    const message = "not supported yet: an Experiment; expected a Scenario";
    return { issues: [fileIssue(file.shown, message)], notes: [] };
  }
  if (role === "scenario") {
    const loaded = await loadScenario(file.path, options);
    const issues = loaded.outcome === "refused" ? loaded.issues : [];
    return { issues, notes: loaded.outcome === "loaded" ? loaded.loaded.notes : [] };
  }
  const { issues } = await loadManifests(inputs, [file], manifestFlaws);
  return { issues, notes: [] };
}
