import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { printable } from "../base/printable.js";
import type { InputHash } from "../scenario/load/input-files.js";
import type { Issue } from "../scenario/issue.js";

/** What a run is made from. */
export interface RunInput {
  /** Scenario file or manifests, as the user named them; `-` is standard input. */
  readonly paths: readonly string[];
  inputHashes(): Promise<readonly InputHash[]>;
}

const STANDARD_INPUT = "-";

/** The paths as `timing.json` has them: from the folder of all results, so that both may move together. */
export function pathsFrom(out: string, paths: readonly string[]): readonly string[] {
  return paths.map((path) =>
    path === STANDARD_INPUT ? path : relative(resolve(out), resolve(path)).replaceAll("\\", "/"),
  );
}

/**
 * Why results must not take the place of those in `folder`: they are of another input, which is still there, under
 * the same name. Null where they may: of the same paths, however changed, or of the same content.
 */
export async function otherInputIn(
  folder: string,
  out: string,
  { paths, inputHashes }: RunInput,
): Promise<Issue | null> {
  const before = pathsIn(folder);
  const now = pathsFrom(out, paths);
  if (before.length === 0 || before.some((path) => now.includes(path))) return null;
  const theirs = before.map((path) => (path === STANDARD_INPUT ? path : join(out, path)));
  if (!theirs.every((path) => path === STANDARD_INPUT || existsSync(path))) return null;
  if (contentOf(await inputHashes()) === contentIn(folder)) return null;
  const message = `holds the results of ${shown(theirs)}, which those of ${shown(paths)} would replace: name another folder with --out, or give the two names of their own`;
  return { file: folder, line: 0, column: 0, path: "", value: "", message };
}

function shown(paths: readonly string[]): string {
  const names = paths.map((path) => (path === STANDARD_INPUT ? "standard input" : path));
  return printable(names.join(", "));
}

/** None where nothing is told of it. */
function pathsIn(folder: string): readonly string[] {
  const { inputs } = jsonIn(folder, "timing.json") as { readonly inputs?: unknown };
  return Array.isArray(inputs) && inputs.every((path) => typeof path === "string") ? inputs : [];
}

function contentIn(folder: string): string {
  const { inputs } = jsonIn(folder, "run.json") as { readonly inputs?: readonly InputHash[] };
  return contentOf(Array.isArray(inputs) ? inputs : []);
}

/** Names aside, for they depend on where the files are. */
function contentOf(inputs: readonly InputHash[]): string {
  return inputs
    .map(({ sha256 }) => sha256)
    .sort()
    .join();
}

function jsonIn(folder: string, name: string): object {
  try {
    return (JSON.parse(readFileSync(join(folder, name), "utf8")) as object | null) ?? {};
  } catch {
    return {};
  }
}
