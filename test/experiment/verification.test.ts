import { expect, it } from "vitest";
import { claimOf, claimText } from "../../src/experiment/verification.js";

it.each([
  ["1.37", {}, /^verified: 3850 of 3850 recorded decisions of kube-scheduler v1.37.2/],
  [
    "1.37",
    { OpportunisticBatching: false, DRAConsumableCapacity: false },
    /^unverified: Kubernetes 1.37 was compared with recordings, but not with the feature gates OpportunisticBatching=false, DRAConsumableCapacity=false$/,
  ],
  ["1.36", {}, /^unverified: .* between it and 1.37, the nearest version that was$/],
  [
    "1.36",
    { OpportunisticBatching: false },
    /between it and 1.37, the nearest version that was, and it runs with the feature gates OpportunisticBatching=false$/,
  ],
])("a run of %s with the gates %j claims %s", (kubernetesVersion, featureGates, claim) => {
  const followed = { kubernetesVersion, featureGates };
  expect(claimText(followed, [])).toMatch(claim);
  const isVerified = claimOf(followed, []).status === "verified";
  expect(isVerified).toBe(claimText(followed, []).startsWith("verified"));
});
