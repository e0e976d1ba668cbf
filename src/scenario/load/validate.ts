import type { Issue } from "../issue.js";
import type { FileSystem } from "./file-system.js";
import { InputFiles, type NamedFile } from "./input-files.js";
import { loadScenario } from "./load-scenario.js";
import { roleOf } from "./load-run.js";
import { filesIn, loadManifests } from "./manifests.js";
import { manifestFlaws } from "./object-check.js";
import { fileIssue } from "./read-text.js";

interface ValidateOptions {
  readonly files: FileSystem;
  readonly dataFolder: string;
}

/** Every issue of scenario files, manifests and folders of either, in the order of the paths. */
export async function validateFiles(
  paths: readonly string[],
  options: ValidateOptions,
): Promise<readonly Issue[]> {
  const issues: Issue[] = [];
  const inputs = new InputFiles(options.files, { folder: ".", dataFolder: options.dataFolder });
  for (const path of paths) {
    const named = inputs.find(path);
    let count = 0;
    for await (const file of filesIn(inputs, named, 0, issues)) {
      count++;
      issues.push(...(await validateFile(file, inputs, options)));
    }
    if (count === 0) issues.push(fileIssue(named.shown, "holds no YAML or JSON file"));
  }
  return issues;
}

async function validateFile(
  file: NamedFile,
  inputs: InputFiles,
  options: ValidateOptions,
): Promise<readonly Issue[]> {
  const role = await roleOf(options.files, file.path);
  if (role === "experiment") {
    return [fileIssue(file.shown, "not supported yet: an Experiment; expected a Scenario")];
  }
  if (role === "scenario") {
    const loaded = await loadScenario(file.path, options);
    return loaded.outcome === "refused" ? loaded.issues : [];
  }
  return (await loadManifests(inputs, [file], manifestFlaws)).issues;
}
