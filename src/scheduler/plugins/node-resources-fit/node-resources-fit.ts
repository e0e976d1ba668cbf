import type { Features } from "../../../api/features.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import {
  type FilterPlugin,
  PRE_FILTER_SUCCESS,
  type PreFilterPlugin,
  type PreFilterResult,
  type Result,
  type RowFilter,
  type RowScore,
  type ScorePlugin,
} from "../../framework/interfaces.js";
import type { Listers } from "../../framework/listers.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { Reads } from "../../framework/reads.js";
import {
  isExtendedResource,
  type ReadonlyResources,
  type ScalarResources,
} from "../../framework/resources.js";
import { Status } from "../../framework/status.js";
import { ExtendedResources } from "../dynamic-resources/extended-resources.js";
import { signRequests } from "../pod-signature.js";
import { freedResourcesHint, nodeRoomHint } from "./fit-hints.js";
import { CPU, FitRows, FOR_GOOD, lacks, MEMORY, STORAGE, TOO_MANY_PODS } from "./fit-rows.js";
import { type ScoringStrategy, StrategyScorer } from "./scoring-strategy.js";

const NAME = "NodeResourcesFit";
/** In place of the id of a scalar. */
const NO_SCALAR = -1;
const SEVERAL_SCALARS = -2;
/** In the order in which upstream gives them. */
const COMMON_REASONS: readonly (readonly [number, string])[] = [
  [TOO_MANY_PODS, "Too many pods"],
  [CPU, "Insufficient cpu"],
  [MEMORY, "Insufficient memory"],
  [STORAGE, "Insufficient ephemeral-storage"],
];
const MISSING = new Status(
  "Error",
  ['error reading "PreFilterNodeResourcesFit" from cycleState: not found'],
  NAME,
);

export interface NodeResourcesFitArgs {
  /** Extended resources that the filter does not look at. */
  readonly ignoredResources: readonly string[];
  /** The same for whole groups: the part of the name before the slash. */
  readonly ignoredResourceGroups: readonly string[];
  readonly scoringStrategy: ScoringStrategy;
}

/** The node must have what the pod requests; by its strategy it prefers empty or full nodes. */
export class NodeResourcesFit implements PreFilterPlugin, FilterPlugin, ScorePlugin {
  readonly name = NAME;
  readonly preFilterExtensions = null;
  readonly unprepared = MISSING;
  readonly reads: Reads;
  private readonly scorer: StrategyScorer;
  private readonly ignored: ReadonlySet<string>;
  private readonly ignoredGroups: ReadonlySet<string>;
  /** Classes of devices that serve resources which nodes do not have themselves. */
  private readonly classes: ExtendedResources | null;
  /** One status for all nodes that lack the same resources. */
  private readonly refusals = new Map<string, Status>();
  /** Those for want of pods, cpu, memory, storage and one scalar at most, by which of these it is. */
  private readonly quickRefusals: Status[] = [];
  /** By scalar: whether the filter does not look at it. */
  private readonly isIgnoredById: boolean[] = [];

  constructor(
    args: NodeResourcesFitArgs,
    private readonly scalars: ScalarResources,
    private readonly features: Features,
    listers: Listers | null = null,
  ) {
    const served = features.DRAExtendedResource && listers !== null;
    this.classes = served ? new ExtendedResources(listers) : null;
    this.scorer = new StrategyScorer(args.scoringStrategy, scalars);
    this.reads = {
      pod: ["resources"],
      node: ["allocatable", "requested", "allowedPodNumber", "podCount", ...this.scorer.nodeParts],
    };
    this.ignored = new Set(args.ignoredResources);
    this.ignoredGroups = new Set(args.ignoredResourceGroups);
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const { SchedulerQueueingHints, InPlacePodVerticalScaling } = this.features;
    const resizes = InPlacePodVerticalScaling ? Action.UpdatePodScaleDown : 0;
    const updates = SchedulerQueueingHints ? Action.UpdateNodeAllocatable : Action.Update;
    return [
      { event: clusterEvent("Pod", Action.Delete, resizes), hint: freedResourcesHint },
      { event: clusterEvent("Node", Action.Add, updates), hint: nodeRoomHint },
      ...(this.classes === null
        ? []
        : [{ event: clusterEvent("DeviceClass", Action.Add, Action.Update) }]),
    ];
  }

  signPod({ template }: PodInfo): string | null {
    const { scalars } = template.resources.requests;
    const byDevices = scalars.some(
      (amount, id) =>
        (amount ?? 0) > 0 && this.classes?.classOf(this.scalars.name(id)) !== undefined,
    );
    return byDevices ? null : signRequests(template);
  }

