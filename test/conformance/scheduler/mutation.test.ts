import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runSchedulerVector } from "./run.js";
import type { SchedulerVector } from "./vector.js";

const VECTORS = fileURLToPath(new URL("../vectors", import.meta.url));
const FOLDERS = readdirSync(VECTORS).filter((name) => name.startsWith("scheduler"));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

/** What stands at a place of a decision, with names and numbers of the instance taken out. */
function kindOf(path: Path): string {
  const kinds = path.map((part, i) => {
    if (typeof part === "number") return "[]";
    return path[i - 1] === "scores" && part !== "total" ? "<plugin>" : part;
  });
  return kinds.join(".").replaceAll(".[]", "[]");
}

/** Every place of a decision that holds a value, and every object and list itself. */
function* places(value: Json, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) yield* places(value[i]!, [...path, i]);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* places(inner, [...path, key]);
  }
}

/** Another value in place of the one that stands there. */
function altered(value: Json): Json {
  if (value === null) return "altered";
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return `${value}-altered`;
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return [...value, value[0] ?? "altered"];
  return { ...value, altered: 1 };
}

function withAltered(value: Json, path: Path): Json {
  const [first, ...rest] = path;
  if (first === undefined) return altered(value);
  if (Array.isArray(value))
    return value.with(first as number, withAltered(value[first as number]!, rest));
  const object = value as { [key: string]: Json };
  return { ...object, [first]: withAltered(object[first]!, rest) };
}

interface Mutant {
  readonly kind: string;
  readonly file: string;
  readonly index: number;
  readonly path: Path;
}

const load = (file: string): SchedulerVector =>
  JSON.parse(readFileSync(`${VECTORS}/${file}`, "utf8")) as SchedulerVector;

const files = FOLDERS.flatMap((folder) =>
  readdirSync(`${VECTORS}/${folder}`)
    .sort()
    .map((name) => `${folder}/${name}`),
);

/** One place of each kind that the vectors have, as early in its file as possible. */
function mutants(): readonly Mutant[] {
  const found = new Map<string, Mutant>();
  for (const file of files) {
    load(file).decisions.forEach((decision, index) => {
      for (const path of places(decision as unknown as Json)) {
        const kind = kindOf(path);
        const known = found.get(kind);
        if (known === undefined || index < known.index) {
          found.set(kind, { kind, file, index, path });
        }
      }
    });
  }
  return [...found.values()];
}

/** The vector up to the altered decision, and what the runner says of that decision. */
function failsWhenAltered({ file, index, path }: Mutant): boolean {
  const vector = load(file);
  const decisions = vector.decisions.slice(0, index + 1);
  const decision = withAltered(decisions[index] as unknown as Json, path);
  const mutated = { ...vector, decisions: decisions.with(index, decision as never) };
  const { failures } = runSchedulerVector(mutated);
  return failures.some(({ id }) => id.startsWith(`${index} `));
}

const MUTANTS = mutants();

describe("the runner turns red", () => {
  test("kinds of recorded keys were found", () => {
    const kinds = MUTANTS.map(({ kind }) => kind);
    for (const key of [
      "pod",
      "attempt",
      "profile",
      "bypass",
      "node",
      "ties",
      "nominatedNodeBefore",
      "nominatedNodeFit",
      "nodeHint",
      "feasible",
      "rejected[].reasons",
      "preFilter.code",
      "scores.<plugin>.raw",
      "scores.<plugin>.normalized",
      "scores.total",
      "message",
      "error",
      "preemption.candidates[].pdbViolations",
      "preemption.clearedNominations",
      "preemption.status",
      "provisioned",
      "evaluatedNodes",
      "nextStartNodeIndex",
    ]) {
      expect(kinds).toContain(key);
    }
  });

  test.each(MUTANTS)("when $kind is altered ($file, decision $index)", (mutant) => {
    expect(failsWhenAltered(mutant)).toBe(true);
  });

  test("when a decision has a key that nobody knows", () => {
    const vector = load("scheduler/fit-01.json");
    const decision = { ...vector.decisions[0]!, surprise: 1 };
    const { failures } = runSchedulerVector({ ...vector, decisions: [decision] });
    expect(failures[0]?.differences).toContain("surprise: a recorded key that is not known");
  });

  test("when the order of the nodes or a profile is another one", () => {
    const vector = load("scheduler/fit-01.json");
    const [first, ...rest] = vector.nodeOrder;
    expect(runSchedulerVector({ ...vector, nodeOrder: [...rest, first!] }).passed).toBe(0);
    expect(runSchedulerVector({ ...vector, profiles: {} }).passed).toBe(0);
  });

  test("when a decision is missing at the end", () => {
    const vector = load("scheduler/fit-01.json");
    const decisions = vector.decisions.slice(0, -1);
    expect(runSchedulerVector({ ...vector, decisions }).failures.map(({ id }) => id)).toEqual([
      "end",
    ]);
  });
});
