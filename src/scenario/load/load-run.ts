import type { Issue } from "../issue.js";
import type { FileSystem } from "./file-system.js";
import { type ManifestOptions, scenarioFromManifests } from "./from-manifests.js";
import { shownPath } from "./input-files.js";
import { loadScenario } from "./load-scenario.js";
import type { LoadOutcome } from "./loaded-scenario.js";
import { fileIssue, NO_PATH } from "./read-text.js";
import { textBlocks } from "./text-stream.js";

export type Role = "scenario" | "experiment" | "manifests";

const PEEKED_CHARACTERS = 64 * 1024;
/** JSON on one line: among the first fields of the map that the file is. */
const IN_BRACES = "(?<![^])\\s*\\{[^{}]*?";
const OWN_VERSION = new RegExp(
  `(?:^[ \\t]*|${IN_BRACES})["']?apiVersion["']?\\s*:\\s*["']?seatrial\\b`,
  "m",
);
const OWN_KIND = new RegExp(
  `(?:^|${IN_BRACES})["']?kind["']?\\s*:\\s*["']?(Scenario|Experiment)\\b`,
  "m",
);

/** What a path holds, by its first lines; broken files are told apart as well as they show. */
export async function roleOf(files: FileSystem, path: string): Promise<Role> {
  const { kind } = await files.look(path);
  if (kind !== "file") return "manifests";
  let text = "";
  try {
    for await (const block of textBlocks(files, path)) {
      text += block;
      if (text.length >= PEEKED_CHARACTERS) break;
    }
  } catch {
    // Whoever reads it in earnest says what is wrong with it.
  }
  text = text.slice(0, PEEKED_CHARACTERS);
  const own = OWN_KIND.exec(text)?.[1];
  if (own === "Experiment") return "experiment";
  return own === "Scenario" || OWN_VERSION.test(text) ? "scenario" : "manifests";
}

/**
 * Everything that one command runs: each scenario by itself, and all other paths (manifests, folders
 * of them, dumps) together as one, in the place of the first of them.
 */
export async function loadRun(
  paths: readonly string[],
  options: ManifestOptions,
): Promise<readonly LoadOutcome[]> {
  const missing: Issue[] = [];
  for (const path of paths) {
    if (path === "") {
      missing.push(NO_PATH);
      continue;
    }
    const { kind } = await options.files.look(path);
    if (kind === "missing") missing.push(fileIssue(path, "there is no such file or folder"));
  }
  if (missing.length > 0) return [{ outcome: "refused", issues: missing }];
  const roles = new Map<string, Role>();
  for (const path of paths) roles.set(path, await roleOf(options.files, path));
  const plain = paths.filter((path) => roles.get(path) === "manifests");
  const outcomes: LoadOutcome[] = [];
  if (options.nodes !== undefined && plain.length === 0) {
    const message = "is for plain manifests; a scenario says its nodes in spec.cluster";
    const given = [options.nodes].flat().join(" --nodes ");
    outcomes.push({ outcome: "refused", issues: [fileIssue(`--nodes ${given}`, message)] });
  }
  for (const path of paths) {
    const role = roles.get(path);
    if (role === "experiment") {
      const shown = shownPath(path);
      const message = `is an Experiment: run it with \`seatrial sweep ${shown}\``;
      outcomes.push({ outcome: "refused", issues: [fileIssue(shown, message)] });
    } else if (role === "scenario") {
      outcomes.push(await loadScenario(path, options));
    } else if (path === plain[0]) {
      outcomes.push(await scenarioFromManifests(plain, options));
    }
  }
  return withUniqueNames(outcomes);
}

/** Results go by the scenario's name: a second one of a name in one command is refused. */
function withUniqueNames(outcomes: readonly LoadOutcome[]): readonly LoadOutcome[] {
  const names = new Set<string>();
  return outcomes.map((outcome) => {
    if (outcome.outcome !== "loaded") return outcome;
    const { name } = outcome.loaded.scenario;
    if (!names.has(name)) {
      names.add(name);
      return outcome;
    }
    const message = `two scenarios of this command are called \`${name}\`: give each a name of its own`;
    return { outcome: "refused", issues: [fileIssue(`scenario ${name}`, message)] };
  });
}
