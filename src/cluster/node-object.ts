import { withFormerLabels } from "../api/former-labels.js";
import type { Labels, NodeStatus, ResourceList, Taint } from "../api/kubernetes.js";
import { type NewGeneric, newMeta } from "../api/new-object.js";
import { mustParseQuantity } from "../api/quantity.js";
import { formatTimestamp } from "../api/timestamp.js";
import { own } from "../base/own.js";
import { plainCopy } from "../base/plain-copy.js";
import type { TimeMicros } from "../base/time.js";

/** Nodes of one shape. Structurally what a scenario's `nodePools` entry says. */
export interface NodeShape {
  /** Nodes are called `<name>-<i>`, from 0. */
  readonly name: string;
  /** Dealt to the nodes in turn; empty for no zone label. */
  readonly zones: readonly string[];
  readonly region?: string;
  readonly capacity: ResourceList;
  /** Allocatable is capacity less this. */
  readonly reserved: ResourceList;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

export interface NodeClock {
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
  readonly nowMicros: TimeMicros;
}

/** When a kubelet registers its node, and what it can do that not every kubelet can. */
export interface Registration extends NodeClock {
  /** Sorted. Default: none. */
  readonly declaredFeatures?: readonly string[];
}

const HEALTHY = [
  [
    "MemoryPressure",
    "False",
    "KubeletHasSufficientMemory",
    "kubelet has sufficient memory available",
  ],
  ["DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  ["Ready", "True", "KubeletReady", "kubelet is posting ready status"],
] as const;

/** What a kubelet says that is wrong, by the condition, and its Event for that. */
const AILING = {
  MemoryPressure: [
    "True",
    "KubeletHasInsufficientMemory",
    "kubelet has insufficient memory available",
  ],
  DiskPressure: ["True", "KubeletHasDiskPressure", "kubelet has disk pressure"],
  PIDPressure: ["True", "KubeletHasInsufficientPID", "kubelet has insufficient PID available"],
  Ready: ["False", "KubeletNotReady", "node is shutting down"],
} as const;

/** The reasons of the Events by which kubelets tell what became of a condition. */
const TRANSITIONS: Readonly<Record<string, string>> = {
  "MemoryPressure True": "NodeHasInsufficientMemory",
  "MemoryPressure False": "NodeHasSufficientMemory",
  "DiskPressure True": "NodeHasDiskPressure",
  "DiskPressure False": "NodeHasNoDiskPressure",
  "PIDPressure True": "NodeHasInsufficientPID",
  "PIDPressure False": "NodeHasSufficientPID",
  "Ready True": "NodeReady",
  "Ready False": "NodeNotReady",
};

export function transitionOf(condition: string, status: string): string | undefined {
  return own(TRANSITIONS, `${condition} ${status}`);
}

/** How a node is. */
export interface NodeState {
  readonly pressures: ReadonlySet<string>;
  readonly shuttingDown: boolean;
}

/** What the `index`-th node of a pool is called. */
export function numberedName(pool: string, index: number): string {
  return `${pool}-${index}`;
}

/** How the cloud calls the machine of a node. */
export function providerId(pool: string, node: string): string {
  return `seatrial://${pool}/${node}`;
}

/**
 * The Node object of the `index`-th node of a pool, as it stands once a cloud has made the machine
 * and its kubelet has registered it.
 */
export function poolNode(shape: NodeShape, index: number, at: Registration): NewGeneric<"Node"> {
  const name = numberedName(shape.name, index);
  const zone = shape.zones[index % Math.max(1, shape.zones.length)];
  const labels: Record<string, string> = {};
  if (zone !== undefined) labels["topology.kubernetes.io/zone"] = zone;
  if (shape.region !== undefined) labels["topology.kubernetes.io/region"] = shape.region;
  const capacity = texts(shape.capacity);
  const node: NewGeneric<"Node"> = {
    kind: "Node",
    ...newMeta("", name),
    labels: { ...labels, ...shape.labels },
    spec: {
      providerID: providerId(shape.name, name),
      ...(shape.taints.length > 0 ? { taints: [...shape.taints] } : {}),
    },
    status: { capacity, allocatable: less(capacity, shape.reserved) },
  };
  return registeredNode(node, at);
}

/**
 * A Node as its kubelet registers it: what a manifest leaves out of the labels that every node has,
 * of capacity, allocatable, addresses, conditions and declared features is filled in. What it says stays.
 *
 * Source: Kubernetes, "Nodes"; "Well-Known Labels, Annotations and Taints".
 */
export function registeredNode(node: NewGeneric<"Node">, at: Registration): NewGeneric<"Node"> {
  const { status } = node;
  const { declaredFeatures = [] } = at;
  const capacity = status.capacity ?? status.allocatable ?? {};
  const complete: NodeStatus = plainCopy(status);
  complete.capacity = capacity;
  complete.allocatable = status.allocatable ?? capacity;
  complete.addresses = status.addresses ?? [{ type: "Hostname", address: node.name }];
  complete.conditions = status.conditions?.some(({ type }) => type === "Ready")
    ? status.conditions
    : [...(status.conditions ?? []), ...healthyConditions(node, at)];
  if (status.declaredFeatures === undefined && declaredFeatures.length > 0) {
    complete.declaredFeatures = [...declaredFeatures];
  }
  const labels = withFormerLabels({
    "kubernetes.io/hostname": node.name,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    ...node.labels,
  });
  return { ...node, labels, status: complete };
}

/** The conditions that a kubelet reports of its node, and no others. Default: it is well. */
export function reportedConditions(
  { status }: { readonly status: NodeStatus },
  clock: NodeClock,
  { pressures, shuttingDown = false }: Partial<NodeState> = {},
): NonNullable<NodeStatus["conditions"]> {
  const time = formatTimestamp(clock.nowMicros, clock.startTimeMs);
  const before = status.conditions ?? [];
  const isAiling = (type: (typeof HEALTHY)[number][0]) =>
    type === "Ready" ? shuttingDown : pressures?.has(type) === true;
  return HEALTHY.map(([type, ...well]) => {
    const [value, reason, message] = isAiling(type) ? AILING[type] : well;
    const known = before.find((condition) => condition.type === type);
    const since = known?.status === value ? known.lastTransitionTime : time;
    const report = { type, status: value, reason, message, lastHeartbeatTime: time };
    return { ...report, ...(since !== undefined && { lastTransitionTime: since }) };
  });
}

function healthyConditions(node: NewGeneric<"Node">, clock: NodeClock) {
  const time = formatTimestamp(clock.nowMicros, clock.startTimeMs);
  const known = new Set((node.status.conditions ?? []).map(({ type }) => type));
  return HEALTHY.filter(([type]) => !known.has(type)).map(([type, status, reason, message]) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  }));
}

function texts(list: ResourceList): Record<string, string> {
  return Object.fromEntries(Object.entries(list).map(([name, amount]) => [name, String(amount)]));
}

function less(capacity: Record<string, string>, reserved: ResourceList): Record<string, string> {
  const allocatable: Record<string, string> = { ...capacity };
  for (const [name, amount] of Object.entries(reserved)) {
    const whole = own(capacity, name);
    if (whole === undefined) continue;
    const left = mustParseQuantity(whole).subtract(mustParseQuantity(amount));
    allocatable[name] = left.sign < 0 ? "0" : left.toString();
  }
  return allocatable;
}
