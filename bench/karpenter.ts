import type { PodSpec } from "../src/api/kubernetes.js";
import { EMPTY_POD_STATUS, PodVersion } from "../src/api/pod-version.js";
import type { ClusterView, NodePool } from "../src/autoscaling/karpenter/cluster-view.js";
import { InstanceType } from "../src/autoscaling/karpenter/instance-type.js";
import { nodeClaimPlan } from "../src/autoscaling/karpenter/node-claim-plan.js";
import { PodRequestAmounts } from "../src/autoscaling/karpenter/pod-request-amounts.js";
import { provision } from "../src/autoscaling/karpenter/provisioning-pass.js";
import { SchedulingGround } from "../src/autoscaling/karpenter/scheduling-ground.js";

const PODS = 2000;
const TEMPLATES = 50;
const TYPES = 600;
const ZONES = ["zone-a", "zone-b", "zone-c"];
const FAMILIES = ["c", "m", "r"];
const REPEATS = 3;
const TARGET_SECONDS = 2;

/** 600 types: three families by memory, 40 generations, five sizes; three zones, on demand and spot. */
function instanceTypes(): readonly InstanceType[] {
  return Array.from({ length: TYPES }, (_, index) => {
    const family = index % FAMILIES.length;
    const size = 2 ** (1 + (Math.floor(index / 3) % 5));
    const generation = Math.floor(index / 15);
    const price = size * (0.04 + 0.01 * family) * (1 + generation / 200);
    return new InstanceType(
      {
        name: `${FAMILIES[family]}${generation}.${size}x`,
        arch: generation % 4 === 3 ? "arm64" : "amd64",
        os: ["linux"],
        capacity: { cpu: String(size), memory: `${size * 2 ** (family + 1)}Gi` },
        overhead: { cpu: "80m", memory: "200Mi" },
        labels: { "karpenter.kwok.sh/instance-family": `${FAMILIES[family]}${generation}` },
        offerings: ZONES.flatMap((zone, z) => [
          { zone, capacityType: "on-demand" as const, price },
          { zone, capacityType: "spot" as const, price: price * (0.35 + 0.02 * z) },
        ]),
      },
      index,
    );
  });
}

/** Of ten templates two are spread over zones, one over hosts, one asks for a zone, one prefers one, one avoids its like. */
function template(i: number): { readonly spec: PodSpec; readonly labels: Record<string, string> } {
  const labels = { app: `app-${i}` };
  const labelSelector = { matchLabels: labels };
  const requests = { cpu: `${100 + (i % 7) * 250}m`, memory: `${256 * (1 + (i % 5))}Mi` };
  const spread = (topologyKey: string) => ({
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey, whenUnsatisfiable: "DoNotSchedule", labelSelector },
    ],
  });
  const zone = { key: "topology.kubernetes.io/zone", operator: "In", values: [ZONES[i % 3]!] };
  const kinds: readonly Partial<PodSpec>[] = [
    spread("topology.kubernetes.io/zone"),
    spread("topology.kubernetes.io/zone"),
    spread("kubernetes.io/hostname"),
    { nodeSelector: { "topology.kubernetes.io/zone": ZONES[i % 3]! } },
    {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, preference: { matchExpressions: [zone] } },
          ],
        },
      },
    },
    {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: "kubernetes.io/hostname", labelSelector },
          ],
        },
      },
    },
  ];
  const spec = { containers: [{ name: "main", resources: { requests } }], ...kinds[i % 10] };
  return { spec, labels };
}

function pods(): readonly PodVersion[] {
  const templates = Array.from({ length: TEMPLATES }, (_, i) => template(i));
  return Array.from({ length: PODS }, (_, i) => {
    const { spec, labels } = templates[i % TEMPLATES]!;
    const name = `pod-${String(i).padStart(4, "0")}`;
    return PodVersion.of({
      row: i,
      ...{ uid: name, namespace: "default", name, generateName: "", labels, annotations: {} },
      ...{ resourceVersion: 1, generation: 0, creationTimeMicros: 0, deletionTimeMicros: null },
      ...{ deletionGracePeriodSeconds: null, ownerReferences: [], finalizers: [] },
      ...{ spec, nodeName: "", nominatedNodeName: "", phase: "Pending" },
      status: {
        ...EMPTY_POD_STATUS,
        conditions: [
          {
            ...{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "" },
            lastTransitionTimeMicros: 0,
          },
        ],
      },
    });
  });
}

const POOL: NodePool = {
  name: "general",
  uid: "general",
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" },
        requirements: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }],
      },
    },
  },
};

/** One pass of Karpenter's provisioning: 2,000 pending pods of 50 templates, 600 instance types, an empty cluster. */
export function runProvisioning(): void {
  const seconds: number[] = [];
  let nodes = 0;
  for (let i = 0; i < REPEATS; i++) {
    const view: ClusterView = {
      nowMicros: 0,
      nodePools: [POOL],
      instanceTypes: instanceTypes(),
      nodes: [],
      unboundPods: pods(),
      ...{ daemonPods: [], budgets: [], namespaces: new Map([["default", {}]]) },
      volumes: { claim: () => undefined, volume: () => undefined, storageClass: () => undefined },
    };
    const began = process.cpuUsage();
    const ground = new SchedulingGround(view, new PodRequestAmounts());
    const { newNodes, failures } = provision(ground);
    const plans = newNodes.map((node) => nodeClaimPlan(node));
    const { user, system } = process.cpuUsage(began);
    seconds.push((user + system) / 1e6);
    const placed = newNodes.reduce((sum, node) => sum + node.pods.length, 0);
    if (failures.size > 0 || placed !== PODS) throw new Error(`${placed} pods have a place`);
    nodes = plans.length;
  }
  console.log(
    `karpenter: provisioning of ${PODS} pods of ${TEMPLATES} templates from ${TYPES} types, ${nodes} nodes: ` +
      `${Math.min(...seconds).toFixed(2)} s of CPU at best, ${Math.max(...seconds).toFixed(2)} s at worst (target ${TARGET_SECONDS} s)`,
  );
}
