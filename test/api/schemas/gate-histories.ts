import { existsSync, readFileSync } from "node:fs";
import { minorOfModule } from "./openapi-documents.js";

/** From and to which minor version a gate is on by default. */
export interface GateRange {
  readonly from: number | null;
  readonly to?: number;
}

/** Files of a module that say which gates there are and whether they are on. */
const FILES = ["kube_features.go", "versioned_kube_features.go"];
const CONSTANT = /^\t(\w+)\s+featuregate\.Feature\s*=\s*"(\w+)"/gm;
/** `Name: {Default: true, …}`, as until 1.31. */
const SINGLE = /^\t(?:\w+\.)?(\w+):\s*\{\s*Default:\s*(true|false)/gm;
/** `Name: {` and a line for each version in which it changed, as from 1.32 on. */
const VERSIONED = /^\t(?:\w+\.)?(\w+):\s*\{\n((?:\t\t.*\n)+?)\t\}/gm;
const CHANGE = /Version: version\.MustParse\("1\.(\d+)"\), Default: (true|false)/g;

/** When each of the gates is on by default, over the modules of consecutive minor versions. */
export function gateHistories(
  folders: readonly string[],
  names: readonly string[],
): Readonly<Record<string, GateRange>> {
  const modules = folders
    .map((folder) => ({ minor: minorOfModule(folder), defaults: defaultsOf(folder) }))
    .sort((a, b) => a.minor - b.minor);
  return Object.fromEntries(names.map((name) => [name, rangeOf(name, modules)]));
}

function rangeOf(
  name: string,
  modules: readonly { readonly minor: number; readonly defaults: ReadonlyMap<string, boolean> }[],
): GateRange {
  const known = modules.filter(({ defaults }) => defaults.has(name));
  if (known.length === 0) throw new Error(`no version has the gate ${name}`);
  const on = known.filter(({ defaults }) => defaults.get(name)).map(({ minor }) => minor);
  const [from = null] = on;
  const last = known.at(-1)!.minor;
  // A gate goes when what it guards is there for good, or given up.
  const to = on.at(-1) === last || from === null ? undefined : on.at(-1);
  return to === undefined ? { from } : { from, to };
}

function defaultsOf(folder: string): ReadonlyMap<string, boolean> {
  const minor = minorOfModule(folder);
  const defaults = new Map<string, boolean>();
  for (const file of FILES) {
    const path = `${folder}/pkg/features/${file}`;
    if (!existsSync(path)) continue;
    const text = readFileSync(path, "utf8");
    const named = new Map([...text.matchAll(CONSTANT)].map(([, name, gate]) => [name!, gate!]));
    const set = (name: string, isOn: boolean) => defaults.set(named.get(name) ?? name, isOn);
    for (const [, name = "", isOn] of text.matchAll(SINGLE)) set(name, isOn === "true");
    for (const [, name = "", body = ""] of text.matchAll(VERSIONED)) {
      const changes = [...body.matchAll(CHANGE)].filter(([, since]) => Number(since) <= minor);
      if (body.includes("Version:")) set(name, changes.at(-1)?.[2] === "true");
    }
  }
  return defaults;
}
