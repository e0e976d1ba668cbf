import { describe, expect, it } from "vitest";
import type { ControllerOptions, NodeHeartbeats } from "../../src/control/controller.js";
import { NodeLifecycleController } from "../../src/control/node-lifecycle/node-lifecycle-controller.js";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import { only, podTemplate, TestCluster } from "./cluster.js";

const KEY = "node.kubernetes.io/";

/** Leases that a test stops and starts: the last one is seen when it was stopped. */
class Leases implements NodeHeartbeats {
  private readonly silent = new Map<string, number>();
  private listener: (name: string) => void = () => {};

  lastSeenMicros(name: string): number | null {
    return this.silent.get(name) ?? null;
  }

  onChange(listener: (name: string) => void): void {
    this.listener = listener;
  }

  stop(name: string, nowMicros: number): void {
    this.silent.set(name, nowMicros);
    this.listener(name);
  }

  renew(name: string): void {
    this.silent.delete(name);
    this.listener(name);
  }
}

/** Zones by name, each with so many nodes `<zone>-<i>`, and the controller alone. */
function clusterOf(
  zones: Readonly<Record<string, number>>,
  change: Partial<ControllerOptions> = {},
) {
  const cluster = new TestCluster();
  for (const [zone, count] of Object.entries(zones)) {
    for (let i = 0; i < count; i++) {
      const labels = {
        "topology.kubernetes.io/zone": zone,
        "failure-domain.beta.kubernetes.io/zone": zone,
      };
      cluster.apply({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: `${zone}-${i}`, labels },
        spec: {},
      });
      setReady(cluster, `${zone}-${i}`, "True");
    }
  }
  const leases = new Leases();
  const options = cluster.controllerOptions(only("node-lifecycle-controller")[0]!);
  const controller = new NodeLifecycleController({ ...options, heartbeats: leases, ...change });
  controller.start();
  const stop = (name: string) => leases.stop(name, cluster.engine.now);
  const recover = (name: string) => {
    leases.renew(name);
    setReady(cluster, name, "True");
  };
  return { cluster, controller, stop, recover };
}

function setReady(cluster: TestCluster, name: string, status: "True" | "False"): void {
  const node = cluster.get("Node", name, "");
  const others = (node.status.conditions ?? []).filter(({ type }) => type !== "Ready");
  const conditions = [...others, { type: "Ready", status }];
  cluster.execute({
    verb: "patch",
    target: node,
    change: { status: { ...node.status, conditions } },
  });
}

function taintsOf(cluster: TestCluster, name: string): readonly string[] {
  const taints = cluster.get("Node", name, "").spec.taints ?? [];
  return taints.map(({ key, effect }) => `${key.replace(KEY, "")}:${effect}`).sort();
}

const readyOf = (cluster: TestCluster, name: string) =>
  cluster.get("Node", name, "").status.conditions?.find(({ type }) => type === "Ready")?.status;

/** When each node first had the NoExecute taint `unreachable`, in seconds and in order. */
function taintTimes(cluster: TestCluster): () => readonly number[] {
  const times = new Map<string, number>();
  cluster.store.observe((_before, after) => {
    if (after?.kind !== "Node" || times.has(after.name)) return;
    const isTainted = after.spec.taints?.some(
      ({ key, effect }) => key === `${KEY}unreachable` && effect === "NoExecute",
    );
    if (isTainted) times.set(after.name, cluster.engine.now / MICROS_PER_SECOND);
  });
  return () => [...times.values()];
}

describe("a node that is not heard of any more", () => {
  it("is Unknown after the grace period, with its taints, and its pods are told", () => {
    const { cluster, stop } = clusterOf({ a: 2, b: 2 });
    const spec = { ...podTemplate({}).spec, nodeName: "a-0" };
    cluster.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "default" },
      spec,
    });
    const ready = {
      type: "Ready",
      status: "True",
      lastTransitionTimeMicros: 0,
      reason: "",
      message: "",
    } as const;
    cluster.execute({
      verb: "patch",
      target: cluster.get("Pod", "p"),
      change: { setConditions: [ready] },
    });
    cluster.advance(20);
    stop("a-0");
    cluster.advance(49);
    expect(readyOf(cluster, "a-0")).toBe("True");
    cluster.advance(7);
    expect(readyOf(cluster, "a-0")).toBe("Unknown");
    expect(taintsOf(cluster, "a-0")).toEqual(["unreachable:NoExecute", "unreachable:NoSchedule"]);
    expect(cluster.get("Pod", "p").status.conditions).toMatchObject([
      { type: "Ready", status: "False" },
    ]);
    expect(cluster.events.map(({ reason, object }) => `${reason} ${object}`)).toEqual([
      "NodeNotReady a-0",
      "NodeNotReady p",
    ]);
    expect(readyOf(cluster, "a-1")).toBe("True");
  });

  it.each([
    { what: "in 1.37", options: {}, seconds: 50 },
    { what: "before v1.32", options: { kubernetesMinor: 31 }, seconds: 40 },
    {
      what: "where a flag says so",
      options: { flags: { nodeMonitorGracePeriod: 20 * MICROS_PER_SECOND } },
      seconds: 20,
    },
  ])("is borne for $seconds s $what", ({ options, seconds }) => {
    const { cluster, stop } = clusterOf({ a: 1, b: 1 }, options);
    cluster.advance(20);
    stop("a-0");
    cluster.advance(seconds - 1);
    expect(readyOf(cluster, "a-0")).toBe("True");
    cluster.advance(7);
    expect(readyOf(cluster, "a-0")).toBe("Unknown");
  });

  it("loses the NoSchedule taint at once when it is there again, the other at the next look", () => {
    const { cluster, stop, recover } = clusterOf({ a: 1, b: 1 });
    stop("a-0");
    cluster.advance(60);
    recover("a-0");
    cluster.advance(0.1);
    expect(taintsOf(cluster, "a-0")).toEqual(["unreachable:NoExecute"]);
    cluster.advance(5.1);
    expect(taintsOf(cluster, "a-0")).toEqual([]);
  });

  it("that comes back in time is as before, and nothing was written", () => {
    const { cluster, stop, recover } = clusterOf({ a: 1, b: 1 });
    stop("a-0");
    cluster.advance(45);
    recover("a-0");
    cluster.advance(600);
    expect(cluster.writes).toEqual([]);
    expect(cluster.events).toEqual([]);
    expect(cluster.engine.eventsPending).toBe(0);
  });
});

