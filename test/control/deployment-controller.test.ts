import { describe, expect, it } from "vitest";
import { fromManifest, toManifest } from "../../src/api/manifest.js";
import type { AnyVersion } from "../../src/api/object-version.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import type { Change, WriteRequest } from "../../src/store/request.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { deployment, podTemplate, replicaSet, START_TIME_MS, TestCluster } from "./cluster.js";

const REVISION = "deployment.kubernetes.io/revision";

function started(sketch = {}, options = {}): TestCluster {
  const cluster = new TestCluster(options).run(CONTROLLERS);
  cluster.apply(deployment("web", sketch));
  return cluster.advance(20);
}

const web = (cluster: TestCluster) => cluster.get("Deployment", "web");
const sizes = (cluster: TestCluster) => cluster.all("ReplicaSet").map((set) => set.spec.replicas);
const setsByRevision = (cluster: TestCluster) =>
  new Map(cluster.all("ReplicaSet").map((set) => [set.annotations[REVISION], set]));

function condition(cluster: TestCluster, type: string): string[] | undefined {
  const found = web(cluster).status.conditions?.find((one) => one.type === type);
  return found && [found.status, found.reason ?? ""];
}

function change(cluster: TestCluster, spec: object): void {
  const target = web(cluster);
  cluster.execute({ verb: "patch", target, change: { spec: { ...target.spec, ...spec } } });
}

const images = (cluster: TestCluster) =>
  new Set(cluster.all("Pod").map((pod) => pod.spec.containers[0]!.image));

/** Pods with the image `broken` never become ready. */
const BROKEN = {
  readyAfter: (pod: PodVersion) => (pod.spec.containers[0]!.image === "broken" ? null : 1_000_000),
};

