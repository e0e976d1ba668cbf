import fc from "fast-check";
import { expect, it } from "vitest";
import type { OwnerReference } from "../../src/api/kubernetes.js";
import { EMPTY_POD_STATUS, type PodVersion } from "../../src/api/pod-version.js";
import { formatTimestamp, parseTimestamp } from "../../src/api/timestamp.js";
import { type Budget, budgetOutcome } from "../../src/control/disruption/budget-status.js";
import type { FindScaled } from "../../src/control/disruption/scales.js";
import { PodFigures } from "../../src/control/disruption/selected-pods.js";
import { type ScaleSeen, SettledBudgets } from "../../src/control/disruption/settled-budgets.js";
import { meta, object, pod } from "../conformance/controllers/objects.js";

const START_TIME_MS = Date.UTC(2026, 10, 21);
const clock = {
  nowMicros: 1e9,
  now: formatTimestamp(1e9, START_TIME_MS),
  microsOf: (text: string | undefined) => parseTimestamp(text, START_TIME_MS),
};
const SPECS = [{ maxUnavailable: 1 }, { minAvailable: "50%" }, { minAvailable: 2 }] as const;
const NO_STATUS = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
/** What has a scale: a Deployment that controls the ReplicaSet, and StatefulSets. */
const SCALED = ["shop", "shop-1", "web", "db"] as const;
const OWNERS = ["shop-1", "web", "db"] as const;
type Owner = (typeof OWNERS)[number];

const owner = fc.constantFrom<Owner | "none">(...OWNERS, "web", "web", "shop-1", "none");
const change = fc.oneof(
  { weight: 8, arbitrary: fc.record({ put: fc.nat(4), owner, ready: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ remove: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ scale: fc.constantFrom(...SCALED), to: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ delete: fc.constantFrom("shop", ...SCALED) }) },
  { weight: 1, arbitrary: fc.record({ allowed: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ spec: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.constant({}) },
);

function controlledBy(kind: string, name: string): readonly OwnerReference[] {
  return [{ apiVersion: "apps/v1", kind, name, uid: name, controller: true }];
}

function ownersOf(name: Owner | "none"): readonly OwnerReference[] {
  if (name === "none") return [];
  return name === "shop-1" ? controlledBy("ReplicaSet", name) : controlledBy("StatefulSet", name);
}

function podOf(at: number, name: Owner | "none", ready: boolean): PodVersion {
  const state = ready ? "True" : "False";
  const condition = { type: "Ready", status: state, lastTransitionTimeMicros: 0 } as const;
  const conditions = [{ ...condition, reason: "", message: "" }];
  const metadata = meta(at, `pod-${at}`, { ownerReferences: ownersOf(name) });
  return pod(metadata, { phase: "Running", status: { ...EMPTY_POD_STATUS, conditions } });
}

/** A budget, its pods and the objects that control them, synced as its controller does. */
class Rig {
  syncsLeftOut = 0;
  private readonly pods = new PodFigures(null);
  private readonly settled = new SettledBudgets();
  private readonly sets = new Map<
    string,
    Omit<ScaleSeen, "newest"> & { readonly ownerReferences: readonly OwnerReference[] }
  >();
  private readonly rows = new Set<number>();
  private budget: Budget = object(
    "PodDisruptionBudget",
    meta(0, "budget", {}),
    SPECS[0],
    NO_STATUS,
  );

  constructor() {
    for (const name of SCALED) this.scale(name, 3);
  }

  put(at: number, name: Owner | "none", ready: boolean): void {
    this.rows.add(at);
    this.pods.put(podOf(at, name, ready));
  }

  remove(at: number): void {
    if (this.rows.delete(at)) this.pods.remove(at);
  }

  scale(name: string, replicas: number): void {
    const ownerReferences = name === "shop-1" ? controlledBy("Deployment", "shop") : [];
    this.sets.set(name, { uid: name, spec: { replicas }, ownerReferences });
  }

  delete(name: string): void {
    this.sets.delete(name);
  }

  respecify(spec: Budget["spec"]): void {
    this.budget = { ...this.budget, spec, generation: this.budget.generation + 1 };
  }

  /** Somebody else writes the status, as the server does for an eviction. */
  allow(disruptionsAllowed: number): void {
    this.budget = { ...this.budget, status: { ...this.budget.status, disruptionsAllowed } };
  }

  sync(): void {
    const isLeftOut = this.settled.isAsLast(this.budget, this.pods);
    let scales: ScaleSeen[] | null = [];
    const find: FindScaled = ({ name }) => {
      const set = this.sets.get(name);
      if (set === undefined) {
        scales = null;
        return undefined;
      }
      scales?.push({ ...set, newest: () => this.sets.get(name) });
      const { replicas } = set.spec as { replicas: number };
      return { uid: set.uid, replicas, ownerReferences: set.ownerReferences };
    };
    const outcome = budgetOutcome(this.budget, this.pods, find, clock);
    if (isLeftOut) {
      this.syncsLeftOut += 1;
      expect(outcome.events).toEqual([]);
      expect(outcome.status).toBe(this.budget.status);
    }
    this.settled.note(this.budget, outcome, this.pods, scales);
    this.budget = { ...this.budget, status: outcome.status };
  }
}

it("a sync that is left out would have found the status that the budget has", () => {
  let leftOut = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 10, maxLength: 60 }), (changes) => {
      const rig = new Rig();
      for (const one of changes) {
        if ("put" in one) rig.put(one.put, one.owner, one.ready);
        else if ("remove" in one) rig.remove(one.remove);
        else if ("scale" in one) rig.scale(one.scale, one.to);
        else if ("delete" in one) rig.delete(one.delete);
        else if ("allowed" in one) rig.allow(one.allowed);
        else if ("spec" in one) rig.respecify(SPECS[one.spec]!);
        rig.sync();
      }
      leftOut += rig.syncsLeftOut;
    }),
    { numRuns: 300 },
  );
  expect(leftOut).toBeGreaterThan(300);
});