describe("nodes that fail together", () => {
  it("of a whole zone are tainted one each ten seconds", () => {
    const { cluster, controller, stop } = clusterOf({ a: 3, b: 3 });
    const taintedAt = taintTimes(cluster);
    for (const i of [0, 1, 2]) stop(`a-${i}`);
    cluster.advance(120);
    expect(controller.zones.stateOf(":\u0000:a")).toBe("FullDisruption");
    const times = taintedAt();
    expect(times).toHaveLength(3);
    expect(times[1]! - times[0]!).toBeGreaterThan(9.9);
    expect(times[1]! - times[0]!).toBeLessThan(10.3);
    expect(times[2]! - times[1]!).toBeLessThan(10.3);
  });

  it("of all zones are not tainted for long: it is rather the control plane that is cut off", () => {
    const { cluster, stop, recover } = clusterOf({ a: 2, b: 2 });
    for (const name of ["a-0", "a-1", "b-0", "b-1"]) stop(name);
    cluster.advance(300);
    const evicting = () =>
      ["a-0", "a-1", "b-0", "b-1"].filter((name) =>
        taintsOf(cluster, name).includes("unreachable:NoExecute"),
      );
    expect(evicting()).toEqual([]);
    recover("b-0");
    cluster.advance(60);
    expect(evicting().sort()).toEqual(["a-0", "a-1", "b-1"]);
  });

  it("of more than 55 % of a small zone are not evicted, but for the one whose turn it was", () => {
    const { cluster, controller, stop } = clusterOf({ a: 5, b: 1 });
    const taintedAt = taintTimes(cluster);
    for (const i of [0, 1, 2]) stop(`a-${i}`);
    cluster.advance(600);
    expect(controller.zones.stateOf(":\u0000:a")).toBe("PartialDisruption");
    expect(taintedAt().length).toBeLessThanOrEqual(1);
  });
});

describe("a node's taints and labels", () => {
  it.each([
    ["MemoryPressure", "True", "memory-pressure"],
    ["DiskPressure", "True", "disk-pressure"],
    ["PIDPressure", "True", "pid-pressure"],
    ["NetworkUnavailable", "True", "network-unavailable"],
    ["Ready", "False", "not-ready"],
  ])("follow the condition %s=%s", (type, status, key) => {
    const { cluster } = clusterOf({ a: 1, b: 1 });
    const node = cluster.get("Node", "a-0", "");
    const conditions = [
      ...(node.status.conditions ?? []).filter((c) => c.type !== type),
      { type, status },
    ];
    const change = { status: { ...node.status, conditions } };
    cluster.execute({ verb: "patch", target: node, change });
    cluster.advance(1);
    expect(taintsOf(cluster, "a-0")).toContain(`${key}:NoSchedule`);
    cluster.execute({
      verb: "patch",
      target: cluster.get("Node", "a-0", ""),
      change: { status: node.status },
    });
    cluster.advance(10);
    expect(taintsOf(cluster, "a-0")).toEqual([]);
  });

  it("follow a cordon", () => {
    const { cluster } = clusterOf({ a: 1 });
    const node = cluster.get("Node", "a-0", "");
    const change = { spec: { ...node.spec, unschedulable: true } };
    cluster.execute({ verb: "patch", target: node, change });
    cluster.advance(1);
    expect(taintsOf(cluster, "a-0")).toEqual(["unschedulable:NoSchedule"]);
  });

  it("say what old manifests select", () => {
    const { cluster } = clusterOf({ a: 1 });
    const node = cluster.get("Node", "a-0", "");
    const labels = {
      ...node.labels,
      "kubernetes.io/arch": "arm64",
      "beta.kubernetes.io/arch": "amd64",
    };
    cluster.execute({ verb: "patch", target: node, change: { labels } });
    cluster.advance(1);
    expect(cluster.get("Node", "a-0", "").labels["beta.kubernetes.io/arch"]).toBe("arm64");
  });

  it("of nodes that are well cost nothing", () => {
    const { cluster } = clusterOf({ a: 3, b: 3 });
    cluster.advance(3600);
    expect(cluster.engine.eventsPending).toBe(0);
    expect(cluster.writes).toEqual([]);
  });
});