describe("a Deployment", () => {
  it("creates a ReplicaSet, becomes available, and then is quiet", () => {
    const cluster = started();
    expect(web(cluster).status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    expect(condition(cluster, "Available")).toEqual(["True", "MinimumReplicasAvailable"]);
    expect(condition(cluster, "Progressing")).toEqual(["True", "NewReplicaSetAvailable"]);
    expect(cluster.events[0]).toMatchObject({
      reason: "ScalingReplicaSet",
      message: `Scaled up replica set ${cluster.all("ReplicaSet")[0]!.name} from 0 to 3`,
    });
    const writes = cluster.writes.length;
    cluster.advance(3600);
    expect(cluster.writes.length).toBe(writes);
  });

  it("with Recreate starts new pods when the last old one is gone", () => {
    const cluster = started({ strategy: { type: "Recreate" } }, { stopAfterMicros: 30_000_000 });
    let together = 0;
    cluster.store.observe(() => {
      if (images(cluster).size > 1) together += 1;
    });
    cluster.apply(deployment("web", { strategy: { type: "Recreate" }, image: "web:2" }));
    cluster.advance(25);
    expect(images(cluster)).toEqual(new Set(["web:1"]));
    cluster.advance(30);
    expect(images(cluster)).toEqual(new Set(["web:2"]));
    expect(together).toBe(0);
    expect(web(cluster).status.availableReplicas).toBe(3);
  });

  it("goes back to an earlier revision, whose set it uses again", () => {
    const cluster = started();
    const [first] = cluster.all("ReplicaSet");
    cluster.apply(deployment("web", { image: "web:2" }));
    cluster.advance(60);
    expect(web(cluster).annotations[REVISION]).toBe("2");
    change(cluster, { template: first!.spec.template });
    cluster.advance(60);
    expect(images(cluster)).toEqual(new Set(["web:1"]));
    expect(web(cluster).annotations[REVISION]).toBe("3");
    const current = cluster.get("ReplicaSet", first!.name);
    expect(current.spec.replicas).toBe(3);
    expect(current.annotations["deployment.kubernetes.io/revision-history"]).toBe("1");
    expect(cluster.all("ReplicaSet").length).toBe(2);
  });

  it("while paused changes no pod, and goes on when it is resumed", () => {
    const cluster = started();
    change(cluster, { paused: true });
    cluster.apply(deployment("web", { image: "web:2", paused: true }));
    cluster.advance(60);
    expect(condition(cluster, "Progressing")).toEqual(["Unknown", "DeploymentPaused"]);
    expect(images(cluster)).toEqual(new Set(["web:1"]));
    expect(cluster.all("ReplicaSet").length).toBe(1);
    cluster.apply(deployment("web", { image: "web:2", paused: true, replicas: 5 }));
    cluster.advance(20);
    expect(sizes(cluster)).toEqual([5]);
    change(cluster, { paused: false });
    cluster.advance(60);
    expect(images(cluster)).toEqual(new Set(["web:2"]));
    expect(condition(cluster, "Progressing")).toEqual(["True", "NewReplicaSetAvailable"]);
  });

  it("replaces all pods when it is restarted", () => {
    const cluster = started();
    const before = new Set(cluster.all("Pod").map(({ uid }) => uid));
    const { template } = web(cluster).spec;
    const annotations = { "kubectl.kubernetes.io/restartedAt": "2026-11-21T10:00:00Z" };
    change(cluster, { template: { ...template, metadata: { ...template.metadata, annotations } } });
    cluster.advance(60);
    expect(cluster.all("Pod").filter(({ uid }) => before.has(uid))).toEqual([]);
    expect(cluster.all("Pod").length).toBe(3);
  });

  it("shares a resize out in the middle of a rollout", () => {
    const rolling = { maxSurge: 2, maxUnavailable: 0 };
    const strategy = { type: "RollingUpdate", rollingUpdate: rolling };
    const cluster = started({ replicas: 10, strategy }, BROKEN);
    cluster.apply(deployment("web", { replicas: 10, strategy, image: "broken" }));
    cluster.advance(20);
    expect(sizes(cluster)).toEqual([10, 2]);
    cluster.apply(deployment("web", { replicas: 20, strategy, image: "broken" }));
    cluster.advance(20);
    expect(sizes(cluster)).toEqual([18, 4]);
  });

  it("says that a rollout hangs once its deadline has passed, and takes it back", () => {
    const cluster = started({ progressDeadlineSeconds: 60 }, BROKEN);
    cluster.apply(deployment("web", { image: "broken", progressDeadlineSeconds: 60 }));
    cluster.advance(55);
    expect(condition(cluster, "Progressing")).toEqual(["True", "ReplicaSetUpdated"]);
    cluster.advance(10);
    expect(condition(cluster, "Progressing")).toEqual(["False", "ProgressDeadlineExceeded"]);
    const writes = cluster.writes.length;
    cluster.advance(3600);
    expect(cluster.writes.length).toBe(writes);
    cluster.apply(deployment("web", { image: "web:3", progressDeadlineSeconds: 60 }));
    cluster.advance(60);
    expect(condition(cluster, "Progressing")).toEqual(["True", "NewReplicaSetAvailable"]);
  });

  it("keeps as many old sets as its history allows, the newest", () => {
    const cluster = started({ revisionHistoryLimit: 2 });
    for (let version = 2; version <= 6; version++) {
      cluster.apply(deployment("web", { image: `web:${version}`, revisionHistoryLimit: 2 }));
      cluster.advance(30);
    }
    expect([...setsByRevision(cluster).keys()].sort()).toEqual(["4", "5", "6"]);
  });

  it("takes another name when a set of another template has the one it wants", () => {
    const probe = started();
    const { name } = probe.all("ReplicaSet")[0]!;
    const cluster = new TestCluster().run(CONTROLLERS);
    const taken = replicaSet("other", 0);
    taken.metadata.name = name;
    cluster.apply(taken);
    cluster.apply(deployment("web"));
    cluster.advance(20);
    expect(web(cluster).status.collisionCount).toBe(1);
    expect(web(cluster).status.availableReplicas).toBe(3);
    expect(cluster.get("ReplicaSet", name).spec.replicas).toBe(0);
  });

  it("adopts a set that its selector matches, whatever its hash, and the set adopts pods", () => {
    const cluster = new TestCluster().run(CONTROLLERS);
    const labels = { app: "web", "pod-template-hash": "abc" };
    for (const name of ["one", "two"]) {
      cluster.apply({
        apiVersion: "v1",
        kind: "Pod",
        ...podTemplate(labels),
        metadata: { name, namespace: "default", labels },
      });
    }
    const set = replicaSet("web-abc", 2);
    set.metadata.labels = labels;
    set.spec = {
      replicas: 2,
      selector: { matchLabels: labels },
      template: podTemplate(labels),
    };
    cluster.apply(set);
    cluster.apply(deployment("web", { replicas: 2 }));
    cluster.advance(20);
    expect(cluster.all("ReplicaSet").map(({ name }) => name)).toEqual(["web-abc"]);
    expect(cluster.all("Pod").map(({ name }) => name)).toEqual(["one", "two"]);
    expect(web(cluster).status.availableReplicas).toBe(2);
    expect(cluster.get("ReplicaSet", "web-abc").ownerReferences[0]!.uid).toBe(web(cluster).uid);
  });

  it("lets go of a pod whose labels no longer match, and replaces it", () => {
    const cluster = started();
    const [pod] = cluster.all("Pod");
    const change = { labels: { app: "debug" } };
    cluster.execute({ verb: "patch", target: pod!, change });
    cluster.advance(20);
    expect(cluster.get("Pod", pod!.name).ownerReferences).toEqual([]);
    expect(cluster.all("Pod").length).toBe(4);
    expect(web(cluster).status.availableReplicas).toBe(3);
  });

  it("reports what kept a set from creating its pods", () => {
    const cluster = new TestCluster().run(CONTROLLERS);
    const broken = deployment("web");
    const template = podTemplate({ app: "web" });
    broken.spec = {
      ...(broken.spec as object),
      template: { ...template, spec: { ...template.spec, priorityClassName: "nowhere" } },
    };
    cluster.apply(broken);
    cluster.advance(20);
    expect(cluster.all("Pod")).toEqual([]);
    expect(condition(cluster, "ReplicaFailure")).toEqual(["True", "FailedCreate"]);
    expect(cluster.reasons().filter((reason) => reason === "FailedCreate").length).toBeGreaterThan(
      3,
    );
    const events = cluster.events.length;
    cluster.advance(3600);
    expect(cluster.events.length - events).toBeLessThan(20);
  });
});

describe("a set that is refused", () => {
  const LONG = "a-name-of-250-characters".padEnd(250, "-x");
  const long = () => {
    const selector = { matchLabels: { app: "web" } };
    return deployment(LONG, { selector, template: podTemplate({ app: "web" }) });
  };
  it("is tried again after 5 ms, twice as long each time, and given up after 15 failures", () => {
    const cluster = new TestCluster({ kubernetesMinor: 33 }).run(CONTROLLERS);
    cluster.apply(long());
    cluster.advance(7_200);
    const tried = cluster.events
      .filter(({ reason }) => reason === "ReplicaSetCreateError")
      .map(({ timeMicros }) => timeMicros);
    const waits = tried.slice(1).map((at, i) => at - tried[i]!);
    // The condition that tells of the first failure wakes the controller once more.
    expect(tried.length).toBeGreaterThanOrEqual(15);
    expect(tried.length).toBeLessThanOrEqual(18);
    for (const [i, wait] of waits.slice(4).entries()) {
      expect(wait).toBeGreaterThanOrEqual(5_000 * 2 ** (i + 3));
    }
    const told = cluster.get("Deployment", LONG).status.conditions ?? [];
    expect(told).toMatchObject([{ type: "Progressing", reason: "ReplicaSetCreateError" }]);
    expect(cluster.engine.eventsPending).toBe(0);
  });

  it("since 1.34 is not for its Deployment's long name, which is cut", () => {
    const cluster = new TestCluster({ kubernetesMinor: 34 }).run(CONTROLLERS);
    cluster.apply(long());
    cluster.advance(60);
    const [set] = cluster.all("ReplicaSet");
    expect(set!.name.length).toBe(253);
    expect(set!.name.startsWith(LONG.slice(0, 240))).toBe(true);
    expect(cluster.get("Deployment", LONG).status.availableReplicas).toBe(3);
  });

  it("its new size, does not fail a rolling update: an old set waits for the next change", () => {
    let refused = 0;
    let isBlocked = true;
    const cluster = started(
      {},
      {
        refuse: ({ verb, ...request }: WriteRequest) => {
          const { base, change } = request as { base?: AnyVersion; change?: Change };
          if (verb !== "update" || base?.kind !== "ReplicaSet") return null;
          const size = (change?.spec as { replicas?: number } | undefined)?.replicas;
          if (size === undefined || size >= (base.spec.replicas ?? 1)) return null;
          if (!isBlocked) return null;
          refused += 1;
          return { ok: false, reason: "Conflict", message: "the object has been modified" };
        },
      },
    );
    cluster.apply(deployment("web", { image: "web:2" }));
    cluster.advance(500);
    // Once more for the status that the first sync wrote, and never again.
    expect(refused).toBe(2);
    expect(sizes(cluster)).toEqual([3, 1]);
    isBlocked = false;
    change(cluster, { minReadySeconds: 1 });
    cluster.advance(60);
    expect(sizes(cluster)).toEqual([0, 3]);
  });
});

describe("a cluster that was dumped", () => {
  function restored(from: TestCluster): TestCluster {
    const cluster = new TestCluster();
    const kinds = ["Node", "Deployment", "ReplicaSet", "Pod", "EndpointSlice", "Service"] as const;
    for (const kind of kinds) {
      for (const object of from.all(kind)) {
        const manifest = toManifest(object as AnyVersion, START_TIME_MS);
        const copy = fromManifest(JSON.parse(JSON.stringify(manifest)), START_TIME_MS);
        cluster.server.load(copy!);
      }
    }
    return cluster.run(CONTROLLERS, false);
  }

  it("stays as it is when it was settled", () => {
    const before = started();
    before.apply({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
    });
    before.apply(deployment("web", { image: "web:2" }));
    before.advance(60);
    const cluster = restored(before);
    cluster.advance(1800);
    expect(cluster.writes).toEqual([]);
  });

  it("stays as it is when its rollout hung", () => {
    const before = started({}, BROKEN);
    before.apply(deployment("web", { image: "broken" }));
    before.advance(700);
    expect(condition(before, "Progressing")).toEqual(["False", "ProgressDeadlineExceeded"]);
    const cluster = restored(before);
    cluster.advance(1800);
    expect(cluster.writes).toEqual([]);
  });
});
