import type { Labels, PodSpec } from "../src/api/kubernetes.js";
import type { VersionOf } from "../src/api/object-version.js";
import { EMPTY_POD_STATUS, type PodVersion } from "../src/api/pod-version.js";
import { ClusterSnapshot } from "../src/autoscaling/cluster-autoscaler/cluster-snapshot.js";
import type { NodeGroup, NodeGroups } from "../src/autoscaling/cluster-autoscaler/node-group.js";
import {
  AUTOSCALER_DEFAULTS,
  NODE_GROUP_DEFAULTS,
} from "../src/autoscaling/cluster-autoscaler/options.js";
import { ScaleDown } from "../src/autoscaling/cluster-autoscaler/scale-down/scale-down.js";
import type { ScaleDownDoor } from "../src/autoscaling/cluster-autoscaler/scale-down/scale-down-door.js";
import { StaticAutoscaler } from "../src/autoscaling/cluster-autoscaler/static-autoscaler.js";
import { MICROS_PER_SECOND } from "../src/base/time.js";
import { ClusterFork } from "../src/scheduler/framework/cluster-fork.js";
import { BenchWorld, benchNode, benchPod } from "./scheduler/world.js";

const GROUPS = 10;
const NODES = 1000;
const PODS_EACH = 7;
const PENDING = 2000;
const TEMPLATES = 50;
const TARGET_SECONDS = 1;
const SCAN_MICROS = 10 * MICROS_PER_SECOND;

/** One template in ten spreads over zones, one keeps its pods on different nodes. */
function templateSpec(i: number): PodSpec {
  const labelSelector = { matchLabels: { app: `app-${i}` } };
  const containers = [
    { name: "main", resources: { requests: { cpu: `${200 + 50 * (i % 13)}m`, memory: "512Mi" } } },
  ];
  const spread = {
    maxSkew: 5,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector,
  };
  const apart = { labelSelector, topologyKey: "kubernetes.io/hostname" };
  return {
    schedulerName: "default-scheduler",
    containers,
    ...(i % 10 === 3 ? { topologySpreadConstraints: [spread] } : {}),
    ...(i % 10 === 7
      ? {
          affinity: {
            podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] },
          },
        }
      : {}),
  } as unknown as PodSpec;
}

/** Pods of a template share their labels and spec, as those of a ReplicaSet do. */
interface Template {
  readonly app: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
}

function pod(name: string, { app, labels, spec }: Template): PodVersion {
  const made = benchPod(name, labels, spec);
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: app, uid: app };
  return made.next({ ownerReferences: [{ ...owner, controller: true }] });
}

const UNSCHEDULABLE = {
  ...EMPTY_POD_STATUS,
  conditions: [
    {
      type: "PodScheduled",
      status: "False" as const,
      reason: "Unschedulable",
      message: "",
      lastTransitionTimeMicros: 0,
    },
  ],
};

class BenchGroup implements NodeGroup {
  readonly minSize = 0;
  readonly maxSize = 1000;
  readonly pricePerHour = 0.2;
  readonly options = NODE_GROUP_DEFAULTS;
  constructor(
    readonly id: string,
    private readonly names: readonly string[],
  ) {}
  targetSize(): number {
    return this.names.length;
  }
  instances() {
    return this.names.map((name) => ({ name, creationError: null }));
  }
  template(): null {
    return null;
  }
  /** It is asked again in every scan. */
  increaseSize(): string {
    return "full";
  }
  decreaseTargetSize(): string {
    return "no";
  }
  deleteNodes(): string {
    return "no";
  }
}

