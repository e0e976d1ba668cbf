import { MICROS_PER_HOUR, MICROS_PER_MINUTE } from "../../base/time.js";

/** The updater's flags; durations in microseconds. Source: VPA, updater flags (1.8). */
export interface UpdaterSettings {
  /** Groups of fewer live pods are left alone. */
  readonly minReplicas: number;
  /** The fraction of a group that may be away. */
  readonly evictionToleranceFraction: number;
  /** A smaller difference is none. */
  readonly updateThreshold: number;
  /** A pod within its bounds is left alone for so long. */
  readonly podLifetimeMicros: number;
  /** Who is killed for want of memory within that time of its start is updated within that time. */
  readonly evictAfterOomMicros: number;
  /** Resizes that restart no container need no budget. */
  readonly inPlaceSkipDisruptionBudget: boolean;
  readonly ignoredNamespaces: readonly string[];
  /** Upstream's gate PerVPAConfig. */
  readonly perVpaConfig: boolean;
  /** Upstream's gate InPlace. */
  readonly inPlace: boolean;
}

export const DEFAULT_UPDATER: UpdaterSettings = {
  minReplicas: 2,
  evictionToleranceFraction: 0.5,
  updateThreshold: 0.1,
  podLifetimeMicros: 12 * MICROS_PER_HOUR,
  evictAfterOomMicros: 10 * MICROS_PER_MINUTE,
  inPlaceSkipDisruptionBudget: false,
  ignoredNamespaces: [],
  perVpaConfig: false,
  inPlace: false,
};
