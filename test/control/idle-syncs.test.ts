import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import type { AnyVersion } from "../../src/api/object-version.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import { IdleSyncs } from "../../src/control/statefulset/idle-syncs.js";
import { only, podTemplate, TestCluster } from "./cluster.js";

const spec = fc.record(
  {
    replicas: fc.nat(4),
    image: fc.constantFrom("web:1", "web:2", "broken"),
    minReadySeconds: fc.constantFrom(0, 0, 3),
    partition: fc.nat(3),
    first: fc.nat(2),
  },
  { requiredKeys: [] },
);
type Sketch = typeof spec extends fc.Arbitrary<infer S> ? S : never;

/** What somebody does, to the set, or to a pod behind its back. */
const deed = fc.oneof(
  { weight: 3, arbitrary: fc.record({ sketch: spec }) },
  {
    weight: 6,
    arbitrary: fc.record({
      pod: fc.nat(5),
      verb: fc.constantFrom("delete", "fail", "annotate", "release", "relabel", "orphan"),
    }),
  },
);
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never;

const courses = fc.record({
  policy: fc.constantFrom("Parallel", "Parallel", "OrderedReady"),
  kubernetesMinor: fc.constantFrom(26, 34, 37),
  watchLagMillis: fc.constantFrom(1, 10, 400),
  deeds: fc.array(fc.record({ deed, thenSeconds: fc.constantFrom(0.02, 1, 3, 20) }), {
    minLength: 3,
    maxLength: 12,
  }),
});
type Course = typeof courses extends fc.Arbitrary<infer C> ? C : never;

function statefulSet(policy: string, sketch: Sketch): Manifest {
  const { replicas = 3, image = "web:1", minReadySeconds = 0, partition = 0, first = 0 } = sketch;
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      minReadySeconds,
      serviceName: "web",
      podManagementPolicy: policy,
      ordinals: { start: first },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } },
      selector: { matchLabels: { app: "web" } },
      template: podTemplate({ app: "web" }, image),
    },
  };
}

function touch(cluster: TestCluster, { pod, verb }: Extract<Deed, { pod: number }>): void {
  const pods = cluster.all("Pod");
  const target = pods[pod % Math.max(1, pods.length)];
  // What the pretended kubelets end themselves is theirs.
  if (target === undefined || target.phase !== "Running") return;
  if (target.deletionTimeMicros !== null) return;
  if (verb === "delete") {
    cluster.execute({ verb: "delete", target });
    return;
  }
  const changes = {
    fail: { phase: "Failed" },
    annotate: { annotations: { note: String(cluster.engine.now) } },
    release: { labels: { app: "other" } },
    relabel: { labels: { app: "web" } },
    orphan: { ownerReferences: [] },
  } as const;
  cluster.execute({ verb: "patch", target, change: changes[verb] });
}

/** All that was committed and told, with its time. */
function run({ policy, kubernetesMinor, watchLagMillis, deeds }: Course): readonly string[] {
  const log: string[] = [];
  const cluster = new TestCluster({
    kubernetesMinor,
    watchLagMicros: watchLagMillis * 1_000,
    readyAfter: (pod: PodVersion) => (pod.spec.containers[0]!.image === "broken" ? null : 1e6),
  }).run(only("statefulset-controller"));
  cluster.store.observe((before: AnyVersion | null, after: AnyVersion | null) => {
    const { kind, name, uid } = (after ?? before)!;
    const status = kind === "StatefulSet" ? JSON.stringify(after?.status) : "";
    const version = after?.resourceVersion ?? "gone";
    log.push(`${cluster.engine.now} ${kind}/${name} ${uid} ${version} ${status}`);
  });
  let sketch: Sketch = {};
  cluster.apply(statefulSet(policy, sketch));
  cluster.advance(10);
  for (const { deed, thenSeconds } of deeds) {
    if ("sketch" in deed) {
      sketch = { ...sketch, ...deed.sketch };
      cluster.apply(statefulSet(policy, sketch));
    } else touch(cluster, deed);
    cluster.advance(thenSeconds);
  }
  cluster.advance(60);
  return [...log, ...cluster.events.map((event) => JSON.stringify(event))];
}

afterEach(() => vi.restoreAllMocks());

it("a StatefulSet's syncs that are left out would have done nothing, over random changes", () => {
  let leftOut = 0;
  fc.assert(
    fc.property(courses, (course) => {
      vi.restoreAllMocks();
      const isAsLast = vi.spyOn(IdleSyncs.prototype, "isAsLast");
      const shortened = run(course);
      leftOut += isAsLast.mock.results.filter(({ value }) => value === true).length;
      isAsLast.mockReturnValue(false);
      expect(shortened).toEqual(run(course));
    }),
    { numRuns: 40, seed: 17 },
  );
  expect(leftOut).toBeGreaterThan(40);
});
