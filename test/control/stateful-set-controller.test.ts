import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { isPodReady, type PodVersion } from "../../src/api/pod-version.js";
import { type ClusterOptions, only, podTemplate, TestCluster } from "./cluster.js";

const controllers = only("statefulset-controller");
const withCollector = only(
  "statefulset-controller",
  "garbage-collector-controller",
  "volume-protection-controller",
);

function statefulSet(spec: Record<string, unknown> = {}, image = "web:1"): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas: 3,
      serviceName: "web",
      selector: { matchLabels: { app: "web" } },
      template: podTemplate({ app: "web" }, image),
      ...spec,
    },
  };
}

const DATA = {
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};

function begun(spec: Record<string, unknown> = {}, options: ClusterOptions = {}): TestCluster {
  const cluster = new TestCluster(options).run(withCollector);
  cluster.apply(statefulSet(spec));
  return cluster.advance(30);
}

const names = (cluster: TestCluster) =>
  cluster
    .all("Pod")
    .map(({ name }) => name)
    .sort();
const images = (cluster: TestCluster) =>
  cluster
    .all("Pod")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ spec }) => spec.containers[0]?.image);
const statusOf = (cluster: TestCluster) => cluster.get("StatefulSet", "web").status;
const claims = (cluster: TestCluster) =>
  cluster.all("PersistentVolumeClaim").map((one) => one.name);

/** When each pod was asked for, in whole seconds. */
function createdAt(cluster: TestCluster): number[] {
  return cluster
    .all("Pod")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ creationTimeMicros }) => Math.floor(creationTimeMicros / 1e6));
}

