import { describe, expect, it } from "vitest";
import { isPodReady } from "../../../src/api/pod-version.js";
import { ClusterSnapshot } from "../../../src/autoscaling/cluster-autoscaler/cluster-snapshot.js";
import type { NodeGroup } from "../../../src/autoscaling/cluster-autoscaler/node-group.js";
import {
  AUTOSCALER_DEFAULTS,
  type AutoscalerOptions,
  NODE_GROUP_DEFAULTS,
} from "../../../src/autoscaling/cluster-autoscaler/options.js";
import { ClusterDoor } from "../../../src/autoscaling/cluster-autoscaler/scale-down/cluster-door.js";
import { ScaleDown } from "../../../src/autoscaling/cluster-autoscaler/scale-down/scale-down.js";
import { TO_BE_DELETED } from "../../../src/autoscaling/cluster-autoscaler/taints.js";
import { CONTROLLERS } from "../../../src/control/registry.js";
import { UNOBSERVED } from "../../../src/record/cluster-observer.js";
import { emptyCluster } from "../../conformance/autoscalers/ca-objects.js";
import { replicaSet, START_TIME_MS, TestCluster } from "../../control/cluster.js";

const ALLOCATABLE = { cpu: "4", memory: "8Gi", pods: "110" };

interface Made {
  readonly cluster: TestCluster;
  readonly told: string[];
  /** `second pod` of every eviction that was granted. */
  readonly evictions: string[];
  /** One loop, now. */
  loop(): ReturnType<ScaleDown["run"]>;
}

/** Five pods of one ReplicaSet on four nodes, two of them on `node-0`, the only node of an autoscaled group. */
function made(options: Partial<AutoscalerOptions> = {}, refuses = false): Made {
  const cluster = new TestCluster().run(CONTROLLERS);
  cluster.apply(replicaSet("web", 5));
  cluster.advance(10);
  for (const node of cluster.all("Node")) {
    const conditions = [{ type: "Ready", status: "True" }];
    const status = { capacity: ALLOCATABLE, allocatable: ALLOCATABLE, conditions };
    cluster.execute({ verb: "patch", target: node, change: { status } });
  }
  cluster.advance(10);
  const told: string[] = [];
  const evictions: string[] = [];
  const door = new ClusterDoor({
    engine: cluster.engine,
    client: cluster.newClient("cluster-autoscaler"),
    informers: cluster.informers,
    observer: {
      ...UNOBSERVED,
      event: (type, reason, object, message) =>
        told.push(`${type} ${reason} ${object.name}: ${message}`),
      podEvicted: (pod, reason, time) =>
        evictions.push(`${Math.floor(time / 1e6)} ${pod.name} ${reason}`),
    },
  });
  const group = onlyNodeOf(cluster, refuses);
  const all = { ...AUTOSCALER_DEFAULTS, maxPodEvictionMicros: 120e6, ...options };
  const groups = {
    list: () => [group],
    groupOf: (name: string) => (name === "node-0" ? group : null),
    isGone: () => false,
  };
  const snapshot = new ClusterSnapshot(emptyCluster());
  const scaleDown = new ScaleDown({
    ...{ options: all, groups, snapshot, door },
    startTimeMs: START_TIME_MS,
  });
  door.attach(scaleDown);
  const loop = () => {
    const nodes = [...cluster.informers.informer("Node").values()];
    const pods = [...cluster.informers.informer("Pod").values()];
    snapshot.reset(
      nodes,
      pods.filter(({ nodeName }) => nodeName !== ""),
    );
    const nowMicros = cluster.engine.now;
    return scaleDown.run({ nowMicros, nodes, lastScaleUpMicros: null, isForbidden: false });
  };
  return { cluster, told, evictions, loop };
}

function onlyNodeOf(cluster: TestCluster, refuses: boolean): NodeGroup {
  let size = 1;
  return {
    id: "pool",
    minSize: 0,
    maxSize: 1,
    pricePerHour: null,
    options: { ...NODE_GROUP_DEFAULTS, scaleDownUnneededMicros: 0 },
    targetSize: () => size,
    instances: () => [{ name: "node-0", creationError: null }],
    template: () => null,
    increaseSize: () => "no more",
    decreaseTargetSize: () => "no less",
    deleteNodes(names) {
      if (refuses) return "the cloud is busy";
      size -= names.length;
      for (const name of names) {
        cluster.submit({ verb: "delete", target: { kind: "Node", namespace: "", name } });
      }
      return null;
    },
  };
}

const budget = (spec: object) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web", namespace: "default" },
  spec: { selector: { matchLabels: { app: "web" } }, ...spec },
});

