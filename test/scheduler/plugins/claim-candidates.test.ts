import fc from "fast-check";
import { expect, it } from "vitest";
import type { Labels } from "../../../src/api/kubernetes.js";
import { type Claim, type PersistentVolume, isBoundTo } from "../../../src/api/volumes/claims.js";
import {
  VolumeNodeAffinity,
  canKeep,
  canTake,
  capacityBytes,
} from "../../../src/api/volumes/matching.js";
import { VolumeTable } from "../../../src/scheduler/framework/volume-table.js";
import { ClaimCandidates } from "../../../src/scheduler/plugins/volume-binding/claim-candidates.js";
import { object } from "../world.js";

const HOSTNAME = "kubernetes.io/hostname";
const ZONE = "topology.kubernetes.io/zone";

/** FindMatchingVolume as Kubernetes defines it: one volume after the other, in the order of their names. */
function plainBest(
  claim: Claim,
  volumes: readonly PersistentVolume[],
  labels: Labels,
  taken: ReadonlySet<string>,
): string | undefined {
  const affinity = new VolumeNodeAffinity();
  let best: PersistentVolume | undefined;
  for (const volume of [...volumes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (taken.has(volume.name)) continue;
    if (isBoundTo(volume, claim) && canKeep(volume, claim)) {
      return affinity.allows(volume, labels) ? volume.name : undefined;
    }
    if (!canTake(volume, claim) || !affinity.allows(volume, labels)) continue;
    if (best === undefined || capacityBytes(volume) < capacityBytes(best)) best = volume;
  }
  return best?.name;
}

const expression = fc.record({
  key: fc.constantFrom(HOSTNAME, HOSTNAME, ZONE),
  operator: fc.constantFrom("In", "In", "NotIn", "Exists"),
  values: fc.subarray(["a", "b", "c"], { minLength: 1 }),
});
const terms = fc.array(
  fc.record({ matchExpressions: fc.array(expression, { minLength: 1, maxLength: 2 }) }),
  { minLength: 1, maxLength: 2 },
);
const volumeSpec = fc.record({
  capacity: fc.record({ storage: fc.constantFrom("1Gi", "2Gi", "3Gi") }),
  accessModes: fc.constant(["ReadWriteOnce"]),
  storageClassName: fc.constantFrom("local", "local", "other"),
  claimRef: fc.option(
    fc.record({
      namespace: fc.constant("default"),
      name: fc.constantFrom("c", "d"),
      uid: fc.constantFrom("", "PersistentVolumeClaim/c", "another"),
    }),
    { nil: undefined, freq: 3 },
  ),
  nodeAffinity: fc.option(
    terms.map((nodeSelectorTerms) => ({ required: { nodeSelectorTerms } })),
    { nil: undefined },
  ),
});

it("a claim gets on each node what a look at one volume after the other would give it", () => {
  const taken = fc.subarray(["v0", "v1", "v2"]);
  fc.assert(
    fc.property(fc.array(volumeSpec, { maxLength: 9 }), taken, (specs, takenNames) => {
      const claim = object("PersistentVolumeClaim", "c", {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "local",
        resources: { requests: { storage: "2Gi" } },
      });
      const named = { ...claim, namespace: "default" } as Claim;
      const table = new VolumeTable();
      for (const [at, { claimRef, nodeAffinity, ...spec }] of specs.entries()) {
        const body = {
          ...spec,
          ...(claimRef === undefined ? {} : { claimRef }),
          ...(nodeAffinity === undefined ? {} : { nodeAffinity }),
        };
        const status = { phase: "Available" };
        table.set(object("PersistentVolume", `v${at}`, body, { status } as object));
      }
      const ofClass = table.list().filter(({ spec }) => spec.storageClassName === "local");
      const found = [...table.reservedFor(named), ...table.unclaimed("local")];
      const candidates = new ClaimCandidates(
        named,
        found.filter(({ spec }) => spec.storageClassName === "local"),
        new VolumeNodeAffinity(),
      );
      for (const hostname of ["a", "b", "c", "z"]) {
        for (const zone of ["a", "z"]) {
          const labels = { [HOSTNAME]: hostname, [ZONE]: zone };
          const names = new Set(takenNames);
          expect(candidates.bestOn(labels, names)?.name).toBe(
            plainBest(named, ofClass, labels, names),
          );
        }
      }
    }),
    { numRuns: 500 },
  );
});

it("volumes are found by what they are now: unclaimed of a class, or reserved for a claim", () => {
  const table = new VolumeTable();
  const volume = (spec: object) => object("PersistentVolume", "v", spec);
  const claim = { namespace: "default", name: "c" };
  const found = () => [
    [...table.unclaimed("x")].length,
    [...table.unclaimed("y")].length,
    [...table.reservedFor(claim)].length,
  ];
  table.set(volume({ storageClassName: "x" }));
  expect(found()).toEqual([1, 0, 0]);
  table.set(volume({ storageClassName: "y" }));
  expect(found()).toEqual([0, 1, 0]);
  table.set(volume({ storageClassName: "y", claimRef: claim }));
  expect(found()).toEqual([0, 0, 1]);
  table.delete("", "v");
  expect(found()).toEqual([0, 0, 0]);
});
