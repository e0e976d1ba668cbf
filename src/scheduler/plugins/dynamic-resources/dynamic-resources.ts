import {
  type DeviceRequest,
  EXTENDED_RESOURCE_CLAIM,
  MAX_FIRST_AVAILABLE,
} from "../../../api/devices.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { ClusterEventWithHint } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import type {
  ClaimWrite,
  FilterPlugin,
  Handle,
  NodeStatuses,
  NormalizeScorePlugin,
  PostFilterPlugin,
  PostFilterResult,
  PreBindPlan,
  PreBindPlugin,
  PreEnqueuePlugin,
  PreFilterPlugin,
  PreFilterResult,
  ReservePlugin,
  Result,
  UniformScore,
} from "../../framework/interfaces.js";
import type { Features } from "../../../api/features.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import { defaultNormalizeScore } from "../normalize-score.js";
import { AllocationFailure, DeviceAllocator } from "./allocator.js";
import { isReadyToBind } from "./binding-conditions.js";
import { claimEvents } from "./claim-events.js";
import { PlanError } from "./claims-plan.js";
import { CLAIMS_KEY, ClaimsState, type ExtendedClaim, type NodeDevices } from "./claims-state.js";
import { DeviceBinding } from "./device-binding.js";
import {
  type ExtendedRequests,
  ExtendedResources,
  extendedRequests,
  isServedByClasses,
} from "./extended-resources.js";
import type { DynamicResourcesArgs } from "./dynamic-resources-args.js";
import { matchesNodeSelector } from "./node-selection.js";
import { isControlledBy, podResourceClaims } from "./pod-claims.js";

const NAME = "DynamicResources";
const SKIP: PreFilterResult = { status: new Status("Skip", [], NAME), nodeNames: null };
const NOT_PREPARED = new Status("Error", ["not found"], NAME);
const refusal = (reason: string): Status =>
  new Status("UnschedulableAndUnresolvable", [reason], NAME);
const CANNOT_ALLOCATE = refusal("cannot allocate all claims");
const NOT_AVAILABLE = refusal("resourceclaim not available on the node");
const STALE_EXTENDED = refusal("cannot schedule extended resource claim");
const CANNOT_FIT = refusal("cannot fit resource");
const NO_SCORE: UniformScore = { raw: 0, normalized: 0 };

