import { describe, expect, it } from "vitest";
import { featuresOf } from "../../src/api/features.js";
import { podCondition, type PodVersion } from "../../src/api/pod-version.js";
import { MICROS_PER_SECOND, secondsToMicros } from "../../src/base/time.js";
import type { ControllerOptions } from "../../src/control/controller.js";
import { PodGarbageCollector } from "../../src/control/pod-garbage-collector/pod-garbage-collector.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { only, podTemplate, replicaSet, TestCluster } from "./cluster.js";

/** The collector alone; every version of a pod that was written, and when one went. */
function collected(change: Partial<ControllerOptions> = {}) {
  const cluster = new TestCluster();
  const versions: PodVersion[] = [];
  const gone: [string, number][] = [];
  cluster.store.observe((before, after) => {
    if (after?.kind === "Pod") versions.push(after);
    if (after === null && before?.kind === "Pod") {
      gone.push([before.name, cluster.engine.now / MICROS_PER_SECOND]);
    }
  });
  node(cluster, "node-0");
  const options = {
    ...cluster.controllerOptions(only("pod-garbage-collector-controller")[0]!),
    ...change,
  };
  new PodGarbageCollector(options).start();
  return { cluster, versions, gone };
}

function node(cluster: TestCluster, name: string, spec: object = {}): void {
  cluster.apply({ apiVersion: "v1", kind: "Node", metadata: { name }, spec });
}

function bare(cluster: TestCluster, name: string, nodeName: string, finalizers: string[] = []) {
  const spec = { ...podTemplate({}).spec, ...(nodeName !== "" && { nodeName }) };
  const metadata = { name, namespace: "default", finalizers };
  cluster.apply({ apiVersion: "v1", kind: "Pod", metadata, spec });
}

const remove = (cluster: TestCluster, name: string) =>
  cluster.execute({ verb: "delete", target: { kind: "Node", namespace: "", name } });

describe("a pod whose node is gone", () => {
  it.each([
    { removedAt: 21, round: 2 },
    { removedAt: 39, round: 2 },
    { removedAt: 41, round: 3 },
  ])("stays for 40 s from the round that notices it: $removedAt s", ({ removedAt, round }) => {
    const { cluster, versions, gone } = collected();
    // Rounds come every 20 s from a time that is drawn by seed.
    const phase = cluster.engine.streams.draw("control/pod-garbage-collector/phase", 0) * 20;
    const noticedAt = phase + 20 * (phase + 20 * (round - 1) >= removedAt ? round - 1 : round);
    bare(cluster, "a", "node-0");
    cluster.advance(removedAt);
    remove(cluster, "node-0");
    cluster.advance(3600);
    expect(gone.map(([name]) => name)).toEqual(["a"]);
    expect(gone[0]![1]).toBeCloseTo(noticedAt + 40, 1);
    const last = versions.at(-1)!;
    expect(last.phase).toBe("Failed");
    expect(podCondition(last, "DisruptionTarget")).toMatchObject({
      status: "True",
      reason: "DeletionByPodGC",
    });
    expect(cluster.engine.eventsPending).toBe(0);
  });

  it("stays for good when the node comes back in time", () => {
    const { cluster, gone } = collected();
    bare(cluster, "a", "node-0");
    remove(cluster, "node-0");
    cluster.advance(30);
    node(cluster, "node-0");
    cluster.advance(600);
    expect(gone).toEqual([]);
    expect(cluster.get("Pod", "a").phase).toBe("Pending");
  });

  it("goes too when the node never was there", () => {
    const { cluster, gone } = collected();
    cluster.advance(1);
    bare(cluster, "a", "nowhere");
    cluster.advance(600);
    expect(gone).toHaveLength(1);
  });

  it("is deleted as it is before 1.26", () => {
    const { cluster, versions, gone } = collected({ features: featuresOf(25) });
    bare(cluster, "a", "node-0");
    remove(cluster, "node-0");
    cluster.advance(600);
    expect(gone).toHaveLength(1);
    expect(versions.at(-1)!.phase).toBe("Pending");
  });

  it("is asked for once where a finalizer holds it, and that keeps no run alive", () => {
    const { cluster, gone } = collected();
    bare(cluster, "a", "node-0", ["example.com/hold"]);
    remove(cluster, "node-0");
    cluster.advance(600);
    expect(gone).toEqual([]);
    expect(cluster.writes).toHaveLength(2);
    expect(cluster.engine.eventsPending).toBe(0);
    cluster.execute({ verb: "patch", target: cluster.get("Pod", "a"), change: { finalizers: [] } });
    expect(gone).toHaveLength(1);
  });
});

