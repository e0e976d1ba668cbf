import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";
import type { CycleOutcome } from "../framework/scheduling-algorithm.js";
import type { ScoreTrace } from "../framework/score-sheet.js";

/** One scheduling cycle, on the state of the cluster on which it was decided. */
export interface Decision {
  readonly timeMicros: TimeMicros;
  /** The how-manieth attempt of the pod this is, from 1. */
  readonly attempt: number;
  readonly framework: Framework;
  readonly pod: PodInfo;
  readonly outcome: CycleOutcome;
}

/** Is told the scores of one cycle, and then what came of it. */
export interface DecisionTrace extends ScoreTrace {
  decided(decision: Decision): void;
}

/** Follows the decisions about some pods. It never acts; without one the scheduler records nothing. */
export interface DecisionObserver {
  /** Null when nobody asks about the pod. */
  trace(pod: PodVersion): DecisionTrace | null;
  /** A pod is about to enter the queue, and its gates hold it back from that, or let it in. */
  atGate(pod: PodVersion, isHeld: boolean, timeMicros: TimeMicros): void;
  /** The pod's last decision could not be carried out. */
  bindingFailed(pod: PodVersion, message: string, timeMicros: TimeMicros): void;
}
