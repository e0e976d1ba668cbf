import type { Labels, Taint } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import { isDaemonPod } from "./disruption/evictable-pods.js";
import type { PodRequestAmounts } from "./pod-request-amounts.js";
import { Requirement } from "./requirement.js";
import { Requirements } from "./requirements.js";
import { addTo, amountsOf, type ResourceAmounts } from "./resource-amounts.js";
import {
  HOSTNAME_LABEL,
  INITIALIZED_LABEL,
  NODE_POOL_LABEL,
  REGISTERED_LABEL,
  UNREGISTERED_TAINT,
} from "./well-known-labels.js";

type Node = ObjectVersion<"Node">;
type NodeClaim = ObjectVersion<"NodeClaim">;

export interface StateNodeFields {
  /** At least one of the two is there. */
  readonly node: Node | null;
  readonly nodeClaim: NodeClaim | null;
  /** Those bound to the node. */
  readonly pods: readonly PodVersion[];
  /** Somebody has decided that it goes, before its NodeClaim says so. */
  readonly isMarkedForDeletion?: boolean;
  /** Until when it is kept for a pod that a provisioning pass has meant it for. */
  readonly nominatedUntilMicros?: number;
  /** How many volumes it takes, by CSI driver, as its CSINode says. */
  readonly volumeLimits?: ReadonlyMap<string, number>;
}