function benchCluster() {
  const nodes: VersionOf<"Node">[] = [];
  const pods: PodVersion[] = [];
  const members = new Map<string, string[]>();
  const templates = Array.from({ length: TEMPLATES }, (_, i): Template => {
    const app = `app-${i}`;
    return { app, labels: { app }, spec: templateSpec(i) };
  });
  const filling = Array.from({ length: GROUPS }, (_, i): Template => {
    const containers = [{ name: "main", resources: { requests: { cpu: `${i + 0.4}` } } }];
    return { app: "fill", labels: {}, spec: { ...templates[0]!.spec, containers } };
  });
  for (let i = 0; i < NODES; i += 1) {
    const id = `pool-${i % GROUPS}`;
    const name = `${id}-${Math.floor(i / GROUPS)}`;
    const labels = {
      "kubernetes.io/hostname": name,
      "topology.kubernetes.io/zone": `zone-${i % 3}`,
    };
    nodes.push(benchNode(name, { cpu: `${4 + (i % GROUPS)}`, memory: "32Gi", labels }));
    members.set(id, [...(members.get(id) ?? []), name]);
    for (let k = 0; k < PODS_EACH; k += 1) {
      const template = templates[(i * PODS_EACH + k) % TEMPLATES]!;
      pods.push(pod(`run-${i}-${k}`, template).next({ nodeName: name, phase: "Running" }));
    }
    // What is left of the node nobody may have.
    const filler = pod(`fill-${i}`, filling[i % GROUPS]!);
    pods.push(filler.next({ nodeName: name, phase: "Running" }));
  }
  for (let i = 0; i < PENDING; i += 1) {
    pods.push(pod(`wait-${i}`, templates[i % TEMPLATES]!).next({ status: UNSCHEDULABLE }));
  }
  return { nodes, pods, members };
}

const DOOR: ScaleDownDoor = {
  owners: { find: () => ({ replicas: 100 }) },
  now: () => 0,
  wakeAt() {},
  budgets: () => [],
  podsOn: () => [],
  changeNode() {},
  evict() {},
  tell() {},
};

/** A scan of a cluster in which 2,000 pods wait; the median of some counts. */
export function scanRow(): void {
  const { nodes, pods, members } = benchCluster();
  const groups = [...members].map(([id, names]) => new BenchGroup(id, names));
  const byNode = new Map(
    groups.flatMap((group) => group.instances().map(({ name }) => [name, group] as const)),
  );
  const cloud: NodeGroups = {
    list: () => groups,
    groupOf: (name) => byNode.get(name) ?? null,
    isGone: () => false,
  };
  const { state, plainFramework } = new BenchWorld({ percentageOfNodesToScore: 100 });
  const snapshot = new ClusterSnapshot(
    new ClusterFork(state, new Map([["default-scheduler", plainFramework]])),
  );
  const options = { ...AUTOSCALER_DEFAULTS, initialNodeGroupBackoffMicros: 1 };
  const startTimeMs = 0;
  const scaleDown = new ScaleDown({ options, groups: cloud, snapshot, door: DOOR, startTimeMs });
  const autoscaler = new StaticAutoscaler({
    options,
    groups: cloud,
    lists: { nodes: () => nodes, pods: () => pods, daemonSets: () => [] },
    snapshot,
    scaleDown,
    pickAmong: () => 0,
    expanders: () => ({ priorities: null, resourcePrices: null }),
    tell: () => {},
    startTimeMs,
  });
  const seconds: number[] = [];
  for (let scan = 1; scan <= 7; scan += 1) {
    const began = process.cpuUsage();
    const { scaleUp } = autoscaler.runOnce(3600 * MICROS_PER_SECOND + scan * SCAN_MICROS);
    const { user, system } = process.cpuUsage(began);
    seconds.push((user + system) / 1e6);
    if (scaleUp.options.length !== GROUPS) throw new Error(`${scaleUp.options.length} options`);
    const most = Math.max(...scaleUp.options.map((option) => option.pods.length));
    if (most < PENDING / 2) throw new Error(`the best option takes ${most} pods`);
  }
  const [first] = seconds;
  seconds.sort((a, b) => a - b);
  console.log(
    `cluster-autoscaler: a scan with ${PENDING} pending pods of ${TEMPLATES} templates, ${GROUPS} groups, ${NODES} nodes: ` +
      `${seconds[3]!.toFixed(2)} s of CPU in the median, ${first!.toFixed(2)} s the first (target ${TARGET_SECONDS} s)`,
  );
}
