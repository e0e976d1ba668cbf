import type { TimeMicros } from "../../base/time.js";
import type { PodVersion } from "../../api/pod-version.js";

/**
 * Where a pod that waits stands:
 *
 *     add ──► active ──pop──► inFlight ──bound──► (gone)
 *      │        ▲ ▲               │
 *      ▼        │ └──timer── backoff ◄─event─┐
 *    gated ─────┘                 │          │
 *                                 └──► unschedulable
 */
type QueuePlace = "active" | "backoff" | "unschedulable" | "inFlight";

/** An attempt under way, or one that is over and not yet forgotten. */
export interface Flight {
  /** The number of the first event after the attempt began. */
  readonly since: number;
  isOver: boolean;
}

/** A pod in the scheduling queue, with what is remembered of its attempts. */
export interface QueuedPod {
  pod: PodVersion;
  readonly priority: number;
  place: QueuePlace;
  /** When the pod came, or its last attempt failed; backoff and queue order count from it. */
  timestampMicros: TimeMicros;
  /** Order of arrival, for pods that agree in everything else. */
  sequence: number;
  /** Scheduling cycles that the pod was in. */
  attempts: number;
  /** Attempts in which plugins refused the pod. */
  refusals: number;
  /** Attempts that ended with an error since a plugin last refused the pod. */
  errorsInRow: number;
  /** Plugins that rejected the pod in its last attempt, and those that held it back since; empty after an error. */
  rejectors: readonly string[];
  /** The PreEnqueue plugin that holds the pod back; null: none does. */
  gatedBy: string | null;
  /** Whether somebody asked, while its attempt ran, that it be tried again whatever comes of it. */
  activated: boolean;
  /** When the pod was updated while its attempt ran, where that is another try (before hints). */
  updatedInFlightMicros: TimeMicros | null;
  /** Its attempt under way; only who keeps the events since then sets it. */
  flight: Flight | null;
  /** Place in the heap that holds the pod; -1 in none. */
  heapIndex: number;
  /** When its backoff ends; set when the pod is put into the backoff heap. */
  backoffUntilMicros: TimeMicros;
}
