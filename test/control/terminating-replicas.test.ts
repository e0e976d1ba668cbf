import { describe, expect, it } from "vitest";
import type { Kind } from "../../src/api/kinds.js";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import {
  type ClusterOptions,
  deployment,
  podTemplate,
  replicaSet,
  TestCluster,
} from "./cluster.js";

const STOP_SECONDS = 3;

function clusterOf(manifest: object, options: ClusterOptions = {}): TestCluster {
  const stopAfterMicros = STOP_SECONDS * MICROS_PER_SECOND;
  const cluster = new TestCluster({ stopAfterMicros, ...options }).run(CONTROLLERS);
  cluster.apply(manifest as Parameters<TestCluster["apply"]>[0]);
  return cluster.advance(20);
}

function patch(cluster: TestCluster, kind: Kind, name: string, change: object): void {
  const target = cluster.get(kind, name);
  expect(cluster.execute({ verb: "patch", target, change })).toMatchObject({ ok: true });
}

function scale(cluster: TestCluster, kind: "Deployment" | "ReplicaSet", replicas: number): void {
  const { spec } = cluster.get(kind, "web");
  patch(cluster, kind, "web", { spec: { ...spec, replicas } });
}

/** What the statuses that were written say, each once where several in a row say the same. */
function told(cluster: TestCluster, kind: "Deployment" | "ReplicaSet"): (number | undefined)[] {
  const counts: (number | undefined)[] = [];
  for (const request of cluster.writes) {
    if (request.verb !== "update" || request.base.kind !== kind) continue;
    const { status } = request.change as { status?: { terminatingReplicas?: number } };
    if (status === undefined) continue;
    const count = status.terminatingReplicas;
    if (counts.length === 0 || counts.at(-1) !== count) counts.push(count);
  }
  return counts;
}

describe("pods on their way out", () => {
  it("are told by a set from their deletion until they are gone", () => {
    const cluster = clusterOf(replicaSet("web", 4));
    const before = cluster.get("ReplicaSet", "web").status;
    expect(before.terminatingReplicas).toBe(0);
    scale(cluster, "ReplicaSet", 1);
    cluster.advance(STOP_SECONDS - 1);
    expect(cluster.get("ReplicaSet", "web").status).toMatchObject({
      replicas: 1,
      terminatingReplicas: 3,
    });
    cluster.advance(2);
    expect(cluster.get("ReplicaSet", "web").status).toMatchObject({
      replicas: 1,
      terminatingReplicas: 0,
    });
    const writes = cluster.writes.length;
    cluster.advance(3600);
    expect(cluster.writes.length).toBe(writes);
  });

  it("do not count where the selector matches them no more, nor once they have ended", () => {
    const cluster = clusterOf(replicaSet("web", 3));
    scale(cluster, "ReplicaSet", 0);
    cluster.advance(1);
    const [first, second] = cluster.all("Pod");
    patch(cluster, "Pod", first!.name, { labels: { app: "other" } });
    patch(cluster, "Pod", second!.name, { phase: "Succeeded" });
    cluster.advance(1);
    expect(cluster.all("Pod").length).toBe(3);
    expect(cluster.get("ReplicaSet", "web").status.terminatingReplicas).toBe(1);
  });

  it("are the sum of a Deployment's sets, those of old templates too", () => {
    const cluster = clusterOf(deployment("web", { replicas: 4 }));
    expect(cluster.get("Deployment", "web").status.terminatingReplicas).toBe(0);
    const { spec } = cluster.get("Deployment", "web");
    const containers = spec.template.spec!.containers.map((one) => ({ ...one, image: "web:2" }));
    const template = { ...spec.template, spec: { ...spec.template.spec, containers } };
    patch(cluster, "Deployment", "web", { spec: { ...spec, template } });
    cluster.advance(30);
    // One is let go at once, then one for each new pod that is ready; the first is still there when the last goes.
    expect(Math.max(...told(cluster, "Deployment").map((count) => count ?? 0))).toBe(4);
    expect(told(cluster, "Deployment").at(-1)).toBe(0);
    expect(cluster.get("Deployment", "web").status).toMatchObject({
      replicas: 4,
      availableReplicas: 4,
      terminatingReplicas: 0,
    });
  });

  it.each([
    [34, {}, [undefined]],
    [35, {}, [0, 1, 0]],
    [37, {}, [0, 1, 0]],
    [34, { DeploymentReplicaSetTerminatingReplicas: true }, [0, 1, 0]],
    [37, { DeploymentReplicaSetTerminatingReplicas: false }, [undefined]],
  ])("in 1.%i with gates %j are told as %j", (kubernetesMinor, gates, counts) => {
    const cluster = clusterOf(deployment("web", { replicas: 2 }), { kubernetesMinor, gates });
    scale(cluster, "Deployment", 1);
    cluster.advance(10);
    expect(told(cluster, "ReplicaSet")).toEqual(counts);
    // Before its set is looked at a Deployment writes a condition alone.
    expect(told(cluster, "Deployment")).toEqual(
      counts.length === 1 ? counts : [undefined, ...counts],
    );
  });

  it("are not told of a ReplicationController", () => {
    const cluster = clusterOf({
      apiVersion: "v1",
      kind: "ReplicationController",
      metadata: { name: "web", namespace: "default" },
      spec: { replicas: 2, selector: { app: "web" }, template: podTemplate({ app: "web" }) },
    });
    const { spec } = cluster.get("ReplicationController", "web");
    patch(cluster, "ReplicationController", "web", { spec: { ...spec, replicas: 1 } });
    cluster.advance(1);
    expect(cluster.get("ReplicationController", "web").status).toMatchObject({ replicas: 1 });
    expect(cluster.get("ReplicationController", "web").status).not.toHaveProperty(
      "terminatingReplicas",
    );
  });
});

describe("a Deployment's count of pods on their way out", () => {
  it("is not told while a set that was looked at does not tell its own", () => {
    const cluster = clusterOf(deployment("web", { replicas: 2 }), { kubernetesMinor: 34 });
    const [set] = cluster.all("ReplicaSet");
    expect(set!.status).not.toHaveProperty("terminatingReplicas");
    expect(cluster.get("Deployment", "web").status).not.toHaveProperty("terminatingReplicas");
    const { conditions: _, ...status } = cluster.get("Deployment", "web").status;
    expect(status).toEqual({
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    });
  });
});