describe("pods that ended", () => {
  const ended = (
    cluster: TestCluster,
    name: string,
    phase: "Failed" | "Succeeded",
    reason = "",
  ) => {
    bare(cluster, name, "node-0");
    const change = { phase, status: { reason } } as const;
    cluster.execute({ verb: "patch", target: cluster.get("Pod", name), change });
    cluster.advance(1);
  };

  it("go beyond the threshold: evicted ones first, then the oldest", () => {
    const { cluster, gone } = collected({ flags: { terminatedPodGCThreshold: 2 } });
    ended(cluster, "a", "Failed");
    ended(cluster, "b", "Succeeded");
    ended(cluster, "c", "Failed", "Evicted");
    bare(cluster, "running", "node-0");
    ended(cluster, "d", "Succeeded");
    cluster.advance(60);
    expect(gone.map(([name]) => name).sort()).toEqual(["a", "c"]);
    ended(cluster, "e", "Succeeded");
    cluster.advance(60);
    expect(gone.map(([name]) => name).sort()).toEqual(["a", "b", "c"]);
  });

  it("all stay when the threshold is 0", () => {
    const { cluster, gone } = collected({ flags: { terminatedPodGCThreshold: 0 } });
    for (const name of ["a", "b", "c"]) ended(cluster, name, "Failed");
    cluster.advance(600);
    expect(gone).toEqual([]);
  });
});

it("a pod that is being deleted on a node out of service goes at the next round", () => {
  const { cluster, gone } = collected();
  bare(cluster, "a", "node-0");
  bare(cluster, "b", "node-0");
  cluster.execute({ verb: "delete", target: cluster.get("Pod", "a") });
  cluster.advance(100);
  expect(gone).toEqual([]);
  const taint = { key: "node.kubernetes.io/out-of-service", effect: "NoExecute" } as const;
  const target = cluster.get("Node", "node-0", "");
  const status = { conditions: [{ type: "Ready", status: "False" }] };
  cluster.execute({ verb: "patch", target, change: { spec: { taints: [taint] }, status } });
  cluster.advance(100);
  expect(gone.map(([name]) => name)).toEqual(["a"]);
});

it("a pod that is deleted before it was bound goes if nothing holds it", () => {
  const { cluster, gone } = collected();
  bare(cluster, "a", "", ["example.com/hold"]);
  cluster.execute({ verb: "delete", target: cluster.get("Pod", "a") });
  cluster.advance(100);
  expect(cluster.get("Pod", "a").phase).toBe("Failed");
  cluster.execute({ verb: "patch", target: cluster.get("Pod", "a"), change: { finalizers: [] } });
  expect(gone).toHaveLength(1);
});

it("a ReplicaSet replaces the pods of a node that is gone", () => {
  const cluster = new TestCluster().run(CONTROLLERS);
  cluster.apply(replicaSet("web", 8));
  cluster.advance(30);
  remove(cluster, "node-1");
  cluster.advance(30);
  const lost = cluster.all("Pod").filter(({ nodeName }) => nodeName === "node-1");
  expect(lost).toHaveLength(2);
  cluster.engine.run({ untilMicros: secondsToMicros(100) });
  const uids = new Set(cluster.all("Pod").map(({ uid }) => uid));
  expect(uids.size).toBe(8);
  for (const { uid } of lost) expect(uids.has(uid)).toBe(false);
});
