import { describe, expect, it } from "vitest";
import { featuresOf } from "../../src/api/features.js";
import { podCondition } from "../../src/api/pod-version.js";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import type { ControllerOptions } from "../../src/control/controller.js";
import { TaintEvictionController } from "../../src/control/taint-eviction/taint-eviction-controller.js";
import { only, podTemplate, TestCluster } from "./cluster.js";

const NODE = { kind: "Node", namespace: "", name: "node-0" } as const;
const taint = (key: string, effect = "NoExecute", value = "") => ({ key, effect, value });
const exists = (key: string, tolerationSeconds?: number) => ({
  key,
  operator: "Exists",
  effect: "NoExecute",
  ...(tolerationSeconds !== undefined && { tolerationSeconds }),
});

/** A node with one pod, and the controller alone; when the pod was marked for deletion. */
function tolerating(tolerations: readonly object[], change: Partial<ControllerOptions> = {}) {
  const cluster = new TestCluster();
  cluster.apply({ apiVersion: "v1", kind: "Node", metadata: { name: "node-0" }, spec: {} });
  const spec = { ...podTemplate({}).spec, nodeName: "node-0", tolerations };
  cluster.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "default", finalizers: ["test/stays"] },
    spec,
  });
  const markedAt: number[] = [];
  cluster.store.observe((before, after) => {
    if (after?.kind !== "Pod" || after.deletionTimeMicros === null) return;
    if (before?.deletionTimeMicros === null) {
      markedAt.push(Math.floor(cluster.engine.now / MICROS_PER_SECOND));
    }
  });
  new TaintEvictionController({
    ...cluster.controllerOptions(only("taint-eviction-controller")[0]!),
    ...change,
  }).start();
  const setTaints = (taints: readonly object[]) =>
    cluster.submit({
      verb: "patch",
      target: NODE,
      change: { spec: { ...cluster.get("Node", "node-0", "").spec, taints } },
    });
  return { cluster, markedAt, setTaints };
}

describe("a pod on a node that gets NoExecute taints", () => {
  it.each([
    { what: "that it does not tolerate", tolerations: [], taints: [taint("a")], at: 10 },
    {
      what: "that it tolerates for 60 s",
      tolerations: [exists("a", 60)],
      taints: [taint("a")],
      at: 70,
    },
    {
      what: "that it tolerates for ever",
      tolerations: [exists("a")],
      taints: [taint("a")],
      at: null,
    },
    {
      what: "that it tolerates for no time",
      tolerations: [exists("a", 0)],
      taints: [taint("a")],
      at: 10,
    },
    {
      what: "that it tolerates for less than none",
      tolerations: [exists("a", -5)],
      taints: [taint("a")],
      at: 10,
    },
    {
      what: "that it tolerates for 60 s and 20 s",
      tolerations: [exists("a", 60), exists("b", 20)],
      taints: [taint("a"), taint("b")],
      at: 30,
    },
    {
      what: "of which it tolerates one",
      tolerations: [exists("a", 60)],
      taints: [taint("a"), taint("b")],
      at: 10,
    },
    {
      what: "of another value than it tolerates",
      tolerations: [{ key: "a", value: "x", effect: "NoExecute" }],
      taints: [taint("a", "NoExecute", "y")],
      at: 10,
    },
    {
      what: "that it tolerates with all others, by its first toleration that fits",
      tolerations: [exists("a", 60), { operator: "Exists" }],
      taints: [taint("a")],
      at: 70,
    },
    {
      what: "with another effect",
      tolerations: [],
      taints: [taint("a", "NoSchedule"), taint("b", "PreferNoSchedule")],
      at: null,
    },
  ])("$what: marked at $at s", ({ tolerations, taints, at }) => {
    const { cluster, markedAt, setTaints } = tolerating(tolerations);
    cluster.advance(10);
    setTaints(taints);
    cluster.advance(3600);
    expect(markedAt).toEqual(at === null ? [] : [at]);
  });

  it("is told why from 1.26 on, and the event says so in any version", () => {
    for (const kubernetesMinor of [25, 26, 34]) {
      const { cluster, setTaints } = tolerating([], { features: featuresOf(kubernetesMinor) });
      setTaints([taint("a")]);
      cluster.advance(1);
      const condition = podCondition(cluster.get("Pod", "p"), "DisruptionTarget");
      expect(condition?.reason).toBe(kubernetesMinor < 26 ? undefined : "DeletionByTaintManager");
      expect(cluster.events.map(({ message }) => message)).toEqual([
        "Marking for deletion Pod default/p",
      ]);
    }
  });

  it("stays when they are taken away in time, and an event says that it was spared", () => {
    const { cluster, markedAt, setTaints } = tolerating([exists("a", 60)]);
    setTaints([taint("a")]);
    cluster.advance(59);
    setTaints([]);
    cluster.advance(3600);
    expect(markedAt).toEqual([]);
    expect(cluster.events.map(({ message }) => message)).toEqual([
      "Cancelling deletion of Pod default/p",
    ]);
  });

  it("keeps its time when another taint comes that it tolerates for less", () => {
    const { cluster, markedAt, setTaints } = tolerating([exists("a", 60), exists("b", 5)]);
    setTaints([taint("a")]);
    cluster.advance(20);
    setTaints([taint("a"), taint("b")]);
    cluster.advance(3600);
    expect(markedAt).toEqual([60]);
  });

  it("goes at once when another comes that it does not tolerate", () => {
    const { cluster, markedAt, setTaints } = tolerating([exists("a", 60)]);
    setTaints([taint("a")]);
    cluster.advance(20);
    setTaints([taint("a"), taint("b")]);
    cluster.advance(3600);
    expect(markedAt).toEqual([20]);
  });

  it("is spared when it is given a toleration in time", () => {
    const { cluster, markedAt, setTaints } = tolerating([exists("a", 60)]);
    setTaints([taint("a")]);
    cluster.advance(20);
    const pod = cluster.get("Pod", "p");
    const tolerations = [exists("b"), exists("a", 60), { operator: "Exists" as const }];
    cluster.execute({
      verb: "patch",
      target: pod,
      change: { spec: { ...pod.spec, tolerations } },
    });
    cluster.advance(3600);
    expect(markedAt).toEqual([60]);
  });

  it("leaves nothing queued when it is gone before", () => {
    const { cluster, setTaints } = tolerating([exists("a", 600)]);
    setTaints([taint("a")]);
    cluster.advance(20);
    const target = cluster.get("Pod", "p");
    cluster.execute({ verb: "patch", target, change: { finalizers: [] } });
    cluster.execute({ verb: "delete", target, gracePeriodSeconds: 0 });
    cluster.advance(60);
    expect(cluster.engine.eventsPending).toBe(0);
    expect(cluster.events.map(({ message }) => message)).toEqual([
      "Cancelling deletion of Pod default/p",
    ]);
  });
});
