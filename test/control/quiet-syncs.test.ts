import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import type { AnyVersion, ObjectVersion } from "../../src/api/object-version.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import { QuietSyncs } from "../../src/control/deployment/quiet-syncs.js";
import { type DeploymentSketch, deployment, only, replicaSet, TestCluster } from "./cluster.js";

const ofDeployment = {
  replicas: fc.nat(4),
  image: fc.constantFrom("web:1", "web:2", "broken"),
  paused: fc.boolean(),
  minReadySeconds: fc.constantFrom(0, 3),
  progressDeadlineSeconds: fc.constantFrom(10, 30),
  revisionHistoryLimit: fc.nat(2),
};

/** What somebody does, to the Deployment, or to one of its sets behind its back. */
const deed = fc.oneof(
  { weight: 3, arbitrary: fc.record({ sketch: fc.record(ofDeployment, { requiredKeys: [] }) }) },
  { weight: 1, arbitrary: fc.record({ adds: fc.constant("a ReplicaSet of nobody") }) },
  { weight: 3, arbitrary: fc.record({ to: fc.nat(3), set: fc.constantFrom("scale", "annotate") }) },
  { weight: 1, arbitrary: fc.record({ to: fc.nat(3), set: fc.constantFrom("release", "delete") }) },
);
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never;

const courses = fc.record({
  watchLagMillis: fc.constantFrom(1, 10, 400),
  strategy: fc.constantFrom("RollingUpdate", "RollingUpdate", "Recreate"),
  deeds: fc.array(fc.record({ deed, thenSeconds: fc.constantFrom(0.02, 2, 15, 45) }), {
    minLength: 3,
    maxLength: 12,
  }),
});
type Course = typeof courses extends fc.Arbitrary<infer C> ? C : never;

function act(cluster: TestCluster, sketch: DeploymentSketch, deed: Deed): void {
  if ("sketch" in deed) cluster.apply(deployment("web", sketch));
  else if ("adds" in deed) {
    const set = replicaSet(`stray-${cluster.engine.now}`, 1);
    cluster.apply({ ...set, metadata: { ...set.metadata, labels: { app: "web" } } });
  } else touch(cluster, deed);
}

function touch(cluster: TestCluster, { set: verb, to }: Extract<Deed, { set: string }>): void {
  const sets = cluster.all("ReplicaSet");
  const target = sets[to % Math.max(1, sets.length)];
  if (target === undefined) return;
  if (verb === "delete") {
    cluster.execute({ verb: "delete", target });
    return;
  }
  const changes = {
    scale: { spec: { ...target.spec, replicas: to } },
    annotate: { annotations: { ...target.annotations, note: String(to) } },
    release: { labels: { app: "other" } },
  };
  cluster.execute({ verb: "patch", target, change: changes[verb as keyof typeof changes] });
}

/** All that was committed and told, with its time. */
function run({ watchLagMillis, strategy, deeds }: Course): readonly string[] {
  const log: string[] = [];
  const cluster = new TestCluster({
    watchLagMicros: watchLagMillis * 1_000,
    readyAfter: (pod: PodVersion) => (pod.spec.containers[0]!.image === "broken" ? null : 1e6),
  }).run(only("deployment-controller", "replicaset-controller"));
  cluster.store.observe((before: AnyVersion | null, after: AnyVersion | null) => {
    const { kind, name, uid } = (after ?? before)!;
    const now = cluster.engine.now;
    const { spec, status, annotations, labels } = (after ?? {}) as Partial<
      ObjectVersion<"Deployment">
    >;
    const content = kind === "Pod" ? "" : JSON.stringify({ spec, status, annotations, labels });
    log.push(`${now} ${kind}/${name} ${uid} ${after?.resourceVersion ?? "gone"} ${content}`);
  });
  let sketch: DeploymentSketch = { strategy: { type: strategy }, progressDeadlineSeconds: 30 };
  cluster.apply(deployment("web", sketch));
  cluster.advance(5);
  for (const { deed, thenSeconds } of deeds) {
    if ("sketch" in deed) sketch = { ...sketch, ...deed.sketch };
    act(cluster, sketch, deed);
    cluster.advance(thenSeconds);
  }
  cluster.advance(60);
  return [
    ...log,
    ...cluster.events.map((event) => JSON.stringify(event)),
    `${cluster.writes.length} writes`,
  ];
}

afterEach(() => vi.restoreAllMocks());

it("a Deployment's syncs that are left out would have written nothing, over random changes", () => {
  let leftOut = 0;
  fc.assert(
    fc.property(courses, (course) => {
      vi.restoreAllMocks();
      const same = vi.spyOn(QuietSyncs.prototype, "same");
      const shortened = run(course);
      leftOut += same.mock.results.filter(({ value }) => value !== null).length;
      same.mockReturnValue(null);
      const whole = run(course);
      expect(shortened).toEqual(whole);
    }),
    { numRuns: 30, seed: 17 },
  );
  expect(leftOut).toBeGreaterThan(50);
});