/** Taints that go by themselves while a node starts. Source: karpenter 1.15, `pkg/scheduling/taints.go`. */
const EPHEMERAL_TAINTS: readonly Taint[] = [
  { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
  { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
  { key: "node.cloudprovider.kubernetes.io/uninitialized", effect: "NoSchedule" },
  UNREGISTERED_TAINT,
];
const EPHEMERAL_PREFIX = "readiness.k8s.io/";

/**
 * A node as Karpenter sees it: its Node, the NodeClaim that it was made for, or both, with the pods on it. A NodeClaim speaks
 * for a node of Karpenter's until that has registered.
 *
 * Source: karpenter 1.15, `pkg/controllers/state/statenode.go`.
 */
export class StateNode {
  readonly node: Node | null;
  readonly nodeClaim: NodeClaim | null;
  readonly pods: readonly PodVersion[];
  readonly nominatedUntilMicros: number;
  readonly volumeLimits: ReadonlyMap<string, number>;
  private readonly isMarked: boolean;
  private shownRequirements: Requirements | null = null;
  private standingTaints: readonly Taint[] | null = null;
  private unused: ResourceAmounts | null = null;
  private readonly shown: { capacity?: ResourceAmounts; allocatable?: ResourceAmounts } = {};

  constructor(
    fields: StateNodeFields,
    private readonly requests: PodRequestAmounts,
  ) {
    this.node = fields.node;
    this.nodeClaim = fields.nodeClaim;
    this.pods = fields.pods;
    this.nominatedUntilMicros = fields.nominatedUntilMicros ?? 0;
    this.volumeLimits = fields.volumeLimits ?? NO_LIMITS;
    this.isMarked = fields.isMarkedForDeletion ?? false;
  }

  /** Karpenter made it. */
  get isManaged(): boolean {
    return this.nodeClaim !== null;
  }

  get isRegistered(): boolean {
    return !this.isManaged || this.node?.labels[REGISTERED_LABEL] === "true";
  }

  get isInitialized(): boolean {
    return !this.isManaged || this.node?.labels[INITIALIZED_LABEL] === "true";
  }

  /** It is being taken away, or will be. */
  get isDeleting(): boolean {
    if (this.isMarked) return true;
    const { node, nodeClaim } = this;
    if (nodeClaim === null) return node !== null && node.deletionTimeMicros !== null;
    if (nodeClaim.deletionTimeMicros !== null) return true;
    return claimCondition(nodeClaim, "InstanceTerminating")?.status === "True";
  }

  /** The one whose name, labels and annotations hold. */
  private get speaker(): Node | NodeClaim {
    const { node, nodeClaim } = this;
    if (nodeClaim === null) return node!;
    return node === null || !this.isRegistered ? nodeClaim : node;
  }

  get name(): string {
    return this.speaker.name;
  }

  get labels(): Labels {
    return this.speaker.labels;
  }

  get annotations(): Labels {
    return this.speaker.annotations;
  }

  get hostname(): string {
    const label = this.labels[HOSTNAME_LABEL];
    return label === undefined || label === "" ? this.name : label;
  }

  get nodePool(): string | undefined {
    return this.labels[NODE_POOL_LABEL];
  }

  /** Its labels as requirements. */
  get requirements(): Requirements {
    this.shownRequirements ??= Requirements.ofLabels(this.labels).add(
      Requirement.in(HOSTNAME_LABEL, [this.hostname]),
    );
    return this.shownRequirements;
  }

  /** The taints that will stay: not those of a start that is not over. */
  get taints(): readonly Taint[] {
    this.standingTaints ??= this.findTaints();
    return this.standingTaints;
  }

  private findTaints(): readonly Taint[] {
    const { node, nodeClaim } = this;
    const byClaim = node === null || (nodeClaim !== null && !this.isRegistered);
    const taints = (byClaim ? nodeClaim!.spec.taints : node.spec.taints) ?? [];
    if (nodeClaim === null || this.isInitialized) return taints;
    const passing = new Set(passingTaints(taints, nodeClaim));
    return taints.filter((taint) => !passing.has(taint));
  }

  get capacity(): ResourceAmounts {
    return this.amounts("capacity");
  }

  get allocatable(): ResourceAmounts {
    return this.amounts("allocatable");
  }

  /** Until the node is initialized, what it does not say yet is what its NodeClaim says. */
  private amounts(what: "capacity" | "allocatable"): ResourceAmounts {
    this.shown[what] ??= this.findAmounts(what);
    return this.shown[what];
  }

  private findAmounts(what: "capacity" | "allocatable"): ResourceAmounts {
    const { node, nodeClaim } = this;
    const own = amountsOf(node?.status[what] ?? {});
    if (nodeClaim === null || this.isInitialized) return own;
    const amounts = new Map(own);
    for (const [name, amount] of amountsOf(nodeClaim.status[what] ?? {})) {
      if ((amounts.get(name) ?? 0) === 0) amounts.set(name, amount);
    }
    return amounts;
  }

  /** Pods that take something of it. */
  get usingPods(): readonly PodVersion[] {
    return this.pods.filter((pod) => !isPodTerminal(pod));
  }

  /** Allocatable less what its pods ask for. */
  get available(): ResourceAmounts {
    if (this.unused === null) {
      const available = new Map(this.allocatable);
      for (const pod of this.usingPods) {
        for (const [name, amount] of this.requests.of(pod)) {
          const free = available.get(name);
          if (free !== undefined) available.set(name, free - amount);
        }
      }
      this.unused = available;
    }
    return this.unused;
  }

  /** What the pods of DaemonSets on it ask for. */
  get daemonRequests(): ResourceAmounts {
    const sums = new Map<string, number>();
    for (const pod of this.usingPods) {
      if (isDaemonPod(pod)) addTo(sums, this.requests.of(pod));
    }
    return sums;
  }
}

const NO_LIMITS: ReadonlyMap<string, number> = new Map();

/** Of the taints those that go by themselves while the node of the NodeClaim starts. */
export function passingTaints(taints: readonly Taint[], { spec }: NodeClaim): readonly Taint[] {
  const passing = [...(spec.startupTaints ?? []), ...EPHEMERAL_TAINTS];
  return taints.filter(
    ({ key, effect }) =>
      key.startsWith(EPHEMERAL_PREFIX) ||
      passing.some((one) => one.key === key && one.effect === effect),
  );
}

/** The condition of that type of a NodeClaim, if it has one. */
export function claimCondition(claim: NodeClaim, type: string) {
  return claim.status.conditions?.find((one) => one.type === type);
}
