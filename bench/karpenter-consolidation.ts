import type { PodSpec } from "../src/api/kubernetes.js";
import type { VersionMeta } from "../src/api/object-version.js";
import { EMPTY_POD_STATUS, PodVersion } from "../src/api/pod-version.js";
import type { ClusterView } from "../src/autoscaling/karpenter/cluster-view.js";
import { ClusterDisruption } from "../src/autoscaling/karpenter/disruption/cluster-disruption.js";
import { methodsOf } from "../src/autoscaling/karpenter/disruption/methods.js";
import { roundOf } from "../src/autoscaling/karpenter/disruption/round.js";
import { InstanceType } from "../src/autoscaling/karpenter/instance-type.js";
import { PodRequestAmounts } from "../src/autoscaling/karpenter/pod-request-amounts.js";
import { SchedulingGround } from "../src/autoscaling/karpenter/scheduling-ground.js";
import { StateNode } from "../src/autoscaling/karpenter/state-node.js";
import { MICROS_PER_HOUR } from "../src/base/time.js";

const NODES = 1000;
const TARGET_SECONDS = 10;
const FAMILIES = 60;
const SIZES = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96];
const ZONES = ["zone-a", "zone-b", "zone-c"];
const TEMPLATES = 50;
const NOW = 24 * MICROS_PER_HOUR;
const SINCE = "1970-01-01T01:00:00Z";

const meta = (name: string, change: Partial<VersionMeta> = {}): VersionMeta => ({
  ...{ row: 0, uid: name, namespace: "", name, generateName: "", resourceVersion: 1 },
  ...{ generation: 1, creationTimeMicros: 0, deletionTimeMicros: null },
  ...{ deletionGracePeriodSeconds: null, labels: {}, annotations: {}, ownerReferences: [] },
  ...{ finalizers: [], ...change },
});

/** 600 types: 60 families of ten sizes, on demand and spot in three zones. */
function typeTable(priceStep: number): readonly InstanceType[] {
  const types: InstanceType[] = [];
  for (let family = 0; family < FAMILIES; family++) {
    for (const size of SIZES) {
      const price = size * (0.04 + priceStep * family);
      const memory = `${size * (2 + (family % 4) * 2)}Gi`;
      const offerings = ZONES.flatMap((zone) => [
        { zone, capacityType: "on-demand" as const, price },
        { zone, capacityType: "spot" as const, price: price * 0.4 },
      ]);
      const name = `f${family}.${size}x`;
      const entry = { name, arch: "amd64", os: ["linux"], offerings };
      const capacity = { cpu: String(size), memory, pods: "110" };
      types.push(new InstanceType({ ...entry, capacity, overhead: { cpu: "80m" } }, types.length));
    }
  }
  return types;
}

function podOf(name: string, nodeName: string, spec: PodSpec): PodVersion {
  const status = { ...EMPTY_POD_STATUS, startTimeMicros: 0 };
  const fields = { spec, nodeName, nominatedNodeName: "", phase: "Running" as const, status };
  return PodVersion.of({ ...meta(name, { namespace: "default" }), ...fields });
}

interface Load {
  /** Of a node, up to what its smallest pod leaves. */
  readonly share: number;
  /** Dollars an hour that a core of each family costs more than one of the family before. */
  readonly priceStep: number;
}

