import { Quantity } from "../../api/quantity.js";
import { MICROS_PER_MINUTE, type TimeMicros } from "../../base/time.js";

/** The signals that a kubelet's configuration can name and that are modelled. */
export const EVICTION_SIGNALS = [
  "memory.available",
  "nodefs.available",
  "imagefs.available",
  "pid.available",
] as const;
export type EvictionSignal = (typeof EVICTION_SIGNALS)[number];

/** Also the memory that the pods' own cgroup has left, which follows from `memory.available`. */
type ObservedSignal = EvictionSignal | "allocatableMemory.available";

export const PRESSURE_CONDITIONS = ["MemoryPressure", "DiskPressure", "PIDPressure"] as const;
export type PressureCondition = (typeof PRESSURE_CONDITIONS)[number];
type StarvedResource = "memory" | "ephemeral-storage" | "pids";

/** How much: an amount (bytes or processes) as a canonical text, or a share of the capacity. */
export type EvictionLevel =
  | { readonly amount: number; readonly text: string }
  | { readonly share: number };

export interface EvictionThreshold {
  readonly signal: ObservedSignal;
  /** It is met where less than this is available. */
  readonly level: EvictionLevel;
  /** For how long it has to be met until pods go; null: a hard threshold, at once and without their grace. */
  readonly graceMicros: TimeMicros | null;
  /** Once met, it is met until so much more is available; null: no more. */
  readonly minReclaim: EvictionLevel | null;
}

/** When a kubelet evicts pods for want of resources of its node. */
export interface EvictionPolicy {
  readonly thresholds: readonly EvictionThreshold[];
  /** A condition stays so long after it was last observed. */
  readonly pressureTransitionMicros: TimeMicros;
  /** Of pods that go because of a soft threshold, at most. */
  readonly maxPodGraceSeconds: number;
}

/** What is there of what a signal observes. */
export interface Observation {
  readonly available: number;
  readonly capacity: number;
}

export type Observations = ReadonlyMap<ObservedSignal, Observation>;

export const CONDITION_OF: Readonly<Record<ObservedSignal, PressureCondition>> = {
  "memory.available": "MemoryPressure",
  "allocatableMemory.available": "MemoryPressure",
  "nodefs.available": "DiskPressure",
  "imagefs.available": "DiskPressure",
  "pid.available": "PIDPressure",
};

const RESOURCE_OF: Readonly<Record<PressureCondition, StarvedResource>> = {
  MemoryPressure: "memory",
  DiskPressure: "ephemeral-storage",
  PIDPressure: "pids",
};

export function resourceOf({ signal }: EvictionThreshold): StarvedResource {
  return RESOURCE_OF[CONDITION_OF[signal]];
}

const MEBI = 2 ** 20;

const hard = (signal: EvictionSignal, level: EvictionLevel): EvictionThreshold => ({
  signal,
  level,
  graceMicros: null,
  minReclaim: null,
});

/**
 * Upstream's defaults on Linux, of the signals that are modelled.
 * Source: Kubernetes, "Node-pressure Eviction: Hard eviction thresholds".
 */
export const DEFAULT_HARD_THRESHOLDS: readonly EvictionThreshold[] = [
  hard("memory.available", { amount: 100 * MEBI, text: "100Mi" }),
  hard("nodefs.available", { share: 0.1 }),
  hard("imagefs.available", { share: 0.15 }),
];

/** The thresholds of a configuration with those that follow: each hard one of memory holds for the pods' cgroup too. */
export function evictionPolicy(
  thresholds: readonly EvictionThreshold[] = DEFAULT_HARD_THRESHOLDS,
  { pressureTransitionMicros = 5 * MICROS_PER_MINUTE, maxPodGraceSeconds = 0 } = {},
): EvictionPolicy {
  const ofCgroup = thresholds
    .filter(({ signal, graceMicros }) => signal === "memory.available" && graceMicros === null)
    .map((threshold) => ({ ...threshold, signal: "allocatableMemory.available" as const }));
  return { thresholds: [...thresholds, ...ofCgroup], pressureTransitionMicros, maxPodGraceSeconds };
}

/** The level in bytes or processes of a node that has `capacity` of it. */
export function amountOf(level: EvictionLevel, capacity: number): number {
  return "share" in level ? Math.trunc(level.share * capacity) : level.amount;
}

/** The level as upstream's messages tell it. */
export function levelText(level: EvictionLevel, capacity: number): string {
  return "text" in level ? level.text : binaryText(amountOf(level, capacity));
}

/** An amount as a canonical quantity of format BinarySI. */
export function binaryText(amount: number): string {
  return Quantity.of(BigInt(amount), "BinarySI").toString();
}

/** Whether less is available than the threshold says; `withReclaim`: or than what is to be reclaimed beyond. */
export function isMet(
  { signal, level, minReclaim }: EvictionThreshold,
  observed: Observations,
  withReclaim: boolean,
): boolean {
  const found = observed.get(signal);
  if (found === undefined) return false;
  const reclaim = withReclaim && minReclaim !== null ? amountOf(minReclaim, found.capacity) : 0;
  return found.available < amountOf(level, found.capacity) + reclaim;
}
