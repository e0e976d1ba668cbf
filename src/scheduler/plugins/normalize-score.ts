import { MAX_NODE_SCORE } from "../framework/interfaces.js";

/**
 * Scales scores so that the highest becomes 100 (or, in reverse, 0). Where all are 0 they stay 0, or
 * become 100 in reverse. Source: kube-scheduler plugins, `helper.DefaultNormalizeScore`.
 */
export function defaultNormalizeScore(
  scores: Float64Array,
  options: { readonly reverse: boolean },
): void {
  let max = 0;
  for (let i = 0; i < scores.length; i += 1) {
    if (scores[i]! > max) max = scores[i]!;
  }
  if (max === 0) {
    if (options.reverse) scores.fill(MAX_NODE_SCORE);
    return;
  }
  for (let i = 0; i < scores.length; i += 1) {
    const scaled = Math.trunc((MAX_NODE_SCORE * scores[i]!) / max);
    scores[i] = options.reverse ? MAX_NODE_SCORE - scaled : scaled;
  }
}
