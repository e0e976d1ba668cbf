import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { QueuedPod } from "../framework/interfaces.js";
import type { Reads } from "../framework/reads.js";
import type { EventToRegister } from "./own-events.js";

/** A node as plugins see it: cpu in millicores, memory in bytes. Nothing of it may be changed. */
export type Node = Readonly<
  Pick<
    NodeInfo,
    | "name"
    | "labels"
    | "taints"
    | "unschedulable"
    | "zone"
    | "allocatable"
    | "allowedPodNumber"
    | "requested"
    | "nonZeroCpuMillis"
    | "nonZeroMemoryBytes"
    | "podCount"
    | "imageStates"
    | "node"
  >
> & {
  /** The pods that count on it. */
  readonly pods: readonly Pod[];
};

/**
 * A pod as plugins see it: `template` is what was compiled of its spec (`template.resources.requests` what
 * it asks for), `pod` the object.
 */
export type Pod = Readonly<Pick<PodInfo, "pod" | "template" | "priority">>;

/** "Does not fit", with the reasons that the pod's condition will show. */
export interface Refusal {
  /** `UnschedulableAndUnresolvable`: taking other pods away cannot help. */
  readonly code: "Unschedulable" | "UnschedulableAndUnresolvable";
  readonly reasons: readonly string[];
}

/** The plugin has nothing to do for this pod: its Filter, or its Score, is not asked. */
export interface Skip {
  readonly code: "Skip";
}

/** Which pods are to go so that one may come to a node: they are deleted, and the node is nominated. */
export interface Preemption {
  readonly nodeName: string;
  /** Of the node's `pods`; none where it is enough to nominate the node. */
  readonly victims: readonly Pod[];
}

/** Why each node was refused. */
export interface NodeRefusals {
  /** Null for a node that nobody looked at. */
  of(
    node: Node,
  ): { readonly code: string; readonly reasons: readonly string[]; readonly plugin: string } | null;
}

/** What a plugin of one's own may use beside its arguments. */
export interface PluginHandle {
  /** Every node, in the order of evaluation. Whoever reads it must not declare `reads`. */
  readonly nodes: readonly Node[];
  /**
   * Uniform in [0, 1), of the stream of that name: draw number `n`, from 0 to 63, of the present scheduling
   * cycle; the same however often it is asked for.
   */
  draw(stream: string, n: number): number;
  /** How long the pod's containers will run, where the trace or generator knows that made it; else null. */
  expectedRunMicros(pod: PodVersion): TimeMicros | null;
  /** A pod of the queue, compiled. */
  podInfo(pod: PodVersion): Pod;
  /**
   * Whether the pod would fit a node, by all filters of the profile, if those of the node's `pods` were gone; for PostFilter,
   * whose `state` it takes.
   */
  fitsWithout(state: CycleState, pod: Pod, node: Node, gone: readonly Pod[]): boolean;
  /** Number of an extended resource, for `requested.scalar(n)` and `allocatable.scalar(n)`. */
  scalar(name: string): number;
}

/**
 * What a plugin does at its extension points. Answers depend on arguments alone: the same question gets the
 * same answer until a pod is reserved or placed.
 */
export interface OwnPlugin {
  /**
   * What filter and score read, and nothing else: then their answers are remembered. Absent: anything, and
   * each node is asked in each decision.
   */
  readonly reads?: Reads;
  /** False when it passes this pod on every node, and scores all alike. */
  concerns?(pod: Pod): boolean;
  /** Events that may help a pod which it refused. Absent: every event. */
  eventsToRegister?(): readonly EventToRegister[];
  preEnqueue?(pod: PodVersion): Refusal | null;
  less?(a: QueuedPod, b: QueuedPod): boolean;
  sortsAnew?(now: TimeMicros): boolean;
  preFilter?(
    state: CycleState,
    pod: Pod,
  ): Refusal | Skip | { readonly nodeNames: Iterable<string> } | null;
  filter?(state: CycleState, pod: Pod, node: Node): Refusal | null;
  /** Asked where no node fits; the first plugin that gives a node ends the search. */
  postFilter?(
    state: CycleState,
    pod: Pod,
    refusals: NodeRefusals,
  ): Preemption | Refusal | null | undefined;
  preScore?(state: CycleState, pod: Pod, nodes: readonly Node[]): Skip | null | undefined;
  /** A whole number from 0 to 100; any number where the plugin normalises. */
  score?(state: CycleState, pod: Pod, node: Node): number;
  /** Rewrites `scores`, which stand beside `nodes`, to whole numbers from 0 to 100. */
  normalizeScore?(state: CycleState, pod: Pod, nodes: readonly Node[], scores: Float64Array): void;
  reserve?(state: CycleState, pod: Pod, nodeName: string): Refusal | null | undefined;
  unreserve?(state: CycleState, pod: Pod, nodeName: string): void;
  permit?(
    state: CycleState,
    pod: Pod,
    nodeName: string,
  ): Refusal | { readonly waitSeconds: number } | null;
  /** Null binds as the API's Binding does; a Skip leaves it to the next plugin. */
  bind?(state: CycleState, pod: Pod, nodeName: string): Refusal | Skip | null | undefined;
  postBind?(state: CycleState, pod: Pod, nodeName: string): void;
}

/** The extension points that a plugin of one's own may have, by the method that each one asks. */
export const OWN_POINTS = {
  preEnqueue: "preEnqueue",
  queueSort: "less",
  preFilter: "preFilter",
  filter: "filter",
  postFilter: "postFilter",
  preScore: "preScore",
  score: "score",
  reserve: "reserve",
  permit: "permit",
  bind: "bind",
  postBind: "postBind",
} as const satisfies Readonly<Record<string, keyof OwnPlugin>>;

export type OwnPoint = keyof typeof OWN_POINTS;

/** A plugin of one's own, as a module defines it. */
export interface PluginDefinition<Args = unknown> {
  /** As a KubeSchedulerConfiguration names it. */
  readonly name: string;
  readonly extensionPoints: readonly OwnPoint[];
  /** Checks `args` of `pluginConfig` and completes them; throws where they are wrong. Absent: taken as they are. */
  readonly args?: (given: Readonly<Record<string, unknown>>) => Args;
  /** Makes the plugin: once for each profile of each run. What it remembers belongs there. */
  create(args: Args, handle: PluginHandle): OwnPlugin;
}

/** Defines a plugin: the default export of a module that a scenario names in `scheduler.modules`. */
export function definePlugin<Args = Readonly<Record<string, unknown>>>(
  definition: PluginDefinition<Args>,
): PluginDefinition<Args> {
  return Object.freeze({ ...definition });
}
