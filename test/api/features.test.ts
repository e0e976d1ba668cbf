import { describe, expect, test } from "vitest";
import {
  featuresOf,
  GATES,
  kubernetesMinor,
  NEWEST_MINOR,
  OLDEST_MINOR,
} from "../../src/api/features.js";

describe("the table of gates", () => {
  test("every gate names its upstream source and lies within the versions covered", () => {
    for (const [name, gate] of Object.entries(GATES)) {
      expect(gate.source, name).not.toBe("");
      const from = gate.from ?? OLDEST_MINOR;
      const to = "to" in gate ? gate.to : NEWEST_MINOR;
      expect(from, name).toBeGreaterThanOrEqual(OLDEST_MINOR);
      expect(to, name).toBeGreaterThanOrEqual(from);
      expect(to, name).toBeLessThanOrEqual(NEWEST_MINOR);
    }
  });

  test.each([
    ["MinDomainsInPodTopologySpread", 26, false],
    ["MinDomainsInPodTopologySpread", 27, true],
    ["NodeInclusionPolicyInPodTopologySpread", 25, false],
    ["NodeInclusionPolicyInPodTopologySpread", 26, true],
    ["ReadWriteOncePod", 26, false],
    ["OverheadCpuScoredInCores", 26, true],
    ["OverheadCpuScoredInCores", 27, false],
    ["PreemptionAfterPreFilterRejection", 25, false],
    ["PreemptionAfterPreFilterRejection", 26, true],
    ["PreemptionAfterPreFilterRejection", 29, false],
    ["VolumeCapacityPriority", 34, false],
  ] as const)("%s in v1.%i is %s", (name, minor, on) => {
    expect(featuresOf(minor)[name]).toBe(on);
  });

  test("a gate may be set by hand", () => {
    expect(featuresOf(26, { ReadWriteOncePod: true }).ReadWriteOncePod).toBe(true);
  });

  test.each([
    ["v1.26.4", 26],
    ["1.30", 30],
    ["1.23", undefined],
    ["1.99.0", undefined],
    ["2.0", undefined],
    ["latest", undefined],
  ])("version %s is minor %s", (version, minor) => {
    expect(kubernetesMinor(version)).toBe(minor);
  });
});