  preFilter(): PreFilterResult {
    return PRE_FILTER_SUCCESS;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    const { requests, isEmpty } = pod.template.resources;
    const tooManyPods = node.podCount + 1 > node.allowedPodNumber;
    if (isEmpty) return tooManyPods ? this.refusal(reasonsOf(TOO_MANY_PODS)) : null;
    const { allocatable, requested } = node;
    const zeroToo = this.features.FitRefusesZeroRequestOnOvercommit;
    const cpu = lacks(requests.cpuMillis, allocatable.cpuMillis - requested.cpuMillis, zeroToo);
    const memory = lacks(
      requests.memoryBytes,
      allocatable.memoryBytes - requested.memoryBytes,
      zeroToo,
    );
    const storage = lacks(
      requests.ephemeralStorageBytes,
      allocatable.ephemeralStorageBytes - requested.ephemeralStorageBytes,
      zeroToo,
    );
    const scalar = requests.scalars.length === 0 ? NO_SCALAR : this.lackingScalar(requests, node);
    const common =
      (tooManyPods ? TOO_MANY_PODS : 0) +
      (cpu ? CPU : 0) +
      (memory ? MEMORY : 0) +
      (storage ? STORAGE : 0);
    if (common === 0 && scalar === NO_SCALAR) return null;
    const final = this.isBeyondEmptyNode(requests, node);
    if (scalar === SEVERAL_SCALARS) return this.refusal(this.reasons(common, pod, node), final);
    const key = common + (final ? FOR_GOOD : 0) + (scalar - NO_SCALAR) * 2 * FOR_GOOD;
    this.quickRefusals[key] ??= this.refusal(this.reasons(common, pod, node), final);
    return this.quickRefusals[key];
  }

  /** The node could not hold the pod if it were empty: preemption is of no help there. */
  private isBeyondEmptyNode(requests: ReadonlyResources, { allocatable }: NodeInfo): boolean {
    if (!this.features.FitUnresolvableBeyondAllocatable) return false;
    if (requests.cpuMillis > allocatable.cpuMillis) return true;
    if (requests.memoryBytes > allocatable.memoryBytes) return true;
    if (requests.ephemeralStorageBytes > allocatable.ephemeralStorageBytes) return true;
    return requests.scalars.some(
      (wanted, id) =>
        wanted !== undefined &&
        wanted > allocatable.scalar(id) &&
        !this.isIgnored(id) &&
        !this.isServedByDevices(id, allocatable),
    );
  }

  rowFilter({ template }: PodInfo): RowFilter | null {
    const { scalars, ephemeralStorageBytes } = template.resources.requests;
    if (scalars.length > 0) return null;
    const forGood = this.features.FitUnresolvableBeyondAllocatable;
    // The numbers of a node tell how much storage is free, not how much there is.
    if (forGood && ephemeralStorageBytes > 0) return null;
    const zeroToo = this.features.FitRefusesZeroRequestOnOvercommit;
    return new FitRows(template, { zeroToo, forGood });
  }

  /** The only scalar that the node has too little of, or how many others there are. */
  private lackingScalar(requests: ReadonlyResources, node: NodeInfo): number {
    let only = NO_SCALAR;
    for (let id = 0; id < requests.scalars.length; id += 1) {
      if (!this.lacksScalar(id, requests, node)) continue;
      if (only !== NO_SCALAR) return SEVERAL_SCALARS;
      only = id;
    }
    return only;
  }

  private reasons(common: number, { template }: PodInfo, node: NodeInfo): readonly string[] {
    const { requests } = template.resources;
    const scalars: string[] = [];
    for (let id = 0; id < requests.scalars.length; id += 1) {
      if (!this.lacksScalar(id, requests, node)) continue;
      scalars.push(`Insufficient ${this.scalars.name(id)}`);
    }
    return [...reasonsOf(common), ...scalars.sort()];
  }

  private lacksScalar(id: number, requests: ReadonlyResources, node: NodeInfo): boolean {
    const wanted = requests.scalars[id];
    if (wanted === undefined) return false;
    const free = node.allocatable.scalar(id) - node.requested.scalar(id);
    if (!lacks(wanted, free, this.features.FitRefusesZeroRequestOnOvercommit)) return false;
    return !this.isIgnored(id) && !this.isServedByDevices(id, node.allocatable);
  }

  /** What a node has none of, and a class of devices serves, is for DynamicResources to find. */
  private isServedByDevices(id: number, allocatable: ReadonlyResources): boolean {
    if (this.classes === null || allocatable.scalar(id) > 0) return false;
    return this.classes.classOf(this.scalars.name(id)) !== undefined;
  }

  private isIgnored(id: number): boolean {
    const known = this.isIgnoredById[id];
    if (known !== undefined) return known;
    const name = this.scalars.name(id);
    const isIgnored =
      isExtendedResource(name) &&
      (this.ignored.has(name) || this.ignoredGroups.has(name.slice(0, name.indexOf("/"))));
    this.isIgnoredById[id] = isIgnored;
    return isIgnored;
  }

  private refusal(reasons: readonly string[], final = false): Status {
    const key = `${final} ${reasons.join(",")}`;
    const known = this.refusals.get(key);
    if (known !== undefined) return known;
    const code = final ? "UnschedulableAndUnresolvable" : "Unschedulable";
    const status = new Status(code, reasons, NAME);
    this.refusals.set(key, status);
    return status;
  }

  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    return this.scorer.score(pod, node);
  }

  rowScore(pod: PodInfo): RowScore | null {
    return this.scorer.rows(pod);
  }
}

function reasonsOf(common: number): readonly string[] {
  return COMMON_REASONS.filter(([bit]) => (common & bit) !== 0).map(([, reason]) => reason);
}
