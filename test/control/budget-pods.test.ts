import fc from "fast-check";
import { expect, it } from "vitest";
import type { Labels, OwnerReference } from "../../src/api/kubernetes.js";
import { controllerOf } from "../../src/api/object-version.js";
import { EMPTY_POD_STATUS, isPodReady, type PodVersion } from "../../src/api/pod-version.js";
import { formatTimestamp, parseTimestamp } from "../../src/api/timestamp.js";
import { BudgetPods } from "../../src/control/disruption/budget-pods.js";
import { type Budget, budgetOutcome } from "../../src/control/disruption/budget-status.js";
import { type FindScaled, scaleOf } from "../../src/control/disruption/scales.js";
import { Selectors } from "../../src/control/selectors.js";
import { meta, object, pod } from "../conformance/controllers/objects.js";

const START_TIME_MS = Date.UTC(2026, 10, 21);
const NOW_MICROS = 1e9;
const LABELS: readonly Labels[] = [{ app: "a" }, { app: "b" }, { app: "a", tier: "web" }, {}];
const APPS = ["a", "b"] as const;
const OWNERS = ["none", "web", "odd", "db"] as const;
/** `odd` has no scale. */
const REPLICAS: Readonly<Record<string, number>> = { web: 3, db: 4 };

interface Sketch {
  readonly labels: number;
  readonly owner: (typeof OWNERS)[number];
  readonly ready: boolean;
  readonly deleting: boolean;
}

const sketch = fc.record<Sketch>({
  labels: fc.nat({ max: LABELS.length - 1 }),
  owner: fc.constantFrom(...OWNERS, "web", "db"),
  ready: fc.boolean(),
  deleting: fc.boolean(),
});
const row = fc.nat({ max: 5 });
const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ put: row, sketch }) },
  { weight: 2, arbitrary: fc.record({ remove: row }) },
  { weight: 1, arbitrary: fc.record({ budget: fc.constantFrom(0, 1), app: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ withdraw: fc.constantFrom(0, 1) }) },
);
/** Seconds since each eviction that the status counts, by row of the pod. */
const disrupted = fc.dictionary(fc.nat({ max: 5 }).map(String), fc.constantFrom(30, 200));
const limit = fc.constantFrom({ maxUnavailable: 1 }, { minAvailable: "50%" }, { minAvailable: 2 });

function ownersOf(owner: Sketch["owner"]): readonly OwnerReference[] {
  if (owner === "none") return [];
  const uid = `uid-of-${owner}`;
  return [{ apiVersion: "apps/v1", kind: "StatefulSet", name: owner, uid, controller: true }];
}

function podOf(at: number, { labels, owner, ready, deleting }: Sketch): PodVersion {
  const metadata = meta(at, `pod-${at}`, {
    labels: LABELS[labels]!,
    ownerReferences: ownersOf(owner),
    deletionTimeMicros: deleting ? NOW_MICROS : null,
  });
  const state = ready ? "True" : "False";
  const condition = { type: "Ready", status: state, lastTransitionTimeMicros: 0 } as const;
  const conditions = [{ ...condition, reason: "", message: "" }];
  return pod(metadata, { phase: "Running", status: { ...EMPTY_POD_STATUS, conditions } });
}

const find: FindScaled = ({ name, uid }) => {
  const replicas = REPLICAS[name];
  return replicas === undefined ? undefined : { uid, replicas, ownerReferences: [] };
};

/** The figures of a budget's status, told from a list of its pods. */
function plainly(budget: Budget, pods: readonly PodVersion[]) {
  const owners = pods.map(controllerOf).filter((one) => one !== undefined);
  const scales = owners.map((one) => scaleOf(one, "default", find));
  const { minAvailable, maxUnavailable } = budget.spec;
  const counts = maxUnavailable !== undefined || typeof minAvailable === "string";
  if (counts && scales.includes(null)) return { failed: true };
  const wanted = new Map(scales.map((scale) => [scale?.uid, scale?.replicas ?? 0]));
  const sum = [...wanted.values()].reduce((all, one) => all + one, 0);
  const since = ({ name }: PodVersion) =>
    parseTimestamp(budget.status.disruptedPods?.[name], START_TIME_MS);
  const counted = pods.filter((one) => {
    const at = since(one);
    return at !== null && one.deletionTimeMicros === null && at + 120e6 >= NOW_MICROS;
  });
  return {
    failed: false,
    expectedPods: counts ? sum : pods.length,
    currentHealthy: pods.filter(
      (one) => one.deletionTimeMicros === null && isPodReady(one) && !counted.includes(one),
    ).length,
    disruptedPods: counted.map(({ name }) => name),
    unmanaged: counts ? pods.length - owners.length : 0,
    noPods: pods.length === 0,
  };
}

