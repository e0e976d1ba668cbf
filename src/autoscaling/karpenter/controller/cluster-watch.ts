import type { Labels } from "../../../api/kubernetes.js";
import { controllerOf, type ObjectVersion } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { Engine } from "../../../kernel/engine.js";
import type { Informer } from "../../../store/informer.js";
import type { InformerFactory } from "../../../store/informer-factory.js";
import type { ClusterView, DaemonPod } from "../cluster-view.js";
import { isDaemonPod } from "../disruption/evictable-pods.js";
import type { InstanceType } from "../instance-type.js";
import { PodRequestAmounts } from "../pod-request-amounts.js";
import { StateNode } from "../state-node.js";
import type { VolumeObjects } from "../volume-needs.js";
import { PodsByNode } from "./pods-by-node.js";

type Node = ObjectVersion<"Node">;
type NodeClaim = ObjectVersion<"NodeClaim">;

interface WatchOptions {
  readonly engine: Engine;
  readonly informers: InformerFactory;
  readonly instanceTypes: readonly InstanceType[];
}

/** What a state node was made of: as long as that is the same, so is the node. */
interface Remembered {
  readonly node: Node | null;
  readonly nodeClaim: NodeClaim | null;
  readonly podChanges: number;
  readonly isMarked: boolean;
  readonly nominatedUntilMicros: number;
  readonly csiNode: ObjectVersion<"CSINode"> | undefined;
  readonly state: StateNode;
}

interface RememberedDaemon {
  readonly daemonSet: ObjectVersion<"DaemonSet">;
  readonly newest: PodVersion | undefined;
  readonly pod: DaemonPod;
}

/**
 * The cluster as Karpenter's watches tell it, with what Karpenter itself knows sooner: NodeClaims that it has just made,
 * nodes that it means to take away, nodes that it has meant for pods.
 *
 * Source: karpenter 1.15, `pkg/controllers/state/cluster.go`.
 */
export class ClusterWatch {
  readonly requests = new PodRequestAmounts();
  readonly pods: Informer<"Pod">;
  readonly nodes: Informer<"Node">;
  readonly nodeClaims: Informer<"NodeClaim">;
  readonly nodePools: Informer<"NodePool">;
  private readonly budgets: Informer<"PodDisruptionBudget">;
  private readonly daemonSets: Informer<"DaemonSet">;
  private readonly namespaces: Informer<"Namespace">;
  private readonly csiNodes: Informer<"CSINode">;
  private readonly volumes: VolumeObjects;
  private readonly byNode = new PodsByNode();
  /** By UID of the DaemonSet, what its pod was made of, and the newest one. */
  private readonly daemons = new Map<string, RememberedDaemon>();
  private readonly newestDaemons = new Map<string, PodVersion>();
  /** By name: those whose creation the watch has not told yet. */
  private readonly early = new Map<string, NodeClaim>();
  /** By what the cloud calls the machine. */
  private readonly claimNames = new Map<string, string>();
  private readonly nodeNames = new Map<string, string>();
  private readonly marked = new Set<string>();
  private readonly nominated = new Map<string, number>();
  private remembered = new Map<string, Remembered>();

