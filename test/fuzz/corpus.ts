import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Dice } from "./dice.js";

/** Files of one call, by their path in its folder. */
export type Files = Map<string, Buffer>;

/** A good input: what a call names, and all files that it needs. */
export interface Base {
  readonly main: string;
  readonly files: ReadonlyMap<string, Buffer>;
  /** `--nodes`, for plain manifests. */
  readonly nodes?: string;
}

/** Folders whose files belong together; each scenario in them is an input. */
const FOLDERS = [
  "scenarios",
  "scenarios/explain",
  "test/coverage/scenarios",
  "test/cli/hostile",
  "test/fuzz/corpus",
];
/** Folders of plain manifests. */
const MANIFESTS = ["scenarios/apps/ferry", "test/coverage/scenarios/apps", "test/cli/hostile"];
const MAX_BYTES = 200_000;

export function goodInputs(): readonly Base[] {
  const scenarios = FOLDERS.flatMap((folder) => {
    const files = filesBelow(folder);
    return [...files]
      .filter(([name, text]) => !name.includes("/") && text.includes("kind: Scenario"))
      .map(([name]) => ({ main: name, files }));
  });
  const manifests = MANIFESTS.flatMap((folder) =>
    [...filesBelow(folder)]
      .filter(
        ([name, text]) =>
          name.endsWith(".yaml") && !/kind: \w*(Scenario|Configuration)/.test(String(text)),
      )
      .map(([name, text]) => ({
        main: basename(name),
        files: new Map([[basename(name), text]]),
        nodes: "2x4cpu,8Gi",
      })),
  );
  const dump = readFileSync("test/fuzz/corpus/dump.yaml");
  return [...scenarios, ...manifests, { main: "dump.yaml", files: new Map([["dump.yaml", dump]]) }];
}

/** Any other file of the corpus, to take parts from. */
export function otherText(bases: readonly Base[], dice: Dice): string {
  const { files } = dice.one(bases);
  return dice.one([...files.values()]).toString("utf8");
}

function filesBelow(folder: string): ReadonlyMap<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return new Map(
    names
      .map((name) => [name, join(folder, name)] as const)
      .filter(([, path]) => statSync(path).isFile() && statSync(path).size < MAX_BYTES)
      .map(([name, path]) => [name, readFileSync(path)]),
  );
}

/** Files that a call reads, most often its main one: those are worth changing. */
export function fileToChange(base: Base, dice: Dice): string {
  const { main, files } = base;
  if (dice.chance(0.5)) return main;
  const named = [...files.keys()].filter((name) => isNamed(base, name));
  return named.length === 0 ? main : dice.one(named);
}

/** Whether the main file says the name of another, or of a folder that it is in. */
export function isNamed({ main, files }: Base, name: string): boolean {
  const text = files.get(main)!.toString("utf8");
  const folder = dirname(name);
  return text.includes(basename(name)) || (folder !== "." && text.includes(`${folder}/]`));
}
