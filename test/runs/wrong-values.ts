import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { ALL_KINDS } from "../../src/api/kinds.js";
import type { Manifest } from "../../src/api/kubernetes.js";
import { toManifest } from "../../src/api/manifest.js";
import type { AnyVersion } from "../../src/api/object-version.js";
import { World } from "../../src/scenario/assemble/world.js";
import { type FileSystem, nodeFileSystem } from "../../src/scenario/load/file-system.js";
import { loadRun } from "../../src/scenario/load/load-run.js";
import { loadedFrom, worldOf } from "./built-world.js";

const START_MS = Date.UTC(2026, 0, 1);
const FOLDER = "test/coverage/scenarios";
const MAX_EVENTS = 100_000;

const documentsOf = (path: string): unknown[] =>
  parseAllDocuments(readFileSync(path, "utf8"), { merge: true }).map((one) => one.toJS());
const yamlIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".yaml") && !name.startsWith("scheduler"))
    .map((name) => `${folder}/${name}`);

type Path = readonly (string | number)[];

/** Paths of all values of a document. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return [at, ...pathsIn(inside, at)];
  });
}

/** The document with another value at a path; undefined takes it away. */
function changed(document: unknown, path: Path, value: unknown): unknown {
  const copy = structuredClone(document);
  let holder = copy as Record<string | number, unknown>;
  for (const part of path.slice(0, -1)) holder = holder[part] as typeof holder;
  const last = path.at(-1)!;
  if (value !== undefined) holder[last] = value;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  return copy;
}

const WRONG: readonly unknown[] = [
  ...[undefined, null, true, 0, -1, 1.5, 1e308, Number.NaN, Number.POSITIVE_INFINITY],
  ...["", "x", "-1", "1e9", "99999999999999999999", "../x", "\u0000", "5m", "-5m", "1Gi", "100m"],
  ...["*", "150%", "Always", "Never", "2026-01-01T00:00:00Z", "x".repeat(300)],
  ...[[], {}, [null], [[]], { "": "" }, { a: null }, ["x", "x"]],
];

/** The machine's files, but for one. */
function filesWith(path: string, text: string): FileSystem {
  const bytes = new TextEncoder().encode(text);
  return {
    ...nodeFileSystem,
    look: async (asked) =>
      asked === path ? { kind: "file", sizeBytes: bytes.length } : nodeFileSystem.look(asked),
    read: async (asked) => (asked === path ? bytes : nodeFileSystem.read(asked)),
    async *stream(asked) {
      if (asked === path) yield bytes;
      else yield* nodeFileSystem.stream(asked);
    },
  };
}

/** Loads and runs a changed file; what is refused says so with words. */
async function tryOut(path: string, text: string, options: object): Promise<string> {
  const files = filesWith(path, text);
  const [outcome] = await loadRun([path], { files, dataFolder: "data", until: "3m", ...options });
  if (outcome?.outcome === "refused") {
    for (const { message } of outcome.issues) expect(message).not.toMatch(/^$|undefined|\[object/);
  }
  if (outcome?.outcome !== "loaded") return outcome!.outcome;
  const world = await World.build(outcome.loaded, { events: null });
  if (!(world instanceof World)) return "refused";
  let events = 0;
  world.ground.engine.onEvent(() => {
    events += 1;
    if (events === MAX_EVENTS) world.ground.engine.stop();
  });
  world.run();
  world.finish();
  return "ran";
}

/** The dumps of some small clusters, as lists of objects. */
async function dumps(): Promise<Manifest[][]> {
  const names = ["disruption", "preemption", "profiles", "spread", "volumes"];
  return Promise.all(
    names.map(async (name) => {
      const world = await worldOf(await loadedFrom([`${FOLDER}/${name}.yaml`], { until: "5m" }));
      world.run();
      const { store } = world.ground;
      return ALL_KINDS.flatMap((kind) =>
        [...store.table(kind)].map((object) => toManifest(object as AnyVersion, START_MS)),
      );
    }),
  );
}

/** For each value of a file in turn, or rather for some of them, something else in its place. */
const changes = (files: readonly string[]) =>
  fc
    .record({
      file: fc.constantFrom(...files),
      document: fc.nat(),
      path: fc.nat(),
      value: fc.constantFrom(...WRONG),
    })
    .map(({ file, document, path, value }) => {
      const documents = documentsOf(file);
      const at = document % documents.length;
      const paths = pathsIn(documents[at]);
      documents[at] = changed(documents[at], paths[path % paths.length]!, value);
      return { file, text: documents.map((one) => stringify(one)).join("---\n") };
    });

/** Tries so many changes of each kind of file, and of dumps, which take longer. */
export function testWrongValues(numRuns: number, numDumps = numRuns): void {
  describe("whatever stands in place of a value, it is refused with words or runs", () => {
    it.each([
      ["of a scenario", yamlIn(FOLDER), {}],
      ["of a manifest", yamlIn(`${FOLDER}/apps`), { nodes: "3x4cpu,16Gi" }],
    ])("%s", async (_, files, options) => {
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(changes(files), async ({ file, text }) => {
          seen.add(await tryOut(file, text, options));
        }),
        { seed: 26, numRuns },
      );
      expect([...seen].sort()).toEqual(["ran", "refused"]);
    });

    it("of a dump", async () => {
      const clusters = await dumps();
      const picks = fc.record({
        cluster: fc.constantFrom(...clusters),
        object: fc.nat(),
        path: fc.nat(),
        value: fc.constantFrom(...WRONG),
      });
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(picks, async ({ cluster, object, path, value }) => {
          const at = object % cluster.length;
          const paths = pathsIn(cluster[at]);
          const wrong = changed(cluster[at], paths[path % paths.length]!, value);
          const items = cluster.with(at, wrong as Manifest);
          const text = JSON.stringify({ apiVersion: "v1", kind: "List", items });
          seen.add(await tryOut("dump.json", text, {}));
        }),
        { seed: 26, numRuns: numDumps },
      );
      expect([...seen].sort()).toEqual(["ran", "refused"]);
    });
  });
}