const clock = {
  nowMicros: NOW_MICROS,
  now: formatTimestamp(NOW_MICROS, START_TIME_MS),
  microsOf: (text: string | undefined) => parseTimestamp(text, START_TIME_MS),
};

function kept(budget: Budget, pods: BudgetPods) {
  const { status, events, unmanaged } = budgetOutcome(budget, pods.of(budget.row), find, clock);
  if (status.conditions?.[0]?.reason === "SyncFailed") return { failed: true };
  return {
    failed: false,
    expectedPods: status.expectedPods,
    currentHealthy: status.currentHealthy,
    disruptedPods: Object.keys(status.disruptedPods ?? {}),
    unmanaged: unmanaged.length,
    noPods: events.some(({ reason }) => reason === "NoPods"),
  };
}

/** Budgets and pods as they are told of, one change after the other, kept as a list too. */
class Told {
  readonly kept = new BudgetPods(new Selectors());
  readonly budgets = new Map<number, Budget>();
  private readonly pods = new Map<number, PodVersion>();

  constructor(
    private readonly spec: object,
    private readonly disruptedPods: Readonly<Record<string, string>>,
  ) {}

  put(at: number, of: Sketch): void {
    const before = this.pods.get(at);
    const after = podOf(at, of);
    const relabeled = before !== undefined && before.labels !== after.labels;
    if (relabeled) this.kept.removePod(before);
    // Whoever is selected anew stands behind those that were selected before.
    if (relabeled) this.pods.delete(at);
    this.pods.set(at, after);
    const found =
      before === undefined || relabeled ? this.kept.addPod(after) : this.kept.updatePod(after);
    const selecting = [...this.budgets.values()].filter((budget) => selects(budget, after));
    expect(found.map(({ budget }) => budget.row).sort()).toEqual(
      selecting.map((budget) => budget.row).sort(),
    );
  }

  remove(at: number): void {
    const last = this.pods.get(at);
    if (last !== undefined) this.kept.removePod(last);
    this.pods.delete(at);
  }

  putBudget(at: number, app: number): void {
    const selector = app === 2 ? {} : { matchLabels: { app: APPS[app]! } };
    const spec = { ...this.spec, selector };
    const status = { disruptedPods: this.disruptedPods };
    const budget = object("PodDisruptionBudget", meta(at, `budget-${at}`), spec, status as never);
    this.budgets.set(at, budget);
    this.kept.putBudget(budget, this.pods.values());
  }

  withdraw(at: number): void {
    const budget = this.budgets.get(at);
    if (budget !== undefined) this.kept.removeBudget(budget);
    this.budgets.delete(at);
  }

  selectedBy(budget: Budget): readonly PodVersion[] {
    return [...this.pods.values()].filter((one) => selects(budget, one));
  }
}

function selects(budget: Budget, { labels }: PodVersion): boolean {
  return Object.entries(budget.spec.selector?.matchLabels ?? {}).every(
    ([key, value]) => labels[key] === value,
  );
}

it("keeps by each change the figures that a look at all of a budget's pods tells", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 25 }), limit, disrupted, (changes, spec, since) => {
      const times = Object.entries(since).map(([at, seconds]) => [
        `pod-${at}`,
        formatTimestamp(NOW_MICROS - seconds * 1e6, START_TIME_MS),
      ]);
      const told = new Told(spec, Object.fromEntries(times));
      for (const one of changes) {
        if ("put" in one) told.put(one.put, one.sketch);
        else if ("remove" in one) told.remove(one.remove);
        else if ("budget" in one) told.putBudget(one.budget, one.app);
        else told.withdraw(one.withdraw);
        for (const budget of told.budgets.values()) {
          const plain = plainly(budget, told.selectedBy(budget));
          const { disruptedPods = [], ...figures } = kept(budget, told.kept);
          const { disruptedPods: expected = [], ...others } = plain;
          expect(figures).toEqual(others);
          expect([...disruptedPods].sort()).toEqual([...expected].sort());
        }
      }
    }),
    { numRuns: 300 },
  );
});
