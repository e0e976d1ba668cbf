import fc from "fast-check";
import { expect, test } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import type { PodRun, PodRunSource } from "../../src/workload/behavior/pod-run.js";
import { PodRunSources } from "../../src/workload/behavior/pod-run-sources.js";
import type { Generator } from "../../src/workload/generators/generator-options.js";
import { ObjectGenerator } from "../../src/workload/generators/object-generator.js";
import { START_MS } from "../store/fixture.js";
import { newWorld } from "./world.js";

const CONTAINERS = [{ name: "work", image: "work:1" }];
const labels = { app: "x" };
const TEMPLATE = { metadata: { labels }, spec: { containers: CONTAINERS } };

const KINDS = ["Pod", "Deployment", "StatefulSet"] as const;
/** Some begin like others, and one ends in what looks like the number of an object of another. */
const PREFIXES = ["a", "a-1", "a-1-b", "b", "b-0"] as const;

interface Made {
  readonly kind: (typeof KINDS)[number];
  readonly prefix: string;
}

function generatorOf({ kind, prefix }: Made, index: number): Generator {
  const selector = { matchLabels: labels };
  return {
    name: `g${index}`,
    arrivals: { type: "at", timesMicros: [0, 0] },
    count: null,
    fromMicros: 0,
    untilMicros: null,
    template: {
      apiVersion: kind === "Pod" ? "v1" : "apps/v1",
      kind,
      metadata: { name: prefix },
      spec: kind === "Pod" ? TEMPLATE.spec : { selector, template: TEMPLATE },
    },
    vary: [{ field: "run", distribution: { type: "exponential", mean: 60e6 } }],
  };
}

function plain(sources: readonly PodRunSource[], pod: PodVersion): PodRun | null {
  for (const source of sources) {
    const run = source.podRun(pod);
    if (run !== null) return run;
  }
  return null;
}

const made = fc.record({
  kind: fc.constantFrom(...KINDS),
  prefix: fc.constantFrom(...PREFIXES),
});
const name = fc
  .tuple(
    fc.constantFrom(...PREFIXES),
    fc.constantFrom("", "-0", "-1", "-2", "-01", "-1-5d8f", "-x"),
  )
  .map((parts) => parts.join(""));
const owner = fc.option(
  fc.record({ kind: fc.constantFrom("ReplicaSet", "StatefulSet", "Deployment", "Job"), name }),
);
const pods = fc.uniqueArray(fc.record({ name, owner }), { selector: (one) => one.name });

test("who made a pod is found by names as by asking everybody in turn", () => {
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(made, { maxLength: 6 }),
      fc.option(fc.nat({ max: 5 })),
      pods,
      (generators, anywhere, wanted) => {
        const { engine, client, observer, run, store } = newWorld();
        const sources: PodRunSource[] = generators.map((one, i) => {
          const generator = generatorOf(one, i);
          return new ObjectGenerator({
            engine,
            client,
            observer,
            generator,
            startTimeMs: START_MS,
          });
        });
        for (const source of sources) (source as ObjectGenerator).start();
        run(1);
        // One that may have made any pod, somewhere among them.
        const traced: PodRunSource = {
          podRun: (pod) => (pod.name.endsWith("-1") ? { runMicros: 7 } : null),
        };
        if (anywhere !== null) sources.splice(anywhere, 0, traced);
        const indexed = () => {
          const index = new PodRunSources();
          for (const source of sources) index.add(source);
          return index;
        };
        const [like] = [...store.table("Pod")];
        const world = newWorld();
        const others = wanted.map(({ name: podName, owner: by }) => {
          const reference = { apiVersion: "apps/v1", uid: "u", controller: true, ...by };
          const metadata = { name: podName, ...(by !== null && { ownerReferences: [reference] }) };
          const manifest = { apiVersion: "v1", kind: "Pod", metadata, spec: TEMPLATE.spec };
          return world.create(manifest) as PodVersion;
        });
        // Pods of two worlds may have the same uid: an index is of one.
        for (const [index, theirs] of [
          [indexed(), like === undefined ? [] : [like]],
          [indexed(), others],
        ] as const) {
          for (const pod of [...theirs, ...theirs]) {
            const run = index.runOf(pod);
            expect(run).toEqual(plain(sources, pod));
            if (run !== null) found += 1;
          }
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(found).toBeGreaterThan(20);
});
