const FLOAT_MARK = 0x5bd1e995;
const STRING_MARK = 0x27d4eb2f;
const NAN_MARK = 0x165667b1;

/**
 * The fingerprint of a run: a hash over all that was folded into it, in order. Two 32-bit lanes of
 * multiplications and rotations, so it is the same on every machine; made to notice any change, not
 * to withstand somebody who looks for a collision.
 */
export class RunDigest {
  private first = 0x9e3779b9 | 0;
  private second = 0x243f6a88 | 0;
  private readonly double = new Float64Array(1);
  private readonly words = new Int32Array(this.double.buffer);

  /** Folds a number in. 0 and -0 count as equal, and so do all NaN. */
  fold(value: number): void {
    const word = value | 0;
    if (word === value) {
      this.foldWord(word);
    } else if (Number.isNaN(value)) {
      this.foldWord(NAN_MARK);
    } else {
      this.double[0] = value;
      this.foldWord(FLOAT_MARK);
      this.foldWord(this.words[0]!);
      this.foldWord(this.words[1]!);
    }
  }

  /** Folds a string's length and UTF-16 units in. */
  foldString(text: string): void {
    this.foldWord(STRING_MARK);
    this.foldWord(text.length);
    for (let i = 0; i < text.length; i++) this.foldWord(text.charCodeAt(i));
  }

  /** The digest so far, as 16 hexadecimal digits. Reading it changes nothing. */
  hex(): string {
    const first = finish(this.first ^ this.second);
    const second = finish(this.second + Math.imul(first, 0x9e3779b1));
    return hexOfWord(first) + hexOfWord(second);
  }

  private foldWord(word: number): void {
    const first = Math.imul(this.first ^ word, 0x9e3779b1);
    this.first = (first << 13) | (first >>> 19);
    const second = Math.imul((this.second + word) | 0, 0x85ebca6b) ^ this.first;
    this.second = (second << 17) | (second >>> 15);
  }
}

function finish(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function hexOfWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
