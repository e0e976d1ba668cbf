import fc from "fast-check";
import { expect, it } from "vitest";
import { isPodReady, type PodVersion } from "../../src/api/pod-version.js";
import { MICROS_PER_MILLI, MICROS_PER_SECOND } from "../../src/base/time.js";
import type { ReplicaSet } from "../../src/control/deployment/replica-sets.js";
import { reconcileOldReplicaSets } from "../../src/control/deployment/rolling-update.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { deployment, TestCluster } from "./cluster.js";

const percent = fc.integer({ min: 0, max: 100 }).map((value) => `${value}%`);
const limit = fc.oneof(fc.integer({ min: 0, max: 6 }), percent);

const SETTLES_BETWEEN_CHANGES_MILLIS = 10;

const rollouts = fc
  .record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    replicas: fc.integer({ min: 1, max: 14 }),
    maxSurge: limit,
    maxUnavailable: limit,
    minReadySeconds: fc.constantFrom(0, 0, 3),
    watchLagMillis: fc.constantFrom(0, 1, SETTLES_BETWEEN_CHANGES_MILLIS, 400),
    latencyMillis: fc.constantFrom(0, 3),
    /** Share of the new pods that never become ready. */
    failing: fc.constantFrom(0, 0, 0.3, 1),
    stopMillis: fc.constantFrom(0, 500, 20_000),
  })
  .filter(({ maxSurge, maxUnavailable }) => !isZero(maxSurge) || !isZero(maxUnavailable));

/** Pods that must be ready, and that there may be: a share is rounded down, or up for the surge. */
function boundsOf({ replicas, maxSurge, maxUnavailable }: Limits) {
  const pods = (of: number | string) =>
    typeof of === "number" ? of : (Number.parseInt(of, 10) * replicas) / 100;
  const surge = Math.ceil(pods(maxSurge));
  const unavailable = Math.max(surge === 0 ? 1 : 0, Math.floor(pods(maxUnavailable)));
  return { least: Math.max(0, replicas - unavailable), most: replicas + surge };
}

interface Limits {
  readonly replicas: number;
  readonly maxSurge: number | string;
  readonly maxUnavailable: number | string;
}

const isZero = (value: number | string) => Number.parseInt(String(value), 10) === 0;

/**
 * What a Deployment knows of its sets is older than they are. Upstream takes available pods from an
 * old set that is already shrinking if a new pod becomes ready just then, and so do we: the least
 * number of available pods is kept where nothing happens faster than the controllers take note.
 */
it("a rolling update keeps to its limits at every write, whatever goes wrong", () => {
  let completed = 0;
  let hung = 0;
  fc.assert(
    fc.property(rollouts, (given) => {
      const { replicas, minReadySeconds } = given;
      const rollingUpdate = { maxSurge: given.maxSurge, maxUnavailable: given.maxUnavailable };
      const strategy = { type: "RollingUpdate", rollingUpdate };
      const settles = given.watchLagMillis <= SETTLES_BETWEEN_CHANGES_MILLIS;
      const cluster: TestCluster = new TestCluster({
        seed: given.seed,
        watchLagMicros: given.watchLagMillis * MICROS_PER_MILLI,
        latencyMicros: given.latencyMillis * MICROS_PER_MILLI,
        stopAfterMicros: given.stopMillis * MICROS_PER_MILLI,
        readyAfter: (pod: PodVersion): number | null => {
          const draw = cluster.engine.streams.draw("test", pod.row * 1_000 + pod.resourceVersion);
          const fails = isNew(pod) && draw < given.failing;
          if (fails) return null;
          // Becomes ready at a whole second.
          const readyAt = Math.ceil(cluster.engine.now / MICROS_PER_SECOND + 0.2 + 5 * draw);
          return readyAt * MICROS_PER_SECOND - cluster.engine.now;
        },
      }).run(CONTROLLERS);
      const sketch = { replicas, strategy, minReadySeconds };
      cluster.apply(deployment("web", sketch));
      cluster.advance(60);
      const { least, most } = boundsOf(given);
      expect(cluster.all("Pod").filter(isPodReady).length).toBe(replicas);

      let checks = 0;
      cluster.store.observe((_, after) => {
        if (after?.kind !== "Pod" && after?.kind !== "ReplicaSet") return;
        const pods = cluster.all("Pod").filter((pod) => pod.deletionTimeMicros === null);
        expect(pods.length).toBeLessThanOrEqual(most);
        if (settles) expect(pods.filter(isPodReady).length).toBeGreaterThanOrEqual(least);
        const sizes = cluster.all("ReplicaSet").map((set) => set.spec.replicas ?? 0);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(most);
        checks += 1;
      });
      cluster.apply(deployment("web", { ...sketch, image: "web:2" }));
      cluster.advance(500);
      expect(checks).toBeGreaterThan(0);
      const pods = cluster.all("Pod").filter((pod) => pod.deletionTimeMicros === null);
      const isDone = pods.every((pod) => isNew(pod) && isPodReady(pod));
      if (given.failing === 0) {
        expect(isDone).toBe(true);
        expect(pods.length).toBe(replicas);
      }
      if (isDone) completed += 1;
      else hung += 1;
      const before = cluster.writes.length;
      cluster.advance(100);
      expect(cluster.writes.length).toBe(before);
    }),
    { numRuns: 60, seed: 20261121 },
  );
  expect(completed).toBeGreaterThan(10);
  expect(hung).toBeGreaterThan(10);
});