describe("a StatefulSet", () => {
  it("makes its pods one after the other, each once the one before is ready", () => {
    const cluster = begun();
    expect(names(cluster)).toEqual(["web-0", "web-1", "web-2"]);
    expect(createdAt(cluster)).toEqual([0, 1, 2]);
    expect(statusOf(cluster)).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      observedGeneration: 1,
    });
    expect(statusOf(cluster).currentRevision).toBe(statusOf(cluster).updateRevision);
  });

  it("makes all pods at once under the policy Parallel, in batches that double", () => {
    const cluster = new TestCluster().run(controllers);
    cluster.apply(statefulSet({ replicas: 7, podManagementPolicy: "Parallel" }));
    cluster.advance(0.5);
    expect(names(cluster).length).toBe(7);
    const batches = new Map<number, number>();
    for (const { creationTimeMicros: at } of cluster.all("Pod")) {
      batches.set(at, (batches.get(at) ?? 0) + 1);
    }
    expect([...batches.values()]).toEqual([1, 2, 4]);
  });

  it("begins with the ordinal that it is told, and gives pods their names, labels and hosts", () => {
    const cluster = begun({ replicas: 2, ordinals: { start: 5 } });
    expect(names(cluster)).toEqual(["web-5", "web-6"]);
    const pod = cluster.get("Pod", "web-5");
    expect(pod.labels).toMatchObject({
      app: "web",
      "statefulset.kubernetes.io/pod-name": "web-5",
      "apps.kubernetes.io/pod-index": "5",
      "controller-revision-hash": statusOf(cluster).currentRevision,
    });
    expect([pod.spec.hostname, pod.spec.subdomain]).toEqual(["web-5", "web"]);
  });

  it("shrinks from the highest ordinal, one pod at a time", () => {
    const cluster = begun({ replicas: 4 });
    cluster.apply(statefulSet({ replicas: 1 }));
    cluster.advance(0.5);
    expect(cluster.all("Pod").filter((pod) => pod.deletionTimeMicros !== null).length).toBe(1);
    cluster.advance(30);
    expect(names(cluster)).toEqual(["web-0"]);
  });

  it.each([
    ["OrderedReady", undefined, 1],
    ["OrderedReady", 2, 2],
    ["Parallel", 2, 2],
    ["Parallel", "50%", 2],
  ])("updates under %s with maxUnavailable %s, %i pods at a time", (policy, max, most) => {
    const rollingUpdate = max === undefined ? {} : { maxUnavailable: max };
    const spec = {
      replicas: 5,
      podManagementPolicy: policy,
      updateStrategy: { type: "RollingUpdate", rollingUpdate },
    };
    const cluster = begun(spec);
    cluster.apply(statefulSet(spec, "web:2"));
    let missing = 0;
    for (let i = 0; i < 200; i++) {
      cluster.advance(0.2);
      missing = Math.max(missing, 5 - cluster.all("Pod").filter(isPodReadyNow).length);
    }
    expect(images(cluster)).toEqual(Array(5).fill("web:2"));
    expect(missing).toBe(most);
  });

  it("ignores maxUnavailable where the version does not know it", () => {
    const spec = {
      replicas: 4,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 3 } },
    };
    const cluster = begun(spec, { kubernetesMinor: 34 });
    cluster.apply(statefulSet(spec, "web:2"));
    cluster.advance(0.5);
    expect(cluster.all("Pod").filter((pod) => pod.deletionTimeMicros !== null).length).toBe(1);
  });

  it("updates pods from the partition on, and makes those below it of the old revision", () => {
    const strategy = { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } };
    const cluster = begun();
    cluster.apply(statefulSet(strategy, "web:2"));
    cluster.advance(30);
    expect(images(cluster)).toEqual(["web:1", "web:1", "web:2"]);
    expect(statusOf(cluster)).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
    cluster.execute({ verb: "delete", target: cluster.get("Pod", "web-0") });
    cluster.advance(30);
    expect(images(cluster)).toEqual(["web:1", "web:1", "web:2"]);
  });

  it("leaves pods as they are under OnDelete, until somebody deletes them", () => {
    const strategy = { updateStrategy: { type: "OnDelete" } };
    const cluster = begun(strategy);
    cluster.apply(statefulSet(strategy, "web:2"));
    cluster.advance(30);
    expect(images(cluster)).toEqual(["web:1", "web:1", "web:1"]);
    cluster.execute({ verb: "delete", target: cluster.get("Pod", "web-1") });
    cluster.advance(30);
    expect(images(cluster)).toEqual(["web:1", "web:2", "web:1"]);
  });

  it("sticks to a bad template until the pod that never becomes ready is deleted", () => {
    const ready = (pod: PodVersion) =>
      pod.spec.containers[0]?.image === "web:bad" ? null : 1_000_000;
    const cluster = begun({}, { readyAfter: ready });
    cluster.apply(statefulSet({}, "web:bad"));
    cluster.advance(60);
    expect(images(cluster)).toEqual(["web:1", "web:1", "web:bad"]);
    cluster.apply(statefulSet({}, "web:3"));
    cluster.advance(60);
    expect(images(cluster)).toEqual(["web:1", "web:1", "web:bad"]);
    cluster.execute({ verb: "delete", target: cluster.get("Pod", "web-2") });
    cluster.advance(60);
    expect(images(cluster)).toEqual(["web:3", "web:3", "web:3"]);
  });

  it("waits for minReadySeconds before the next pod", () => {
    const cluster = begun({ minReadySeconds: 5 });
    expect(createdAt(cluster)).toEqual([0, 6, 12]);
    expect(statusOf(cluster)).toMatchObject({ readyReplicas: 3, availableReplicas: 3 });
  });

  it.each(["Failed", "Succeeded"] as const)("makes a pod anew that has ended as %s", (phase) => {
    const cluster = begun();
    const target = cluster.get("Pod", "web-1");
    cluster.execute({ verb: "patch", target, change: { phase } });
    cluster.advance(30);
    expect(cluster.get("Pod", "web-1").uid).not.toBe(target.uid);
    expect(names(cluster)).toEqual(["web-0", "web-1", "web-2"]);
  });

  it("leaves a pod that ended well where version 1.26 did", () => {
    const cluster = begun({}, { kubernetesMinor: 26 });
    const target = cluster.get("Pod", "web-1");
    cluster.execute({ verb: "patch", target, change: { phase: "Succeeded" } });
    cluster.advance(30);
    expect(cluster.get("Pod", "web-1").uid).toBe(target.uid);
  });

  it("goes back to a former revision, and keeps the history within its limit", () => {
    const cluster = begun({ revisionHistoryLimit: 2 });
    const first = statusOf(cluster).updateRevision;
    for (const image of ["web:2", "web:3", "web:1"]) {
      cluster.apply(statefulSet({ revisionHistoryLimit: 2 }, image));
      cluster.advance(30);
    }
    expect(statusOf(cluster).updateRevision).toBe(first);
    expect(cluster.all("ControllerRevision").map(({ spec }) => spec.revision)).toEqual([4, 2, 3]);
    for (const image of ["web:4", "web:5", "web:6"]) {
      cluster.apply(statefulSet({ revisionHistoryLimit: 2 }, image));
      cluster.advance(30);
    }
    expect(cluster.all("ControllerRevision").length).toBe(3);
  });

  it("adopts a pod of its name, and lets go of one that its selector matches no more", () => {
    const cluster = begun({ replicas: 2 });
    const target = cluster.get("Pod", "web-1");
    cluster.execute({ verb: "patch", target, change: { ownerReferences: [] } });
    cluster.advance(5);
    expect(cluster.get("Pod", "web-1").ownerReferences[0]?.kind).toBe("StatefulSet");
    cluster.execute({ verb: "patch", target, change: { labels: { app: "other" } } });
    cluster.advance(5);
    expect(cluster.get("Pod", "web-1").ownerReferences).toEqual([]);
  });
});

