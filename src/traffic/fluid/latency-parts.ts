import { LatencyPoints } from "./latency-points.js";
import type { Points } from "./service-law.js";

const FIRST_LENGTH = 8;
/** Numbers of a part. */
const WIDTH = 5;
const WAIT = 0;
const SLOW = 1;
const PART = 2;
const TIMES = 3;
const LIMIT = 4;

/**
 * Latencies by what they are made of: each part is a law of service by its points, after a wait, so much slower. They are
 * kept by the thousand until somebody looks, and one part is a dozen latencies.
 */
export class LatencyParts {
  length = 0;
  longest = 0;
  private laws: Points[] = [];
  private numbers = new Float64Array(FIRST_LENGTH * WIDTH);

  clear(): void {
    this.length = 0;
    this.longest = 0;
  }

  /** The values of a law, which rise, with their shares: after that wait, so much slower, and of a part of all. */
  add(law: Points, wait: number, slow: number, part: number): void {
    this.put(law, wait, slow, part, 1, Number.POSITIVE_INFINITY);
    const { values } = law;
    const longest = wait + values[values.length - 1]! * slow;
    if (longest > this.longest) this.longest = longest;
  }

  /** All parts of others, which no one has done that to yet, so many times each; those above the limit are left out. */
  addTimes(others: LatencyParts, times: number, limit: number): void {
    const { laws, numbers, length } = others;
    for (let i = 0; i < length; i++) {
      const at = i * WIDTH;
      const part = numbers[at + PART]!;
      this.put(laws[i]!, numbers[at + WAIT]!, numbers[at + SLOW]!, part, times, limit);
    }
    this.longest = Math.max(this.longest, others.longest);
  }

  /** Each latency with its share, or how often it occurred; those that did not are left out. */
  putInto(points: LatencyPoints): void {
    const { laws, numbers } = this;
    let room = 0;
    for (let i = 0; i < this.length; i++) room += laws[i]!.values.length;
    points.makeRoom(room);
    const { seconds: toSeconds, shares: toShares } = points;
    let { length } = points;
    for (let i = 0; i < this.length; i++) {
      const { values, shares } = laws[i]!;
      const at = i * WIDTH;
      const wait = numbers[at + WAIT]!;
      const slow = numbers[at + SLOW]!;
      const part = numbers[at + PART]!;
      const times = numbers[at + TIMES]!;
      const limit = numbers[at + LIMIT]!;
      for (let k = 0; k < values.length; k++) {
        const seconds = wait + values[k]! * slow;
        const share = times * (part * shares[k]!);
        toSeconds[length] = seconds;
        toShares[length] = share;
        if (share > 0 && !(seconds > limit)) length += 1;
      }
    }
    points.length = length;
  }

  /** The same in columns of their own. */
  points(): LatencyPoints {
    const points = new LatencyPoints();
    this.putInto(points);
    return points;
  }

  private put(
    law: Points,
    wait: number,
    slow: number,
    part: number,
    times: number,
    limit: number,
  ): void {
    if ((this.length + 1) * WIDTH > this.numbers.length) this.grow();
    const { numbers, length } = this;
    this.laws[length] = law;
    const at = length * WIDTH;
    numbers[at + WAIT] = wait;
    numbers[at + SLOW] = slow;
    numbers[at + PART] = part;
    numbers[at + TIMES] = times;
    numbers[at + LIMIT] = limit;
    this.length = length + 1;
  }

  private grow(): void {
    const larger = new Float64Array(this.numbers.length * 2);
    larger.set(this.numbers);
    this.numbers = larger;
  }
}
