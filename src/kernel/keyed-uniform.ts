import { assert } from "../base/assert.js";

const PARITY = 0x1bd11bda;

/**
 * A uniform in (0, 1), with 52 bits, that is a pure function of a 64-bit key and an ordinal
 * (0 to 2^53 - 1): Threefry-2x32 with 20 rounds, a counter-based generator.
 *
 * Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011.
 */
export function keyedUniform(keyFirst: number, keySecond: number, ordinal: number): number {
  assert(Number.isSafeInteger(ordinal) && ordinal >= 0, () => `${ordinal} is no ordinal`);
  const high = Math.floor(ordinal / 2 ** 32);
  const [first, second] = threefry(keyFirst, keySecond, ordinal | 0, high);
  // The middle of one of 2^52 equal parts: never 0, never 1.
  return ((first >>> 6) * 2 ** 26 + (second >>> 6) + 0.5) / 2 ** 52;
}

/** The block that Threefry-2x32-20 makes of a key and a counter, as two 32-bit integers. */
export function threefry(
  keyFirst: number,
  keySecond: number,
  counterFirst: number,
  counterSecond: number,
): [number, number] {
  const keyThird = PARITY ^ keyFirst ^ keySecond;
  let x = (counterFirst + keyFirst) | 0;
  let y = (counterSecond + keySecond) | 0;
  const keys = [keyFirst, keySecond, keyThird] as const;
  for (let block = 1; block <= 5; block++) {
    const odd = block % 2 === 1;
    const rotations = odd ? ROTATIONS_ODD : ROTATIONS_EVEN;
    for (const rotation of rotations) {
      x = (x + y) | 0;
      y = ((y << rotation) | (y >>> (32 - rotation))) ^ x;
    }
    x = (x + keys[(block % 3) as 0 | 1 | 2]) | 0;
    y = (y + keys[((block + 1) % 3) as 0 | 1 | 2] + block) | 0;
  }
  return [x, y];
}

const ROTATIONS_ODD = [13, 15, 26, 6] as const;
const ROTATIONS_EVEN = [17, 29, 16, 24] as const;
