import fc from "fast-check";
import { expect, it } from "vitest";
import { featuresOf } from "../../src/api/features.js";
import {
  EMPTY_POD_STATUS,
  type PodCondition,
  type PodPhase,
  type PodVersion,
} from "../../src/api/pod-version.js";
import type { StatefulSet } from "../../src/control/statefulset/identity.js";
import { placesOf, talliedPlaces } from "../../src/control/statefulset/places.js";
import { SetTally } from "../../src/control/statefulset/set-tally.js";
import { statefulPlan } from "../../src/control/statefulset/stateful-plan.js";
import { statefulPod } from "../../src/control/statefulset/stateful-pods.js";
import { statefulSetStatus } from "../../src/control/statefulset/stateful-set-status.js";
import type { StatefulView } from "../../src/control/statefulset/stateful-view.js";
import { meta, object, pod } from "../conformance/controllers/objects.js";

const NOW_MICROS = 1e9;
const NAMES = ["web-0", "web-1", "web-2", "web-3", "web-4", "web-7", "web-01"];
const PHASES: readonly PodPhase[] = ["Running", "Running", "Running", "Pending", "Failed"];

interface Sketch {
  readonly phase: PodPhase;
  readonly ready: boolean;
  readonly deleting: boolean;
  readonly revision: "old" | "new";
  readonly labeled: boolean;
}

const sketch = fc.record<Sketch>({
  phase: fc.constantFrom(...PHASES),
  ready: fc.boolean(),
  deleting: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  revision: fc.constantFrom("new", "new", "new", "old"),
  labeled: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
});
const settled: Sketch = {
  phase: "Running",
  ready: true,
  deleting: false,
  revision: "new",
  labeled: true,
};
/** Rows of the names, the odd ones seldom. */
const row = fc.constantFrom(0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6);
const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ put: row, sketch: fc.oneof(fc.constant(settled), sketch) }) },
  { weight: 1, arbitrary: fc.record({ remove: row }) },
  { weight: 1, arbitrary: fc.record({ replicas: fc.integer({ min: 0, max: 6 }) }) },
);
const features = fc.constantFrom(20, 26, 28, 33, 37).map((minor) => featuresOf(minor));
const policy = fc.constantFrom("Parallel", "OrderedReady");

/** Versions of a pod share their labels where these are the same, as the store has them. */
const labelsOf = new Map<string, Record<string, string>>();

function podOf(at: number, { phase, ready, deleting, revision, labeled }: Sketch): PodVersion {
  const name = NAMES[at]!;
  const key = `${name} ${revision} ${labeled}`;
  const labels = labelsOf.get(key) ?? {
    "controller-revision-hash": revision,
    ...(labeled && { "statefulset.kubernetes.io/pod-name": name }),
  };
  labelsOf.set(key, labels);
  const state: PodCondition = {
    type: "Ready",
    status: ready ? "True" : "False",
    lastTransitionTimeMicros: 0,
    reason: "",
    message: "",
  };
  const metadata = meta(at, name, { labels, deletionTimeMicros: deleting ? NOW_MICROS : null });
  return pod(metadata, { phase, status: { ...EMPTY_POD_STATUS, conditions: [state] } });
}

function setOf(replicas: number, podManagementPolicy: string): StatefulSet {
  const template = { spec: { containers: [] } };
  const spec = { replicas, podManagementPolicy, serviceName: "", selector: {}, template };
  const status = { replicas: 0, currentReplicas: 1, currentRevision: "old", updateRevision: "new" };
  return object("StatefulSet", meta(0, "web"), spec as never, status as never);
}

let compared = 0;

it("tells the next steps and the status that a look at all pods of a set tells", () => {
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 25 }),
      features,
      policy,
      (all, ofVersion, managed) => {
        const tally = new SetTally();
        const pods = new Map<number, PodVersion>();
        let replicas = 3;
        for (const one of all) {
          if ("replicas" in one) replicas = one.replicas;
          else if ("remove" in one) {
            const last = pods.get(one.remove);
            if (last !== undefined) tally.remove(last);
            pods.delete(one.remove);
          } else {
            const next = podOf(one.put, one.sketch);
            tally.put(next);
            pods.set(one.put, next);
          }
          const set = setOf(replicas, managed);
          const view: StatefulView = {
            set,
            current: { name: "old", template: set.spec.template },
            update: { name: "new", template: set.spec.template },
            claim: () => undefined,
            newPod: (ordinal, revision) =>
              statefulPod(set, ordinal, { revision, hasIndexLabel: ofVersion.PodIndexLabel }),
            features: ofVersion,
            nowMicros: NOW_MICROS,
          };
          const tallied = talliedPlaces(view, tally);
          if (tallied === null) continue;
          compared += 1;
          const plain = placesOf(view, [...pods.values()]);
          expect(statefulPlan(view, tallied)).toEqual(statefulPlan(view, plain));
          const moved = { created: 0, createdCurrent: 0, createdUpdate: 0, deletedForUpdate: 0 };
          const none = { ...moved, collisionCount: 0 };
          expect(statefulSetStatus(view, tallied, none)).toEqual(
            statefulSetStatus(view, plain, none),
          );
        }
      },
    ),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(500);
});