const nodeNames = ({ cluster }: Made) => cluster.all("Node").map(({ name }) => name);
const taintsOf = ({ cluster }: Made, name = "node-0") =>
  (cluster.get("Node", name, "").spec.taints ?? []).map(({ key }) => key);
const isMarked = (world: Made) => taintsOf(world).includes(TO_BE_DELETED);

describe("a node that is not needed", () => {
  it("is marked, drained after a delay, and its machine is given back", () => {
    const world = made();
    expect(world.loop()).toMatchObject({ result: "NodeDeleteStarted", started: ["node-0"] });
    world.cluster.advance(1);
    expect(isMarked(world)).toBe(true);
    expect(world.cluster.get("Node", "node-0", "").spec.unschedulable).toBe(true);
    expect(world.evictions).toEqual([]);
    world.cluster.advance(20);
    expect(world.evictions.map((one) => one.split(" ")[0])).toEqual(["25", "25"]);
    expect(nodeNames(world)).not.toContain("node-0");
    expect(world.cluster.all("Pod").filter(isPodReady)).toHaveLength(5);
    expect(world.told.at(-1)).toBe(
      "Normal ScaleDown cluster-autoscaler-status: Scale-down: node node-0 removed with drain",
    );
  });

  it("is marked over what somebody else wrote to it meanwhile", () => {
    const world = made();
    const target = { kind: "Node", namespace: "", name: "node-0" } as const;
    world.cluster.execute({ verb: "merge", target, patch: { metadata: { labels: { a: "b" } } } });
    world.loop();
    world.cluster.advance(1);
    expect(isMarked(world)).toBe(true);
    expect(world.cluster.get("Node", "node-0", "").labels.a).toBe("b");
  });
});

describe("a disruption budget", () => {
  it("lets the pods of a node go one after the other", () => {
    const world = made();
    world.cluster.apply(budget({ maxUnavailable: 1 }));
    world.cluster.advance(5);
    expect(world.loop().started).toEqual(["node-0"]);
    for (let second = 0; second < 40; second += 1) {
      world.cluster.advance(1);
      const ready = world.cluster.all("Pod").filter((pod) => isPodReady(pod));
      expect(ready.length).toBeGreaterThanOrEqual(4);
    }
    const [first, second] = world.evictions.map((one) => Number(one.split(" ")[0]));
    expect(second! - first!).toBeGreaterThanOrEqual(10);
    expect(nodeNames(world)).not.toContain("node-0");
  });

  it("that is used up keeps the node", () => {
    const world = made();
    world.cluster.apply(budget({ maxUnavailable: 0 }));
    world.cluster.advance(5);
    const { result, unremovable } = world.loop();
    expect(result).toBe("NoNodeDeleted");
    expect(unremovable.get("node-0")).toMatchObject({
      reason: "BlockedByPod",
      blocking: { reason: "NotEnoughPdb" },
    });
  });

  it("that is used up before the pods are evicted calls the removal off", () => {
    const world = made();
    world.loop();
    world.cluster.advance(1);
    world.cluster.apply(budget({ maxUnavailable: 0 }));
    world.cluster.advance(10);
    expect(world.evictions).toEqual([]);
    expect(isMarked(world)).toBe(false);
    expect(world.cluster.get("Node", "node-0", "").spec.unschedulable).toBe(false);
    expect(world.told.at(-1)).toMatch(/ScaleDownFailed node-0: failed to drain.*NotEnoughPdb/);
    expect(nodeNames(world)).toContain("node-0");
  });
});

describe("a node whose removal fails", () => {
  it("stays when the cloud refuses", () => {
    const world = made({}, true);
    world.loop();
    world.cluster.advance(20);
    expect(nodeNames(world)).toContain("node-0");
    expect(isMarked(world)).toBe(false);
    expect(world.told.at(-1)).toBe(
      "Warning ScaleDownFailed node-0: failed to drain and delete node: the cloud is busy",
    );
  });
});

describe("marks of a node that is not needed yet", () => {
  it("tell the scheduler to rather take another, and go when it is needed", () => {
    const world = made({ scaleDownDelayAfterDeleteMicros: 2 * 3600e6 });
    expect(world.loop().result).toBe("InCooldown");
    world.cluster.advance(1);
    expect(taintsOf(world)).toEqual(["DeletionCandidateOfClusterAutoscaler"]);
    world.cluster.apply(budget({ maxUnavailable: 0 }));
    world.cluster.advance(1);
    world.loop();
    world.cluster.advance(1);
    expect(taintsOf(world)).toEqual([]);
  });
});
