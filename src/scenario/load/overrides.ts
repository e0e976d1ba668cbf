import { nearestName } from "../../base/near-name.js";
import type { Issue } from "../issue.js";
import { showValue } from "./value-path.js";
import { type Path, parseYaml } from "./yaml-source.js";

/** A `--set path=value` that was laid over a document. */
export interface Override {
  /** As given on the command line. */
  readonly text: string;
  /** From the root of the document, list elements by index. */
  readonly path: Path;
}

type Container = Record<string | number, unknown>;

/** `a.b["c.d"][0]` as its parts; undefined when it is no path. */
function partsOf(path: string): readonly string[] | undefined {
  const parts: string[] = [];
  const form = /\.?([^.[\]]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/gy;
  let end = 0;
  for (const match of path.matchAll(form)) {
    parts.push(match[1] ?? match[2] ?? match[3]!.replace(/\\(.)/g, "$1"));
    end = match.index + match[0].length;
  }
  return parts.length > 0 && end === path.length && !path.startsWith(".") ? parts : undefined;
}

/** YAML's reading of the value, except where that would lose characters of it (1.30). */
function readValue(text: string): unknown {
  const { documents, issues } = parseYaml(text, { file: "" });
  // An empty value, or null, is null.
  if (issues.length > 0 || documents.length > 1) return text;
  const value: unknown = documents[0]?.value ?? null;
  return typeof value === "number" && String(value) !== text.trim() ? text : value;
}

function nameOf(element: unknown): string | undefined {
  if (typeof element !== "object" || element === null) return undefined;
  const { name } = element as { name?: unknown };
  return typeof name === "string" ? name : undefined;
}

/** The index of a list's element by its `name`, else by its number; or what there is instead. */
function elementAt(list: readonly unknown[], part: string): number | string {
  const byName = list.findIndex((element) => nameOf(element) === part);
  if (byName >= 0) return byName;
  if (/^\d+$/.test(part) && Number(part) < list.length) return Number(part);
  const names = list.map(nameOf).filter((name) => name !== undefined);
  if (list.length === 0) return "the list is empty";
  if (names.length === 0) return `there are the elements 0 to ${list.length - 1}`;
  return `there are ${names.join(", ")}; the nearest is \`${nearestName(part, names)}\``;
}

function step(
  holder: Container | unknown[],
  part: string,
  trail: string,
): { readonly key: string | number } | { readonly problem: string } {
  if (!Array.isArray(holder)) return { key: part };
  const found = elementAt(holder, part);
  return typeof found === "number"
    ? { key: found }
    : { problem: `no element \`${part}\` in ${trail}: ${found}` };
}

function assign(holder: Container, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Sets one value under `root.spec`; maps on the way are made, list elements must be there. */
function applyOne(root: Container, text: string): Override | string {
  const equals = text.indexOf("=");
  const parts = equals < 0 ? undefined : partsOf(text.slice(0, equals).trim());
  if (parts === undefined) {
    return "expected path=value, such as cluster.nodePools.general.nodes=20";
  }
  const rest = parts[0] === "spec" && parts.length > 1 ? parts.slice(1) : parts;
  const path: (string | number)[] = [];
  let holder: Container | unknown[] = root;
  let trail = "the scenario";
  for (const [i, part] of ["spec", ...rest].entries()) {
    const at = step(holder, part, trail);
    if ("problem" in at) return at.problem;
    path.push(at.key);
    trail = path.slice(1).join(".") || "spec";
    const fields = holder as Container;
    if (i === rest.length) {
      assign(fields, at.key, readValue(text.slice(equals + 1)));
      return { text, path };
    }
    const next: unknown = Object.hasOwn(fields, at.key) ? fields[at.key] : undefined;
    if (next === undefined || next === null) assign(fields, at.key, {});
    else if (typeof next !== "object") return `${trail} is ${showValue(next)}, not a map or list`;
    holder = fields[at.key] as Container | unknown[];
  }
  return "expected path=value";
}

/** Lays the settings over `root`, which is changed, in their order. */
export function applyOverrides(
  root: Record<string, unknown>,
  settings: readonly string[],
): { readonly overrides: readonly Override[]; readonly issues: readonly Issue[] } {
  const overrides: Override[] = [];
  const issues: Issue[] = [];
  for (const text of settings) {
    const applied = applyOne(root, text);
    if (typeof applied === "string") {
      const file = `--set ${text}`;
      issues.push({ file, line: 0, column: 0, path: "", value: "", message: applied });
    } else {
      overrides.push(applied);
    }
  }
  return { overrides, issues };
}
