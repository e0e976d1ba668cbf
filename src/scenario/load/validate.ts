import type { Issue } from "../issue.js";
import type { FileSystem } from "./file-system.js";
import { InputFiles } from "./input-files.js";
import { loadScenario } from "./load-scenario.js";
import { roleOf } from "./load-run.js";
import { loadManifests } from "./manifests.js";
import { manifestFlaws } from "./object-check.js";
import { fileIssue } from "./read-text.js";

interface ValidateOptions {
  readonly files: FileSystem;
  readonly dataFolder: string;
}

/** Every issue of scenario files, manifests and folders of them, in the order of the paths. */
export async function validateFiles(
  paths: readonly string[],
  options: ValidateOptions,
): Promise<readonly Issue[]> {
  const issues: Issue[] = [];
  for (const path of paths) {
    const role = await roleOf(options.files, path);
    if (role === "experiment") {
      issues.push(fileIssue(path, "not supported yet: an Experiment; expected a Scenario"));
    } else if (role === "scenario") {
      const loaded = await loadScenario(path, options);
      if (loaded.outcome === "refused") issues.push(...loaded.issues);
    } else {
      const inputs = new InputFiles(options.files, { folder: ".", dataFolder: options.dataFolder });
      const read = await loadManifests(inputs, [inputs.find(path)], manifestFlaws);
      issues.push(...read.issues);
    }
  }
  return issues;
}
