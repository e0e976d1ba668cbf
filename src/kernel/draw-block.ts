const PARITY = 0x1bd11bda;

/**
 * Uniforms of one named stream by a counter of two 32-bit words: Threefry-2x32-20 as in
 * `keyed-uniform.ts`, written out round by round, for draws that are taken millions of times a
 * second. The trade: twice the speed for the length; `draw-block.test.ts` holds the two together.
 */
export class DrawBlock {
  private readonly keyThird: number;

  constructor(
    private readonly keyFirst: number,
    private readonly keySecond: number,
  ) {
    this.keyThird = PARITY ^ keyFirst ^ keySecond;
  }

  /** The uniform in (0, 1), with 52 bits, that belongs to this pair of words. */
  uniform(counterFirst: number, counterSecond: number): number {
    const { keyFirst, keySecond, keyThird } = this;
    let x = (counterFirst + keyFirst) | 0;
    let y = (counterSecond + keySecond) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + keySecond) | 0;
    y = (y + keyThird + 1) | 0;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + keyThird) | 0;
    y = (y + keyFirst + 2) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + keyFirst) | 0;
    y = (y + keySecond + 3) | 0;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + keySecond) | 0;
    y = (y + keyThird + 4) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + keyThird) | 0;
    y = (y + keyFirst + 5) | 0;
    return ((x >>> 6) * 2 ** 26 + (y >>> 6) + 0.5) / 2 ** 52;
  }
}
