import type { CycleState } from "../framework/cycle-state.js";
import { MAX_NODE_SCORE } from "../framework/interfaces.js";
import type { PodInfo } from "../framework/pod-info.js";

/** The largest value a row can hold: one more than the largest weighted sum of local scores. */
export const MAX_ROW_VALUE = 32_767;
/** The value of a node that passes, with nothing added for its score. */
export const PASSED = 1;

/** What the rules of a shape read: any pod of it, and the state that PreFilter and PreScore made. */
export interface ShapePod {
  readonly pod: PodInfo;
  readonly state: CycleState;
}

/** False for what no plugin may give without normalisation. */
export function isScore(score: number): boolean {
  return score >= 0 && score <= MAX_NODE_SCORE;
}
