import { World } from "./assemble/world.js";
import type { Issue } from "./issue.js";
import type { FileSystem } from "./load/file-system.js";
import { scenarioFromManifests } from "./load/from-manifests.js";
import { InputFiles } from "./load/input-files.js";
import { loadExperiment } from "./load/load-experiment.js";
import { type Role, roleOf } from "./load/load-run.js";
import { loadScenario } from "./load/load-scenario.js";
import { loadVariants } from "./load/load-variants.js";
import type { LoadOutcome } from "./load/loaded-scenario.js";
import { filesIn } from "./load/manifests.js";
import { fileIssue, NO_PATH } from "./load/read-text.js";

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

const NOTHING: Findings = { issues: [], notes: [], unknownFields: [] };

/** Paths that are checked as one, or what is wrong with a path. */
type Part = { readonly role: Role; readonly paths: string[] } | { readonly issues: Issue[] };

/**
 * Every finding in scenario files, manifests and folders of either, in the order of the paths: all that a
 * run would say before its first event. Manifests that one run would take are checked together, and may
 * lack nodes; in a folder with scenarios each file is checked by itself.
 */
export async function validateFiles(
  paths: readonly string[],
  options: ValidateOptions,
): Promise<Findings> {
  const issues: Issue[] = [];
  const notes: Issue[] = [];
  const unknownFields: Issue[] = [];
  for (const part of await partsOf(paths, options)) {
    const found = "issues" in part ? { ...NOTHING, ...part } : await check(part, options);
    issues.push(...found.issues);
    notes.push(...found.notes);
    unknownFields.push(...found.unknownFields);
  }
  return { issues, notes, unknownFields };
}

async function partsOf(
  paths: readonly string[],
  options: ValidateOptions,
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  const plain = { role: "manifests" as const, paths: [] as string[] };
  const wrong = (issue: Issue) => parts.push({ issues: [issue] });
  for (const path of paths) {
    const { kind } = path === "" ? { kind: "" } : await options.files.look(path);
    if (kind === "") wrong(NO_PATH);
    else if (kind === "missing") wrong(fileIssue(path, "there is no such file or folder"));
    else if (kind === "folder") {
      const inside = await filesOf(path, options);
      if (inside.every((part) => "role" in part && part.role === "manifests")) {
        plain.paths.push(path);
      } else {
        parts.push(...inside);
      }
    } else {
      const role = await roleOf(options.files, path);
      if (role === "manifests") plain.paths.push(path);
      else parts.push({ role, paths: [path] });
    }
    if (plain.paths.length === 1 && !parts.includes(plain)) parts.push(plain);
  }
  return parts;
}

/** The files of a folder, each by itself. */
async function filesOf(
  folder: string,
  { files, dataFolder }: ValidateOptions,
): Promise<readonly Part[]> {
  const inputs = new InputFiles(files, { folder: ".", dataFolder });
  const issues: Issue[] = [];
  const parts: Part[] = [];
  for await (const { path } of filesIn(inputs, inputs.find(folder), issues)) {
    parts.push({ role: await roleOf(files, path), paths: [path] });
  }
  if (parts.length === 0 && issues.length === 0) {
    issues.push(fileIssue(folder, "holds no YAML or JSON file"));
  }
  return issues.length === 0 ? parts : [{ issues }, ...parts];
}

async function check(
  { role, paths }: Exclude<Part, { issues: Issue[] }>,
  options: ValidateOptions,
): Promise<Findings> {
  if (role === "experiment") {
    const experiment = await loadExperiment(options.files, paths[0]!);
    if (!("variants" in experiment)) return { ...NOTHING, issues: experiment };
    const checked = await loadVariants(experiment, options);
    return checked.outcome === "refused" ? { ...NOTHING, issues: checked.issues } : NOTHING;
  }
  const outcome: LoadOutcome =
    role === "scenario"
      ? await loadScenario(paths[0]!, options)
      : await scenarioFromManifests(paths, { ...options, mayLackNodes: true });
  if (outcome.outcome === "refused") return { ...NOTHING, issues: outcome.issues };
  if (outcome.outcome === "skipped") return NOTHING;
  const { loaded } = outcome;
  const world = await World.build(loaded, { events: null, isMeasured: false });
  const { notes, unknownFields } = loaded;
  return { issues: world instanceof World ? [] : world, notes, unknownFields };
}