  constructor(private readonly options: WatchOptions) {
    const { informers } = options;
    this.pods = informers.informer("Pod");
    this.nodes = informers.informer("Node");
    this.nodeClaims = informers.informer("NodeClaim");
    this.nodePools = informers.informer("NodePool");
    this.budgets = informers.informer("PodDisruptionBudget");
    this.daemonSets = informers.informer("DaemonSet");
    this.namespaces = informers.informer("Namespace");
    this.csiNodes = informers.informer("CSINode");
    const claims = informers.informer("PersistentVolumeClaim");
    const volumes = informers.informer("PersistentVolume");
    const classes = informers.informer("StorageClass");
    this.volumes = {
      claim: (namespace, name) => claims.find(namespace, name),
      volume: (name) => volumes.find("", name),
      storageClass: (name) => classes.find("", name),
    };
    this.pods.addHandler({
      added: (pod) => this.podCame(pod),
      updated: (before, pod) => {
        if (before.nodeName !== pod.nodeName) this.byNode.left(before);
        this.podCame(pod);
      },
      deleted: (pod) => {
        this.podLeft(pod);
        if (isDaemonPod(pod)) this.daemonLeft(pod);
      },
    });
    const named = (claim: NodeClaim) => {
      const { providerID = "" } = claim.status;
      if (providerID !== "") this.claimNames.set(providerID, claim.name);
    };
    this.nodeClaims.addHandler({
      added: (claim) => {
        this.early.delete(claim.name);
        named(claim);
      },
      updated: (_, claim) => named(claim),
      deleted: ({ name, status }) => {
        this.early.delete(name);
        this.marked.delete(name);
        this.nominated.delete(name);
        this.claimNames.delete(status.providerID ?? "");
      },
    });
    this.daemonSets.addHandler({
      deleted: ({ uid }) => {
        this.daemons.delete(uid);
        this.newestDaemons.delete(uid);
      },
    });
    this.nodes.addHandler({
      added: ({ name, spec }) => this.nodeNames.set(spec.providerID ?? "", name),
      deleted: ({ name, spec }) => {
        this.nodeNames.delete(spec.providerID ?? "");
        this.nominated.delete(name);
        this.byNode.forget(name);
      },
    });
  }

  private podCame(pod: PodVersion): void {
    if (isDaemonPod(pod)) this.daemonCame(pod);
    this.byNode.came(pod);
  }

  private daemonCame(pod: PodVersion): void {
    const uid = controllerOf(pod)?.uid ?? "";
    const newest = this.newestDaemons.get(uid);
    if (newest === undefined || newest.creationTimeMicros <= pod.creationTimeMicros) {
      this.newestDaemons.set(uid, pod);
    }
  }

  /** The newest pod stands for its DaemonSet as long as there is that: its last pods are told of after it has gone. */
  private daemonLeft(pod: PodVersion): void {
    const { name = "", uid = "" } = controllerOf(pod) ?? {};
    if (this.newestDaemons.get(uid)?.uid !== pod.uid) return;
    if (this.daemonSets.find(pod.namespace, name)?.uid !== uid) this.newestDaemons.delete(uid);
  }

  private podLeft(pod: PodVersion): void {
    this.byNode.left(pod);
    if (this.nodes.find("", pod.nodeName) === undefined) this.byNode.forget(pod.nodeName);
  }

  /** A NodeClaim that was just created counts at once. */
  claimCreated(claim: NodeClaim): void {
    if (this.nodeClaims.find("", claim.name) === undefined) this.early.set(claim.name, claim);
  }

  /** Nodes that go soon are no place for pods; by the names of their NodeClaims. */
  mark(claims: readonly string[]): void {
    for (const name of claims) this.marked.add(name);
  }

  unmark(claims: readonly string[]): void {
    for (const name of claims) this.marked.delete(name);
  }

  /** The node is kept for a pod until then. */
  nominate({ name }: Pick<StateNode, "name">, untilMicros: number): void {
    this.nominated.set(name, untilMicros);
  }

  claimOf({ spec: { providerID = "" } }: Node): NodeClaim | undefined {
    const name = providerID === "" ? undefined : this.claimNames.get(providerID);
    return name === undefined ? undefined : this.nodeClaims.find("", name);
  }

  nodeOf({ status: { providerID = "" } }: NodeClaim): Node | undefined {
    const name = providerID === "" ? undefined : this.nodeNames.get(providerID);
    return name === undefined ? undefined : this.nodes.find("", name);
  }

  /** The pods that are bound to a node, the ended ones too. */
  podsOn(node: string): readonly PodVersion[] {
    return [...this.byNode.on(node)];
  }

  /** Every NodeClaim has a machine: until then nobody knows what the cluster has. */
  get isSynced(): boolean {
    if (this.early.size > 0) return false;
    for (const { status } of this.nodeClaims.values()) {
      if ((status.providerID ?? "") === "") return false;
    }
    return true;
  }