/** A thousand nodes of eight cores, filled to a share of them by pods of 50 templates. */
function viewOf({ share, priceStep }: Load, requests: PodRequestAmounts): ClusterView {
  const instanceTypes = typeTable(priceStep);
  const specs = Array.from({ length: TEMPLATES }, (_, i): PodSpec => {
    const cpu = `${250 + (i % 10) * 75}m`;
    return { containers: [{ name: "main", resources: { requests: { cpu, memory: "256Mi" } } }] };
  });
  let made = 0;
  const nodes = Array.from({ length: NODES }, (_, i) => {
    const name = `node-${String(i).padStart(4, "0")}`;
    const type = instanceTypes[(i % FAMILIES) * SIZES.length + 3]!;
    const labels = {
      ...{ "kubernetes.io/hostname": name, "kubernetes.io/arch": "amd64" },
      ...{ "kubernetes.io/os": "linux", "karpenter.sh/nodepool": "general" },
      ...{ "topology.kubernetes.io/zone": ZONES[i % 3]!, "karpenter.sh/registered": "true" },
      ...{ "karpenter.sh/capacity-type": "on-demand", "karpenter.sh/initialized": "true" },
      "node.kubernetes.io/instance-type": type.name,
    };
    const amounts = {
      capacity: type.entry.capacity,
      allocatable: { ...type.entry.capacity, cpu: "7920m" },
    };
    const conditions = ["Launched", "Registered", "Initialized", "Consolidatable"].map((one) => ({
      ...{ type: one, status: "True", reason: one, lastTransitionTime: SINCE },
    }));
    const nodeClassRef = { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" };
    const pods: PodVersion[] = [];
    for (let left = 7920 * share; left >= 250; made++) {
      const spec = specs[left < 925 ? 0 : (made * 7919) % TEMPLATES]!;
      left -= requests.ofSpec(spec).get("cpu")!;
      pods.push(podOf(`pod-${made}`, name, spec));
    }
    return new StateNode(
      {
        node: {
          ...meta(name, { labels }),
          ...{ kind: "Node", spec: {} },
          status: { ...amounts, conditions: [{ type: "Ready", status: "True" }] },
        } as never,
        nodeClaim: {
          ...meta(name, { labels }),
          ...{ kind: "NodeClaim", spec: { nodeClassRef, requirements: [] } },
          status: { ...amounts, conditions },
        } as never,
        pods,
      },
      requests,
    );
  });
  const pool = {
    name: "general",
    uid: "general",
    spec: {
      disruption: {
        budgets: [{ nodes: "100%" }],
        consolidateAfter: "0s",
        consolidationPolicy: "WhenEmptyOrUnderutilized",
      },
      template: {
        spec: {
          nodeClassRef: { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" },
          requirements: [
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
          ],
        },
      },
    },
  };
  return {
    ...{ nowMicros: NOW, nodePools: [pool], instanceTypes, nodes, unboundPods: [] },
    ...{ daemonPods: [], budgets: [], namespaces: new Map([["default", {}]]) },
    volumes: {
      claim: () => undefined,
      volume: () => undefined,
      storageClass: () => undefined,
    },
  };
}

const SILENT = { unconsolidatable() {}, blocked() {}, budgetBlocked() {} };

/** One look of Karpenter's disruption at a thousand nodes: every method is asked, as if none before it had a command. */
function measure(what: string, load: Load): void {
  const requests = new PodRequestAmounts();
  const view = viewOf(load, requests);
  const pods = view.nodes.reduce((sum, node) => sum + node.pods.length, 0);
  const began = process.cpuUsage();
  const options = { startTimeMs: 0, isQueued: () => false, managesDeletionCost: false };
  const world = new ClusterDisruption(new SchedulingGround(view, requests), options);
  const found = methodsOf(SILENT, { spotToSpot: false }).map((method) => {
    const round = roundOf(method, world, SILENT);
    const command = round && method.propose(round).command;
    return `${method.name} ${command?.candidates.length ?? 0}`;
  });
  const { user, system } = process.cpuUsage(began);
  console.log(
    `karpenter: consolidation of ${NODES} nodes with ${pods} pods, ${what} (${found.join(", ")}): ` +
      `${((user + system) / 1e6).toFixed(2)} s of CPU (target ${TARGET_SECONDS} s)`,
  );
}

export function karpenterConsolidation(): void {
  measure("half full", { share: 0.5, priceStep: 0.0005 });
  measure("full and of equal price", { share: 1, priceStep: 0 });
}
