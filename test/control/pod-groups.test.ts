import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import {
  type GroupRules,
  PodGroups,
} from "../../src/control/horizontal-pod-autoscaler/pod-groups.js";
import { PodSamples } from "../../src/control/horizontal-pod-autoscaler/pod-samples.js";
import { type PodSketch, podsOf } from "../conformance/controllers/hpa-sketches.js";

const NEVER_READY: PodSketch = { name: "pending", phase: "Pending", ready: null, startedAgo: null };

/** Most have run for long, and are ready: what others are makes a difference to all. */
const pods = fc
  .array(
    fc.record({
      startedAgo: fc.oneof(
        { weight: 3, arbitrary: fc.constant(900) },
        fc.constantFrom(null, 30, 100),
      ),
      ready: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constantFrom(null, false)),
      readyChangedAgo: fc.constantFrom(20, 60, 800),
      isSampled: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((all) => all.map((one, i) => ({ name: `pod-${i}`, phase: "Running" as const, ...one })));

type Sketches = readonly (PodSketch & { readonly isSampled: boolean })[];

function sampled(list: readonly PodVersion[], sketches: Sketches): PodSamples {
  const samples = new PodSamples(list);
  for (const { name, isSampled } of sketches) {
    if (!isSampled) continue;
    samples.put(name, { valueMillis: 1, timestampMicros: -10e6, windowMicros: 15e6 });
  }
  return samples;
}

describe("the groups of pods", () => {
  test.prop([pods, fc.boolean(), fc.constantFrom(50, 300)])(
    "are the same beside a pod that is looked at by itself",
    (sketches, isCpu, cpuInitializationSeconds) => {
      const rules: GroupRules = {
        ...{ isCpu, nowMicros: 0, initialReadinessDelayMicros: 30e6 },
        cpuInitializationMicros: cpuInitializationSeconds * 1e6,
      };
      const list = podsOf(sketches);
      const longer = podsOf([...sketches, NEVER_READY]);
      const groups = new PodGroups(list);
      const beside = new PodGroups(longer).group(sampled(longer, sketches), rules);
      const all = sketches.map((one) => ({ ...one, isSampled: true }));
      for (const now of [sketches, all, sketches]) {
        groups.group(sampled(list, now), rules);
        if (now !== sketches) continue;
        expect([...groups.of]).toEqual([...beside.of.subarray(0, list.length)]);
        const { readyCount, unreadyCount, missingCount } = beside;
        expect(groups).toMatchObject({ readyCount, unreadyCount: unreadyCount - 1, missingCount });
      }
    },
  );
});
