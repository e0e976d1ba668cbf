import type { RandomStreams } from "../../../kernel/random-streams.js";

/** Whether the sample keeps the pod: a larger share keeps all that a smaller one keeps. */
export function isSampled(
  streams: RandomStreams,
  trace: string,
  pod: { readonly ordinal: number; readonly share: number },
): boolean {
  return pod.share >= 1 || streams.draw(`workload/trace/${trace}/sample`, pod.ordinal) <= pod.share;
}