/** A pod's claims of devices must have devices, or be able to get them on its node. KEP-4381. */
export class DynamicResources
  implements
    PreEnqueuePlugin,
    PreFilterPlugin,
    FilterPlugin,
    PostFilterPlugin,
    NormalizeScorePlugin,
    ReservePlugin,
    PreBindPlugin
{
  readonly name = NAME;
  readonly preFilterExtensions = null;
  private readonly allocator: DeviceAllocator;
  private readonly binding: DeviceBinding;
  private readonly classes: ExtendedResources;
  private readonly features: Features;
  /** One set of requests for all pods of a spec that lack the same resources on a node. */
  private readonly extendedSpecs = new WeakMap<object, Map<string, ExtendedRequests>>();

  constructor(
    { bindingTimeoutMicros }: DynamicResourcesArgs,
    private readonly handle: Handle,
  ) {
    this.features = handle.features;
    this.classes = new ExtendedResources(handle.listers);
    this.allocator = new DeviceAllocator(handle.listers, {
      adminAccess: this.features.DRAAdminAccess,
      prioritizedList: this.features.DRAPrioritizedList,
      partitions: this.features.DRAPartitionableDevices,
      taints: this.features.DRADeviceTaints,
      bindingConditions: this.features.DRADeviceBindingConditions,
      consumableCapacity: this.features.DRAConsumableCapacity,
      fractions: this.features.DRAFractionalCapacityRange,
      listAttributes: this.features.DRAListTypeAttributes,
      errorsNameDevice: this.features.SelectorErrorsNameDevice,
      invalidPoolsTold: this.features.InvalidPoolsTold,
    });
    const { resourceClaims } = handle.listers;
    this.binding = new DeviceBinding(this.allocator, resourceClaims, bindingTimeoutMicros);
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return claimEvents(this.handle.listers.resourceClaims);
  }

  concerns({ template }: PodInfo): boolean {
    if ((template.spec.resourceClaims ?? []).length > 0) return true;
    if (!this.features.DRAExtendedResource) return false;
    const { scalars } = template.resources.requests;
    return scalars.some((amount, id) => {
      if (amount === undefined || amount === 0) return false;
      const name = this.handle.scalars.name(id);
      return isServedByClasses(name) && this.classes.classOf(name) !== undefined;
    });
  }

  signPod({ template }: PodInfo): string | null {
    return (template.spec.resourceClaims ?? []).length > 0 ? null : "";
  }

  preEnqueue(pod: PodVersion): Result {
    if ((pod.spec.resourceClaims ?? []).length === 0) return null;
    const claims = podResourceClaims(pod, this.handle.listers.resourceClaims);
    return typeof claims === "string" ? refusal(claims) : null;
  }

  preFilter(state: CycleState, info: PodInfo): PreFilterResult {
    const { pod } = info;
    const mine = new ClaimsState();
    state.write(CLAIMS_KEY, mine);
    const listed = this.handle.listers.resourceClaims;
    const claims = podResourceClaims(pod, listed);
    if (typeof claims === "string") return { status: refusal(claims), nodeNames: null };
    const extended = this.extendedClaimOf(info);
    if (claims.length === 0 && extended === null) return SKIP;
    const open = claims.filter(({ status }) => status?.allocation === undefined);
    for (const claim of open) {
      if (listed.pendingAllocation(claim.uid) !== undefined) {
        const whole = `${claim.namespace}/${claim.name}`;
        const reason = `resource claim ${whole} is in the process of being allocated`;
        return { status: refusal(reason), nodeNames: null };
      }
      const problem = this.classProblem(claim.spec.devices?.requests ?? []);
      if (problem !== null) return { status: refusal(problem), nodeNames: null };
    }
    const demand = open.length === 0 ? null : this.allocator.demandOf(open);
    mine.claims = claims;
    mine.extended = extended;
    if (demand instanceof PlanError) mine.planError = new Status("Error", [demand.message], NAME);
    else mine.demand = demand;
    return { status: null, nodeNames: null };
  }

  private classProblem(requests: readonly DeviceRequest[]): string | null {
    for (const { name, exactly, firstAvailable = [] } of requests) {
      const named =
        exactly === undefined
          ? firstAvailable.map((one) => [`${name}/${one.name}`, one.deviceClassName] as const)
          : [[name, exactly.deviceClassName] as const];
      for (const [request, className] of named) {
        if (this.handle.listers.deviceClasses.get(className) !== undefined) continue;
        return `request ${request}: device class ${className} does not exist`;
      }
    }
    return null;
  }

  /** Null where no class of devices serves any of the pod's extended resources. */
  private extendedClaimOf({ pod, template }: PodInfo): ExtendedClaim | null {
    if (!this.features.DRAExtendedResource) return null;
    const { scalars } = template.resources.requests;
    const resources: { name: string; scalarId: number }[] = [];
    let served = false;
    scalars.forEach((amount, scalarId) => {
      const name = this.handle.scalars.name(scalarId);
      if (amount === undefined || amount === 0 || !isServedByClasses(name)) return;
      resources.push({ name, scalarId });
      if (this.classes.classOf(name) !== undefined) served = true;
    });
    if (!served) return null;
    const left = this.handle.listers.resourceClaims
      .inNamespace(pod.namespace)
      .find(
        (claim) =>
          claim.annotations[EXTENDED_RESOURCE_CLAIM] === "true" && isControlledBy(claim, pod),
      );
    return { left: left ?? null, resources };
  }

  filter(state: CycleState, info: PodInfo, node: NodeInfo): Result {
    const mine = state.read(CLAIMS_KEY);
    // PreFilter skipped a pod without claims, and a later plugin refused it.
    if (mine === undefined || mine.isEmpty) return null;
    const extended = this.extendedOn(mine, info, node);
    if (extended instanceof Status) return extended;
    if (extended === null && mine.claims.length === 0) return null;
    const lacking = this.unavailableOn(mine, node);
    const allocated = this.allocate(mine, info, node, extended);
    if (allocated !== null) return allocated;
    for (const index of lacking) mine.unavailable.add(index);
    return lacking.length > 0 ? NOT_AVAILABLE : null;
  }

  /** Claims, by their place, that have devices which this node cannot use. */
  private unavailableOn({ claims }: ClaimsState, node: NodeInfo): readonly number[] {
    const found: number[] = [];
    for (let i = 0; i < claims.length; i += 1) {
      const allocation = claims[i]!.status?.allocation;
      if (allocation === undefined) continue;
      const { nodeSelector } = allocation;
      const reachable = nodeSelector === undefined || matchesNodeSelector(nodeSelector, node);
      const failed =
        this.features.DRADeviceBindingConditions && isReadyToBind(claims[i]!) === "failed";
      if (!reachable || failed) found.push(i);
    }
    return found;
  }

  /** What the node serves of the pod's extended resources by devices; a refusal if it cannot. */
  private extendedOn(
    { extended, claims }: ClaimsState,
    { pod }: PodInfo,
    node: NodeInfo,
  ): ExtendedRequests | null | Status {
    if (extended === null) return null;
    if (extended.left?.spec.devices?.requests !== undefined) return STALE_EXTENDED;
    const byDevices: string[] = [];
    for (const { name, scalarId } of extended.resources) {
      const has = node.allocatable.scalars[scalarId];
      const served = this.classes.classOf(name) !== undefined;
      if (served && (has ?? 0) === 0) byDevices.push(name);
      else if (has === undefined) return CANNOT_FIT;
    }
    if (byDevices.length === 0 && claims.length === 0) return null;
    const key = `${this.handle.listers.deviceClasses.version} ${byDevices.join(",")}`;
    const known = this.extendedSpecs.get(pod.spec) ?? new Map<string, ExtendedRequests>();
    this.extendedSpecs.set(pod.spec, known);
    let requests = known.get(key);
    if (requests === undefined) {
      requests = extendedRequests(pod.spec, byDevices, (name) => this.classes.classOf(name));
      known.set(key, requests);
    }
    return requests;
  }

  /** Null if the node has what the pod's claims lack; what was found is remembered for Reserve. */
  private allocate(
    mine: ClaimsState,
    { pod }: PodInfo,
    node: NodeInfo,
    extended: ExtendedRequests | null,
  ): Result {
    if (mine.planError !== null) return mine.planError;
    let { demand } = mine;
    if (extended !== null) {
      const open = (demand?.plans ?? []).map(({ claim }) => claim);
      const name = "<extended-resources>";
      const own = { namespace: pod.namespace, name, spec: extended.spec };
      const all = this.allocator.demandOf([...open, own]);
      if (all instanceof PlanError) return new Status("Error", [all.message], NAME);
      demand = all;
    }
    if (demand === null) return null;
    const found = this.allocator.find(demand, node);
    if (found === null) return CANNOT_ALLOCATE;
    if (found instanceof AllocationFailure) {
      return found.nodeOnly ? refusal(found.message) : new Status("Error", [found.message], NAME);
    }
    if (extended !== null) mine.byNode.set(node.name, { demand, found, extended });
    return null;
  }

  /** What a node that passed Filter would give the pod. */
  private devicesOn(mine: ClaimsState | undefined, nodeName: string): NodeDevices | undefined {
    if (mine === undefined) return undefined;
    const own = mine.byNode.get(nodeName);
    if (own !== undefined || mine.demand === null) return own;
    const found = this.allocator.foundOn(mine.demand, nodeName);
    return found === null ? undefined : { demand: mine.demand, found, extended: null };
  }

  postFilter(state: CycleState, { pod }: PodInfo, _statuses: NodeStatuses): PostFilterResult {
    const mine = state.read(CLAIMS_KEY);
    if (mine === undefined) return result(NOT_PREPARED);
    const told = this.features.DynamicResourcesSaysNothingToDeallocate;
    if (mine.isEmpty) return unschedulable(told ? "no new claims to deallocate" : null);
    for (const index of mine.unavailable) {
      const claim = mine.claims[index]!;
      const [consumer, ...others] = claim.status?.reservedFor ?? [];
      if (others.length > 0 || (consumer !== undefined && consumer.uid !== pod.uid)) continue;
      const write: ClaimWrite = { kind: "deallocate", claim };
      return unschedulable("deallocation of ResourceClaim completed", write);
    }
    const left = mine.extended?.left ?? null;
    if (left !== null) {
      const write: ClaimWrite = { kind: "delete", claim: left };
      return unschedulable("deletion of ResourceClaim completed", write);
    }
    return unschedulable(told ? "still not schedulable" : null);
  }

  /** Only alternatives differ in how welcome they are. */
  uniformScore(state: CycleState): UniformScore | null {
    const mine = state.read(CLAIMS_KEY);
    const hasAlternatives = (mine?.claims ?? []).some(({ spec }) =>
      (spec.devices?.requests ?? []).some(({ firstAvailable = [] }) => firstAvailable.length > 0),
    );
    return hasAlternatives ? null : NO_SCORE;
  }

  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    const mine = state.read(CLAIMS_KEY);
    const devices = this.devicesOn(mine, node.name);
    if (mine === undefined || devices === undefined) return 0;
    let score = 0;
    let next = 0;
    for (const { spec, status } of mine.claims) {
      const allocation = status?.allocation;
      const used =
        allocation === undefined
          ? devices.found[next++]!.map(({ demand }) => demand.fullName)
          : (allocation.devices?.results ?? []).map(({ request }) => request);
      for (const { name, firstAvailable = [] } of spec.devices?.requests ?? []) {
        firstAvailable.forEach((option, i) => {
          if (used.includes(`${name}/${option.name}`)) score += MAX_FIRST_AVAILABLE - i;
        });
      }
    }
    return score;
  }

  normalizeScore(
    _state: CycleState,
    _pod: PodInfo,
    _nodes: readonly NodeInfo[],
    scores: Float64Array,
  ): void {
    defaultNormalizeScore(scores, { reverse: false });
  }

  reserve(state: CycleState, { pod }: PodInfo, nodeName: string): Result {
    const mine = state.read(CLAIMS_KEY);
    const devices = this.devicesOn(mine, nodeName);
    if (mine !== undefined && devices !== undefined) {
      this.binding.setAside(mine, { pod, nodeName, devices });
    }
    return null;
  }

  unreserve(state: CycleState, { pod }: PodInfo): readonly ClaimWrite[] {
    const mine = state.read(CLAIMS_KEY);
    return mine === undefined ? [] : this.binding.giveBack(mine, pod);
  }

  preBind(state: CycleState, { pod }: PodInfo, nodeName: string): PreBindPlan | null {
    const mine = state.read(CLAIMS_KEY);
    if (mine === undefined || mine.isEmpty) return null;
    return this.binding.plan(mine, pod, nodeName);
  }
}

function result(status: Status): PostFilterResult {
  return {
    status,
    nominatedNodeName: null,
    victims: [],
    candidates: [],
    clearedNominations: [],
  };
}

function unschedulable(reason: string | null, write?: ClaimWrite): PostFilterResult {
  const status = new Status("Unschedulable", reason === null ? [] : [reason], NAME);
  return { ...result(status), ...(write === undefined ? {} : { claimWrite: write }) };
}