  view(): ClusterView {
    const namespaces = new Map<string, Labels>();
    for (const { name, labels } of this.namespaces.values()) namespaces.set(name, labels);
    return {
      nowMicros: this.options.engine.now,
      nodePools: [...this.nodePools.values()].filter(
        ({ deletionTimeMicros, spec }) => deletionTimeMicros === null && spec.replicas == null,
      ),
      instanceTypes: this.options.instanceTypes,
      nodes: this.stateNodes(),
      unboundPods: [...this.byNode.unbound].sort(byName),
      daemonPods: [...this.daemonSets.values()].map((one) => this.daemonPod(one)),
      budgets: [...this.budgets.values()],
      namespaces,
      volumes: this.volumes,
    };
  }

  private daemonPod(daemonSet: ObjectVersion<"DaemonSet">): DaemonPod {
    const newest = this.newestDaemons.get(daemonSet.uid);
    const before = this.daemons.get(daemonSet.uid);
    if (before?.daemonSet === daemonSet && before.newest === newest) return before.pod;
    const pod = daemonPodOf(daemonSet, newest);
    this.daemons.set(daemonSet.uid, { daemonSet, newest, pod });
    return pod;
  }

  /** Each node with its NodeClaim, and each NodeClaim without one. */
  stateNodes(): readonly StateNode[] {
    const byProvider = new Map<string, NodeClaim>();
    const claims = [...this.nodeClaims.values(), ...this.early.values()];
    for (const claim of claims) {
      const { providerID = "" } = claim.status;
      if (providerID !== "") byProvider.set(providerID, claim);
    }
    const found = new Map<string, Remembered>();
    const joined = new Set<NodeClaim>();
    for (const node of this.nodes.values()) {
      const claim = byProvider.get(node.spec.providerID ?? "") ?? null;
      if (claim !== null) joined.add(claim);
      found.set(`node/${node.name}`, this.stateNode(`node/${node.name}`, node, claim));
    }
    for (const claim of claims) {
      if (joined.has(claim)) continue;
      found.set(`claim/${claim.name}`, this.stateNode(`claim/${claim.name}`, null, claim));
    }
    this.remembered = found;
    return [...found.values()].map(({ state }) => state);
  }

  private stateNode(key: string, node: Node | null, nodeClaim: NodeClaim | null): Remembered {
    const before = this.remembered.get(key);
    const name = node?.name ?? "";
    const podChanges = this.byNode.changesOf(name);
    const isMarked = nodeClaim !== null && this.marked.has(nodeClaim.name);
    const nominatedUntilMicros =
      this.nominated.get(name) ?? this.nominated.get(nodeClaim?.name ?? "") ?? 0;
    const csiNode = this.csiNodes.find("", name);
    if (
      before?.node === node &&
      before.nodeClaim === nodeClaim &&
      before.podChanges === podChanges &&
      before.isMarked === isMarked &&
      before.nominatedUntilMicros === nominatedUntilMicros &&
      before.csiNode === csiNode
    ) {
      return before;
    }
    const state = new StateNode(
      {
        ...{ node, nodeClaim, nominatedUntilMicros },
        pods: this.podsOn(name).toSorted(byName),
        isMarkedForDeletion: isMarked,
        volumeLimits: limitsOf(csiNode),
      },
      this.requests,
    );
    return { node, nodeClaim, podChanges, isMarked, nominatedUntilMicros, csiNode, state };
  }
}

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

/**
 * The pod that a DaemonSet would make: what was made of its template last, by admission too, but for any node that the
 * template is for.
 */
function daemonPodOf(
  { namespace, name, spec }: ObjectVersion<"DaemonSet">,
  newest: PodVersion | undefined,
): DaemonPod {
  const template = spec.template.spec ?? { containers: [] };
  if (newest === undefined) return { namespace, name, spec: template };
  const required = template.affinity?.nodeAffinity?.[REQUIRED];
  const { nodeAffinity, ...others } = newest.spec.affinity ?? {};
  const { [REQUIRED]: _, ...preferred } = nodeAffinity ?? {};
  const own = { ...preferred, ...(required === undefined ? {} : { [REQUIRED]: required }) };
  const affinity = { ...others, nodeAffinity: own };
  return { namespace, name, spec: { ...newest.spec, affinity } };
}

function limitsOf(csiNode: ObjectVersion<"CSINode"> | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of csiNode?.spec.drivers ?? []) {
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  }
  return limits;
}

function byName(a: PodVersion, b: PodVersion): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