function isNew(pod: PodVersion): boolean {
  return pod.spec.containers[0]!.image === "web:2";
}

interface Sketch {
  readonly size: number;
  readonly available: number;
}

/** `old`: oldest first. `taken`: their sizes after one step, as Kubernetes decides. */
interface Step {
  readonly when: string;
  readonly replicas: number;
  readonly maxUnavailable: number;
  readonly old: readonly Sketch[];
  readonly current: Sketch;
  readonly taken: readonly number[];
}

const STEPS: readonly Step[] = [
  {
    when: "new pods are available: as many old ones go",
    replicas: 4,
    maxUnavailable: 1,
    old: [{ size: 4, available: 4 }],
    current: { size: 1, available: 1 },
    taken: [2],
  },
  {
    when: "an old set tells of more pods than it may have: no available pod goes",
    replicas: 4,
    maxUnavailable: 1,
    old: [{ size: 2, available: 4 }],
    current: { size: 3, available: 2 },
    taken: [2],
  },
  {
    when: "so does one of two old sets: the other keeps its pods, too",
    replicas: 6,
    maxUnavailable: 1,
    old: [
      { size: 3, available: 3 },
      { size: 1, available: 3 },
    ],
    current: { size: 4, available: 3 },
    taken: [3, 1],
  },
  {
    when: "the older of two has unavailable pods: those go before the error",
    replicas: 6,
    maxUnavailable: 1,
    old: [
      { size: 3, available: 1 },
      { size: 1, available: 3 },
    ],
    current: { size: 4, available: 4 },
    taken: [1, 1],
  },
  {
    when: "the unavailable pods of the older are all that may go: what the other tells is believed",
    replicas: 6,
    maxUnavailable: 1,
    old: [
      { size: 3, available: 1 },
      { size: 1, available: 3 },
    ],
    current: { size: 3, available: 3 },
    taken: [0, 0],
  },
];

it.each(STEPS)("of a rolling update, when $when", ({ replicas, maxUnavailable, ...step }) => {
  const set = ({ size, available }: Sketch, age: number) =>
    ({
      uid: `set-${age}`,
      name: `set-${age}`,
      creationTimeMicros: age,
      spec: { replicas: size },
      status: { replicas: size, availableReplicas: available },
    }) as unknown as ReplicaSet;
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable } };
  const oldSets = step.old.map((sketch, i) => set(sketch, i));
  const newSet = set(step.current, oldSets.length);
  const steps = reconcileOldReplicaSets({ replicas, strategy }, { newSet, oldSets });
  const after = oldSets.map(({ uid, spec }) => {
    return steps.findLast((one) => one.set.uid === uid)?.replicas ?? spec.replicas;
  });
  expect(after).toEqual(step.taken);
});

/** `most` pods at a time, and at least `least` ready, of a rollout that uses what it may. */
it.each([
  { replicas: 5, maxSurge: "25%", maxUnavailable: "25%", most: 7, least: 4 },
  { replicas: 10, maxSurge: "11%", maxUnavailable: "19%", most: 12, least: 9 },
  { replicas: 3, maxSurge: "1%", maxUnavailable: "30%", most: 4, least: 3 },
  { replicas: 8, maxSurge: 0, maxUnavailable: "30%", most: 8, least: 6 },
  { replicas: 4, maxSurge: 0, maxUnavailable: "10%", most: 4, least: 3 },
])(
  "$replicas pods with a surge of $maxSurge and $maxUnavailable unavailable: $most at most, $least ready",
  ({ replicas, maxSurge, maxUnavailable, most, least }) => {
    const cluster = new TestCluster().run(CONTROLLERS);
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } };
    cluster.apply(deployment("web", { replicas, strategy }));
    cluster.advance(60);
    let highest = 0;
    let lowest = replicas;
    cluster.store.observe(() => {
      const sizes = cluster.all("ReplicaSet").map((set) => set.spec.replicas ?? 0);
      highest = Math.max(
        highest,
        sizes.reduce((sum, size) => sum + size, 0),
      );
      const pods = cluster.all("Pod").filter((pod) => pod.deletionTimeMicros === null);
      lowest = Math.min(lowest, pods.filter(isPodReady).length);
    });
    cluster.apply(deployment("web", { replicas, strategy, image: "web:2" }));
    cluster.advance(200);
    expect(cluster.all("Pod").every(isNew)).toBe(true);
    expect({ highest, lowest }).toEqual({ highest: most, lowest: least });
  },
);
