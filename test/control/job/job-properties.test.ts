import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import { finishedAs, isTracked } from "../../../src/control/job/job-object.js";
import { IndexIntervals } from "../../../src/control/job/index-intervals.js";
import { clusterOfJobs, indexOf, job } from "./jobs.js";

const world = fc.record({
  completions: fc.integer({ min: 1, max: 12 }),
  parallelism: fc.integer({ min: 1, max: 6 }),
  isIndexed: fc.boolean(),
  /** How each pod ends, by the order of its end; all after them succeed. */
  exits: fc.array(fc.constantFrom(0, 0, 1, 3), { maxLength: 12 }),
  runSeconds: fc.integer({ min: 1, max: 9 }),
  latencyMicros: fc.integer({ min: 0, max: 100_000 }),
  // Before 1.36 a watch that lags by more than the batches of changes makes the controller count what it
  // has counted already: upstream's defect, which StaleControllerConsistencyJob mended.
  of: fc.oneof(
    fc.record({
      kubernetesMinor: fc.constantFrom(28, 34),
      watchLagMicros: fc.integer({ min: 0, max: 300_000 }),
    }),
    fc.record({
      kubernetesMinor: fc.constantFrom(36, 37),
      watchLagMicros: fc.integer({ min: 0, max: 3 * MICROS_PER_SECOND }),
    }),
  ),
});

describe("whatever its pods do", () => {
  test.prop([world], { numRuns: 40 })(
    "a Job never counts a completion twice, finishes with exactly its own, and writes no more then",
    ({ completions, parallelism, isIndexed, exits, runSeconds, latencyMicros, of }) => {
      const codes = new Map<string, number>();
      const { cluster } = clusterOfJobs({
        ...of,
        latencyMicros,
        endsAfter: (pod) => {
          if (!codes.has(pod.uid)) codes.set(pod.uid, exits[codes.size] ?? 0);
          return { micros: runSeconds * MICROS_PER_SECOND, exitCode: codes.get(pod.uid)! };
        },
      });
      const succeeded = new Set<string>();
      let counted = 0;
      cluster.store.observe((_before, after) => {
        if (after?.kind === "Pod" && after.phase === "Succeeded") succeeded.add(after.uid);
        if (after?.kind !== "Job") return;
        const now = after.status.succeeded ?? 0;
        expect(now).toBeGreaterThanOrEqual(counted);
        expect(now).toBeLessThanOrEqual(Math.min(completions, succeeded.size));
        expect(after.status.active ?? 0).toBeLessThanOrEqual(parallelism);
        counted = now;
      });
      const completionMode = isIndexed ? "Indexed" : "NonIndexed";
      cluster.apply(job("work", { completions, parallelism, completionMode, backoffLimit: 20 }));
      cluster.advance(6 * 3_600);
      const { status } = cluster.get("Job", "work");
      expect(finishedAs(status)?.type).toBe("Complete");
      expect(status.succeeded).toBe(completions);
      expect(succeeded.size).toBe(completions);
      expect(cluster.all("Pod").filter(isTracked)).toEqual([]);
      if (isIndexed) {
        const indexes = cluster
          .all("Pod")
          .filter(({ phase }) => phase === "Succeeded")
          .map(indexOf);
        expect(new Set(indexes).size).toBe(completions);
        expect(IndexIntervals.parse(status.completedIndexes, completions).size).toBe(completions);
      }
      const { resourceVersion } = cluster.store;
      cluster.advance(24 * 3_600);
      expect(cluster.store.resourceVersion).toBe(resourceVersion);
    },
  );
});

describe("intervals of indexes", () => {
  const indexes = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });

  test.prop([indexes, indexes])("are sets", (a, b) => {
    const [one, other] = [IndexIntervals.ofIndexes(a), IndexIntervals.ofIndexes(b)];
    const both = new Set([...a, ...b]);
    const union = one.union(other);
    expect(union.size).toBe(both.size);
    expect(one.overlap(other)).toBe(a.filter((index) => b.includes(index)).length);
    for (let index = 0; index <= 60; index++) expect(union.has(index)).toBe(both.has(index));
    const missing = union.firstMissing(5, 50);
    const expected = Array.from({ length: 50 }, (_, i) => i).filter((i) => !both.has(i));
    expect(missing).toEqual(expected.slice(0, 5));
  });

  test.prop([indexes])("are read as they are written", (given) => {
    const written = `${IndexIntervals.ofIndexes(given)}`;
    expect(`${IndexIntervals.parse(written, 61)}`).toBe(written);
  });
});
