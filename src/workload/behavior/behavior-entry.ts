import type { Labels } from "../../api/kubernetes.js";
import type { TimeMicros } from "../../base/time.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { UsageOverTime } from "./usage-over-time.js";

/** What the containers that it matches do. A null leaves the default. */
export interface BehaviorEntry {
  readonly match: BehaviorMatch;
  readonly imageBytes: number | null;
  /** There is no such image: whoever needs it waits for ever. */
  readonly imageMissing: boolean;
  /** In microseconds: from when a pod is on its node until its first container may start. */
  readonly sandboxMicros: DistributionSpec | null;
  /** The reason for which the container waits for ever; null where it starts. */
  readonly neverStarts: string | null;
  /** In microseconds: from when it has started up until it is ready; null: as its probes find. */
  readonly ready: "never" | DistributionSpec | null;
  /** In microseconds: from the start of the process until it serves. */
  readonly startMicros: DistributionSpec | null;
  /** In microseconds: from the start of the process until it ends by itself. */
  readonly run: "forever" | DistributionSpec | null;
  /** By the number of the start, the last one for all that follow; none: the default. */
  readonly exitCodes: readonly number[];
  /** In microseconds: from SIGTERM until it has ended. */
  readonly stopMicros: DistributionSpec | null;
  readonly cpuMillis: DistributionSpec | null;
  readonly memoryBytes: DistributionSpec | null;
  /** What it has written to its node's disk once it has run. */
  readonly diskBytes: DistributionSpec | null;
  /** How many processes it has while it runs. */
  readonly processes: DistributionSpec | null;
  /** In place of `cpuMillis` (in cores) and `memoryBytes`. */
  readonly cpuOverTime: UsageOverTime | null;
  readonly memoryOverTime: UsageOverTime | null;
  /** In microseconds: from when it serves until it crashes. */
  readonly crashMicros: DistributionSpec | null;
  /** In microseconds: from when it serves its probes fail, for so long; null: to the end of the run. */
  readonly unhealthy: {
    readonly afterMicros: DistributionSpec;
    readonly forMicros: DistributionSpec | null;
  } | null;
  /** In microseconds: what its postStart hook takes, if it has one. */
  readonly postStart: {
    readonly takesMicros: DistributionSpec | null;
    readonly fails: boolean;
  } | null;
}

/**
 * What is given must hold; null matches all. An init container is matched by its name only, so that
 * an entry about a pod's server does not keep the pod from starting.
 */
export interface BehaviorMatch {
  readonly namespace: string | null;
  readonly labels: Labels;
  readonly container: string | null;
  /** Completion indexes of pods of an Indexed Job. */
  readonly indexes: readonly number[] | null;
  /** Of the container, as its pod names it. */
  readonly image: string | null;
  /** The node that the pod is on. */
  readonly node: string | null;
  /** Of the pods. */
  readonly names: readonly string[] | null;
  /** Only the first so many pods of those that match, in the order in which they come to a node. */
  readonly first: number | null;
}

/** What a container does of which nobody said anything. Assumed: nothing to measure it by. */
export interface BehaviorDefaults {
  readonly imageBytes: number;
  readonly startMicros: TimeMicros;
  readonly stopMicros: TimeMicros;
  /** Where it ends by itself: under restartPolicy OnFailure and Never. */
  readonly runMicros: TimeMicros;
  readonly initRunMicros: TimeMicros;
  readonly exitCode: number;
  readonly cpuShareOfRequest: number;
  readonly memoryShareOfRequest: number;
}