describe("claims of a StatefulSet", () => {
  const spec = (whenScaled: string, whenDeleted: string, replicas = 2) => ({
    replicas,
    volumeClaimTemplates: [DATA],
    persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted },
  });

  it("are made before their pods, and used again", () => {
    const cluster = begun(spec("Retain", "Retain"));
    expect(claims(cluster)).toEqual(["data-web-0", "data-web-1"]);
    expect(cluster.get("Pod", "web-1").spec.volumes?.[0]).toMatchObject({
      name: "data",
      persistentVolumeClaim: { claimName: "data-web-1" },
    });
    cluster.apply(statefulSet(spec("Retain", "Retain", 1)));
    cluster.advance(20);
    expect(claims(cluster)).toEqual(["data-web-0", "data-web-1"]);
    const [, uid] = cluster.all("PersistentVolumeClaim").map((claim) => claim.uid);
    cluster.apply(statefulSet(spec("Retain", "Retain", 2)));
    cluster.advance(20);
    expect(cluster.get("PersistentVolumeClaim", "data-web-1").uid).toBe(uid);
  });

  it.each([
    ["Retain", "Retain", ["data-web-0", "data-web-1"], ["data-web-0", "data-web-1"]],
    ["Delete", "Retain", ["data-web-0"], ["data-web-0"]],
    ["Retain", "Delete", ["data-web-0", "data-web-1"], []],
    ["Delete", "Delete", ["data-web-0"], []],
  ])("under whenScaled %s and whenDeleted %s", (scaled, deleted, afterScaling, afterDeletion) => {
    const cluster = begun(spec(scaled, deleted));
    cluster.apply(statefulSet(spec(scaled, deleted, 1)));
    cluster.advance(30);
    expect(claims(cluster)).toEqual(afterScaling);
    cluster.execute({ verb: "delete", target: cluster.get("StatefulSet", "web") });
    cluster.advance(30);
    expect(names(cluster)).toEqual([]);
    expect(claims(cluster)).toEqual(afterDeletion);
  });

  it("stay in every case where the version does not know the policy", () => {
    const cluster = begun(spec("Delete", "Delete"), { kubernetesMinor: 26 });
    cluster.apply(statefulSet(spec("Delete", "Delete", 1)));
    cluster.advance(30);
    expect(claims(cluster)).toEqual(["data-web-0", "data-web-1"]);
  });
});

const isPodReadyNow = (pod: PodVersion) => isPodReady(pod) && pod.deletionTimeMicros === null;

/** As a kubelet tells of a pod that fails: it is not ready any more. */
const failed = ({ status }: PodVersion) => ({
  phase: "Failed" as const,
  status: {
    ...status,
    conditions: status.conditions.map((one) =>
      one.type === "Ready" ? { ...one, status: "False" as const } : one,
    ),
  },
});

const change = fc.oneof(
  fc.record({ replicas: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ image: fc.constantFrom("web:1", "web:2", "web:3") }),
  fc.record({ deletes: fc.nat(4) }),
  fc.record({ fails: fc.nat(4) }),
);

describe("whatever happens to a StatefulSet", () => {
  property.prop(
    [
      fc.constantFrom("OrderedReady", "Parallel"),
      fc.constantFrom(26, 30, 34, 37),
      fc.array(fc.record({ change, after: fc.integer({ min: 0, max: 4_000 }) }), { maxLength: 8 }),
    ],
    { numRuns: 40 },
  )(
    "no ordinal ever has two pods, all are there in the end, and then nobody writes",
    (podManagementPolicy, kubernetesMinor, changes) => {
      const cluster = new TestCluster({ kubernetesMinor }).run(withCollector);
      let [replicas, image] = [3, "web:1"];
      const applied = () => statefulSet({ replicas, podManagementPolicy }, image);
      cluster.apply(applied());
      const ordinals = new Set<string>();
      cluster.informers.informer("Pod").addHandler({
        added: ({ name }) => {
          expect(ordinals.has(name)).toBe(false);
          ordinals.add(name);
        },
        deleted: ({ name }) => ordinals.delete(name),
      });
      for (const { change: next, after } of changes) {
        cluster.advance(after / 1_000);
        if ("replicas" in next) replicas = next.replicas;
        if ("image" in next) image = next.image;
        cluster.apply(applied());
        const index = "deletes" in next ? next.deletes : "fails" in next ? next.fails : -1;
        const target = cluster.all("Pod")[index];
        if (target?.phase !== "Running") continue;
        if ("deletes" in next) cluster.execute({ verb: "delete", target });
        else cluster.execute({ verb: "patch", target, change: failed(target) });
      }
      cluster.advance(900);
      expect(names(cluster)).toEqual(Array.from({ length: replicas }, (_, i) => `web-${i}`));
      expect(images(cluster)).toEqual(Array(replicas).fill(image));
      const written = cluster.writes.length;
      cluster.advance(3_600);
      expect(cluster.writes.length).toBe(written);
    },
  );
});
