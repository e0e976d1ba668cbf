import { MICROS_PER_SECOND } from "../../../base/time.js";
import type { PodVersion } from "../../../api/pod-version.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import { type CycleState, type StateData, StateKey } from "../../framework/cycle-state.js";
import type {
  FilterPlugin,
  Handle,
  PreBindPlan,
  PreBindPlugin,
  PreFilterPlugin,
  PreFilterResult,
  PreScorePlugin,
  ReservePlugin,
  Result,
  ScorePlugin,
  UniformScore,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import {
  capacityHint,
  csiDriverHint,
  csiNodeHint,
  ownClaimHint,
  storageClassHint,
} from "../volumes/claim-hints.js";
import { claimUses } from "../../../api/volumes/claims.js";
import type { UtilizationShapePoint } from "../node-resources-fit/scoring-strategy.js";
import { LabelRule } from "../volumes/label-rule.js";
import { notMadeFor } from "../volumes/pod-claims.js";
import { CapacityScorer } from "./capacity-score.js";
import { BindClaim, ProvisionClaim } from "./volume-steps.js";
import { type PodClaims, type PodVolumes, VolumeBinder } from "./volume-binder.js";
import { signVolumes } from "../pod-signature.js";

const NAME = "VolumeBinding";
const SKIP: PreFilterResult = { status: new Status("Skip", [], NAME), nodeNames: null };
const MISSING = new Status("Error", ["not found"], NAME);
const refusal = (reason: string): Status =>
  new Status("UnschedulableAndUnresolvable", [reason], NAME);
const UNBOUND_IMMEDIATE = refusal("pod has unbound immediate PersistentVolumeClaims");

export interface VolumeBindingArgs {
  readonly bindTimeoutSeconds: number;
  /** Scores by use of the storage, where it scores. */
  readonly shape: readonly UtilizationShapePoint[];
}

class VolumeState implements StateData {
  /** By node, for the nodes that passed. */
  readonly byNode = new Map<string, PodVolumes>();

  /** `find`: what of {@link byNode} is not known is asked for. */
  constructor(
    readonly claims: PodClaims,
    private readonly find: ((nodeName: string) => PodVolumes | undefined) | null = null,
  ) {}

  on(nodeName: string): PodVolumes | undefined {
    const known = this.byNode.get(nodeName) ?? this.find?.(nodeName);
    if (known !== undefined) this.byNode.set(nodeName, known);
    return known;
  }

  /** Shared, as upstream does it: volumes do not depend on pods that come and go. */
  clone(): VolumeState {
    return this;
  }
}

const VOLUME_KEY = new StateKey<VolumeState>(NAME);

/** The pod's claims must be bound to volumes that the node can reach, or be bindable there. */
export class VolumeBinding
  implements
    PreFilterPlugin,
    FilterPlugin,
    PreScorePlugin,
    ScorePlugin,
    ReservePlugin,
    PreBindPlugin
{
  readonly name = NAME;
  readonly preFilterExtensions = null;
  readonly unprepared = MISSING;
  private readonly binder: VolumeBinder;
  /** Null: free capacity does not count. */
  private readonly scorer: CapacityScorer | null;
  /** One status for all nodes that are refused for the same reasons. */
  private readonly refusals = new Map<string, Status>();

  constructor(
    private readonly args: VolumeBindingArgs,
    private readonly handle: Handle,
  ) {
    this.binder = new VolumeBinder(handle.listers, handle.features);
    this.scorer = handle.features.StorageCapacityScoring ? new CapacityScorer(args.shape) : null;
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const { SchedulerQueueingHints, NewNodesAwaitedByTaints } = this.handle.features;
    const { Add, Update, UpdateNodeLabel } = Action;
    const taints = NewNodesAwaitedByTaints ? Action.UpdateNodeTaint : 0;
    const newDrivers = SchedulerQueueingHints ? 0 : Add;
    return [
      { event: clusterEvent("StorageClass", Add, Update), hint: storageClassHint },
      {
        event: clusterEvent("PersistentVolumeClaim", Add, Update),
        hint: ownClaimHint({ named: false }),
      },
      { event: clusterEvent("PersistentVolume", Add, Update) },
      { event: clusterEvent("Node", Add, UpdateNodeLabel, taints) },
      { event: clusterEvent("CSINode", Add, Update), hint: csiNodeHint },
      { event: clusterEvent("CSIDriver", newDrivers, Update), hint: csiDriverHint },
      { event: clusterEvent("CSIStorageCapacity", Add, Update), hint: capacityHint },
    ];
  }

  concerns(pod: PodInfo): boolean {
    return pod.template.hasVolumes;
  }

  signPod({ template }: PodInfo): string {
    return signVolumes(template);
  }

  preFilter(state: CycleState, pod: PodInfo): PreFilterResult {
    if (!pod.template.hasVolumes || claimUses(pod.pod.spec, pod.pod.name).length === 0) return SKIP;
    const problem = this.claimProblem(pod.pod);
    if (problem !== null) return { status: refusal(problem), nodeNames: null };
    const claims = this.binder.podClaims(pod.pod);
    if (typeof claims === "string") {
      return { status: new Status("Error", [claims], NAME), nodeNames: null };
    }
    if (claims.immediate.length > 0) return { status: UNBOUND_IMMEDIATE, nodeNames: null };
    state.write(VOLUME_KEY, new VolumeState(claims));
    const narrows = this.handle.features.LocalVolumesNarrowNodes;
    return { status: null, nodeNames: narrows ? this.binder.eligibleNodes(claims.bound) : null };
  }

  countingRule(pod: PodInfo, known: unknown): LabelRule | null | undefined {
    if (!pod.template.hasVolumes) return null;
    const uses = claimUses(pod.pod.spec, pod.pod.name);
    if (uses.length === 0) return null;
    // Pods of one template have ephemeral claims of their own.
    if (uses.some(({ ephemeral }) => ephemeral)) return undefined;
    if (known instanceof LabelRule && !known.isOutdated) return known;
    const { binder } = this;
    const claims = this.claimProblem(pod.pod) === null ? binder.podClaims(pod.pod) : "";
    if (typeof claims === "string" || claims.immediate.length > 0) return undefined;
    const narrows = this.handle.features.LocalVolumesNarrowNodes;
    if (narrows && binder.eligibleNodes(claims.bound) !== null) return undefined;
    // Where nothing is bound, and nothing reported, every node scores 0.
    if (this.scorer !== null && claims.candidates.some((one) => !one.isEmpty)) return undefined;
    const keys = binder.labelKeys(claims);
    return keys === null ? undefined : this.labelRule(claims, keys);
  }

  private labelRule(claims: PodClaims, keys: readonly string[]): LabelRule {
    const { binder } = this;
    const { snapshot } = this.handle;
    return new LabelRule({
      keys,
      version: () => binder.version,
      filter: (node) => {
        const { reasons } = binder.findPodVolumes(claims, node);
        return reasons.length > 0 ? this.refusal(reasons) : null;
      },
      prepare: (state) => {
        const find = (name: string): PodVolumes | undefined => {
          const node = snapshot.get(name);
          return node && binder.findPodVolumes(claims, node).volumes;
        };
        state.write(VOLUME_KEY, new VolumeState(claims, find));
      },
    });
  }

  /** Why one of the pod's claims cannot be used at all; null if all can. */
  private claimProblem(pod: PodVersion): string | null {
    for (const { claimName, ephemeral } of claimUses(pod.spec, pod.name)) {
      const claim = this.handle.listers.persistentVolumeClaims.get(pod.namespace, claimName);
      const quoted = `persistentvolumeclaim "${claimName}"`;
      if (claim === undefined) {
        return ephemeral
          ? `waiting for ephemeral volume controller to create the ${quoted}`
          : `${quoted} not found`;
      }
      if (claim.status?.phase === "Lost") {
        return `${quoted} bound to non-existent persistentvolume "${claim.spec.volumeName ?? ""}"`;
      }
      if (claim.deletionTimeMicros !== null) return `${quoted} is being deleted`;
      const stranger = ephemeral ? notMadeFor(claim, pod) : null;
      if (stranger !== null) return stranger;
    }
    return null;
  }

  filter(state: CycleState, _pod: PodInfo, node: NodeInfo): Result {
    const volumes = state.read(VOLUME_KEY);
    // PreFilter skipped a pod without claims, and a later plugin refused it.
    if (volumes === undefined) return null;
    const found = this.binder.findPodVolumes(volumes.claims, node);
    if (found.error !== "") return new Status("Error", [found.error], NAME);
    if (found.reasons.length > 0) return this.refusal(found.reasons);
    volumes.byNode.set(node.name, found.volumes);
    return null;
  }

  private refusal(reasons: readonly string[]): Status {
    const key = reasons.join("|");
    const known = this.refusals.get(key);
    if (known !== undefined) return known;
    const status = new Status("UnschedulableAndUnresolvable", reasons, NAME);
    this.refusals.set(key, status);
    return status;
  }

  preScore(): Result {
    return this.scorer === null ? SKIP.status : null;
  }

  uniformScore(state: CycleState, pod: PodInfo): UniformScore | null {
    const scores = this.scorer !== null && pod.template.hasVolumes && state.read(VOLUME_KEY);
    return scores ? null : { raw: 0, normalized: 0 };
  }

  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    const volumes = state.read(VOLUME_KEY)?.byNode.get(node.name);
    return volumes === undefined || this.scorer === null ? 0 : this.scorer.score(volumes);
  }

  reserve(state: CycleState, _pod: PodInfo, nodeName: string): Result {
    const volumes = state.read(VOLUME_KEY)?.on(nodeName);
    if (volumes === undefined) return null;
    const { assumed } = this.binder;
    for (const { claim, volume } of volumes.bindings) assumed.assumeBinding(volume, claim);
    for (const { claim } of volumes.provisions) assumed.assumeProvisioning(claim, nodeName);
    return null;
  }

  unreserve(state: CycleState, _pod: PodInfo, nodeName: string): [] {
    const volumes = state.read(VOLUME_KEY)?.on(nodeName);
    if (volumes === undefined) return [];
    const { assumed } = this.binder;
    for (const { volume } of volumes.bindings) assumed.forgetVolume(volume.name);
    for (const { claim } of volumes.provisions) assumed.forgetClaim(claim.namespace, claim.name);
    return [];
  }

  preBind(state: CycleState, _pod: PodInfo, nodeName: string): PreBindPlan | null {
    const volumes = state.read(VOLUME_KEY)?.on(nodeName);
    if (volumes === undefined) return null;
    const { handle } = this;
    const steps = [
      ...volumes.bindings.map(
        ({ claim, volume }) => new BindClaim(claim, volume, nodeName, handle),
      ),
      ...volumes.provisions.map(({ claim }) => new ProvisionClaim(claim, nodeName, handle)),
    ];
    if (steps.length === 0) return null;
    return {
      steps,
      pollMicros: MICROS_PER_SECOND,
      looksAtOnce: false,
      timeoutMicros: this.args.bindTimeoutSeconds * MICROS_PER_SECOND,
      timedOut: "timed out waiting for the condition",
      failure: "binding volumes: ",
    };
  }
}
