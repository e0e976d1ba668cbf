import { checkFinite } from "../sample.js";

export type Better = "larger" | "smaller";

/** Observations of each system, of which those with the same number belong together; turned so that larger is better. */
export function turned(streams: readonly (readonly number[])[], better: Better): number[][] {
  if (streams.length < 2)
    throw new RangeError(`two systems or more are needed, not ${streams.length}`);
  for (const stream of streams) checkFinite(stream, 2);
  return streams.map((stream) => stream.map((value) => (better === "larger" ? value : -value)));
}

/** Index of the largest; the first of equals. */
export function indexOfLargest(values: readonly number[], among: readonly number[]): number {
  return among.reduce((best, i) => (values[i]! > values[best]! ? i : best), among[0]!);
}
