import type { Law } from "./law.js";

/** Octaves of each tail, and straight pieces in each. */
const OCTAVES = 26;
const PIECES = 256;

/**
 * A law whose quantile function takes long, by straight lines between points that lie ever closer
 * towards 0 and 1; beyond 2^-27 from either end it is asked itself. Off by less than 1e-4 of a value
 * for lognormal and gamma laws. Made when it is first asked for.
 */
export function tabulated(law: Law): Law {
  let lower: Float64Array | null = null;
  let upper: Float64Array | null = null;
  return {
    mean: law.mean,
    quantile: (u) => {
      const tail = u < 0.5 ? u : 1 - u;
      const bits = Math.floor(tail * 2 ** 31);
      // 1/2 has 30 zeros before it in 31 bits: octave 0 is [1/4, 1/2).
      const octave = Math.clz32(bits) - 2;
      if (octave >= OCTAVES) return law.quantile(u);
      lower ??= table((part) => law.quantile(part));
      upper ??= table((part) => law.quantile(1 - part));
      const values = u < 0.5 ? lower : upper;
      if (octave < 0) return values[0]!;
      const exponent = octave + 2;
      const place = (tail * 2 ** exponent - 1) * PIECES;
      const piece = Math.min(PIECES - 1, Math.floor(place));
      const at = octave * (PIECES + 1) + piece;
      return values[at]! + (values[at + 1]! - values[at]!) * (place - piece);
    },
  };
}

/** By octave: the values at its PIECES + 1 ends, from 2^-(octave + 2) to twice that. */
function table(valueAt: (tail: number) => number): Float64Array {
  const values = new Float64Array(OCTAVES * (PIECES + 1));
  for (let octave = 0; octave < OCTAVES; octave++) {
    const exponent = octave + 2;
    for (let i = 0; i <= PIECES; i++) {
      values[octave * (PIECES + 1) + i] = valueAt((1 + i / PIECES) / 2 ** exponent);
    }
  }
  return values;
}
