/** Labels and taints that Karpenter gives a meaning. Source: karpenter 1.15, `pkg/apis/v1/labels.go`. */
export const NODE_POOL_LABEL = "karpenter.sh/nodepool";
export const CAPACITY_TYPE_LABEL = "karpenter.sh/capacity-type";
export const REGISTERED_LABEL = "karpenter.sh/registered";
export const INITIALIZED_LABEL = "karpenter.sh/initialized";
export const ZONE_LABEL = "topology.kubernetes.io/zone";
export const INSTANCE_TYPE_LABEL = "node.kubernetes.io/instance-type";
export const ARCH_LABEL = "kubernetes.io/arch";
export const OS_LABEL = "kubernetes.io/os";
export const HOSTNAME_LABEL = "kubernetes.io/hostname";
const REGION_LABEL = "topology.kubernetes.io/region";
/** Of the providers that Karpenter's core comes with: which reservation an offering draws on. */
export const RESERVATION_ID_LABEL = "karpenter.test.sh/reservation-id";

export const UNREGISTERED_TAINT = { key: "karpenter.sh/unregistered", effect: "NoExecute" };

/** Set on nodes that are about to go. */
export const DISRUPTED_TAINT = { key: "karpenter.sh/disrupted", effect: "NoSchedule" } as const;
/** On NodeClaims and their Nodes: neither goes before the machine does. */
export const TERMINATION_FINALIZER = "karpenter.sh/termination";
/** On a NodeClaim: "true" where a minimum of values had to be lowered. */
export const MIN_VALUES_RELAXED = "karpenter.sh/nodeclaim-min-values-relaxed";

/** Labels that a node will have although its requirements do not speak of them. */
export const WELL_KNOWN_LABELS: ReadonlySet<string> = new Set([
  NODE_POOL_LABEL,
  CAPACITY_TYPE_LABEL,
  ZONE_LABEL,
  REGION_LABEL,
  INSTANCE_TYPE_LABEL,
  ARCH_LABEL,
  OS_LABEL,
  "node.kubernetes.io/windows-build",
  "karpenter.kwok.sh/instance-size",
  "karpenter.kwok.sh/instance-family",
  "karpenter.kwok.sh/instance-cpu",
  "karpenter.kwok.sh/instance-memory",
  RESERVATION_ID_LABEL,
]);

const CURRENT_KEYS: ReadonlyMap<string, string> = new Map([
  ["failure-domain.beta.kubernetes.io/zone", ZONE_LABEL],
  ["failure-domain.beta.kubernetes.io/region", REGION_LABEL],
  ["beta.kubernetes.io/arch", ARCH_LABEL],
  ["beta.kubernetes.io/os", OS_LABEL],
  ["beta.kubernetes.io/instance-type", INSTANCE_TYPE_LABEL],
]);

/** A label's key as it is written today. */
export function currentKey(key: string): string {
  return CURRENT_KEYS.get(key) ?? key;
}
