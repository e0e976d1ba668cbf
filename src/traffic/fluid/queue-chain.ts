import { assert } from "../../base/assert.js";

/** How a pod takes requests, as a birth and death process sees it. */
export interface ChainSpec {
  /** Requests at once; may be Infinity. */
  readonly concurrency: number;
  /** More than so many at once do not go faster: the cores that they share; Infinity: no sharing. */
  readonly cores: number;
  /** Places that wait; may be Infinity. */
  readonly queueLimit: number;
}

/** States that are kept at most: beyond, the queue is a backlog without a law. */
const MAX_STATES = 8_192;
const FIRST_STATES = 32;
/** What may lie beyond the last state. */
const TAIL = 1e-9;
/** A step whose law moves by more is taken in smaller ones; one that moves by less lets them grow. */
const MUCH = 0.05;
const LITTLE = 0.02;
/** No step is smaller than so many services. */
const SMALLEST_IN_SERVICES = 0.1;

/**
 * How many requests a pod has, as a law that changes over time: the Kolmogorov equations of
 * M(t)/M/c/K, solved with backward Euler steps, which end in the stationary law however long they
 * are. Several pods behind a random choice have one law together, since the equations are linear: the
 * mean of theirs; a pod that joins empty is mixed in.
 *
 * Source: L. Kleinrock, "Queueing Systems", 1975; E. Hairer, G. Wanner, "Solving Ordinary Differential
 * Equations II", 1996 (implicit steps).
 */
export class QueueChain {
  /** By the number of requests present. */
  law = new Float64Array(FIRST_STATES);
  /** States in use. */
  states = 1;
  private diagonal = new Float64Array(FIRST_STATES);
  private next = new Float64Array(FIRST_STATES);
  private nextStates = 1;
  private stepSeconds = 0;

  /** Sums over the time of the last `advance`: requests times seconds, and the share refused. */
  presentSum = 0;
  waitingSum = 0;
  refusedSum = 0;

  constructor(readonly spec: ChainSpec) {
    this.law[0] = 1;
  }

  /** `joining` empty pods come to `before` pods. */
  mixInEmpty(before: number, joining: number): void {
    if (before + joining === 0) return;
    const kept = before / (before + joining);
    for (let i = 0; i < this.states; i++) this.law[i]! *= kept;
    this.law[0]! += 1 - kept;
  }

  get meanPresent(): number {
    let sum = 0;
    for (let i = 1; i < this.states; i++) sum += i * this.law[i]!;
    return sum;
  }

  /** Requests arrive at `rate` and are served at `serviceRate` each, a second, for some time. */
  advance(seconds: number, rate: number, serviceRate: number): void {
    assert(seconds >= 0 && serviceRate > 0, "a chain goes on in time");
    this.presentSum = 0;
    this.waitingSum = 0;
    this.refusedSum = 0;
    const smallest = this.smallestStep(rate, serviceRate);
    for (let left = seconds; left > 1e-12; ) {
      const step = Math.min(left, Math.max(smallest, this.stepSeconds));
      const moved = this.step(step, rate, serviceRate);
      if (moved > MUCH && step > smallest) {
        this.stepSeconds = step / 4;
        continue;
      }
      this.accept();
      this.addUp(step);
      left -= step;
      if (moved < LITTLE) this.stepSeconds = Math.max(this.stepSeconds, step) * 2;
    }
  }

  /**
   * Steps of this size spread a queue that grows or empties a tenth as much as chance does: the steps
   * spread it by the drift squared a step, chance by the rates in and out.
   */
  private smallestStep(rate: number, serviceRate: number): number {
    const { concurrency, cores } = this.spec;
    const shortest = SMALLEST_IN_SERVICES / serviceRate;
    const fastest = Math.min(concurrency, cores) * serviceRate;
    if (!Number.isFinite(fastest)) return shortest;
    const drift = fastest - rate;
    return Math.max(shortest, (0.1 * (rate + fastest)) / (drift * drift + 1e-9 * fastest));
  }

  private addUp(step: number): void {
    const { concurrency, queueLimit } = this.spec;
    let present = 0;
    let waiting = 0;
    for (let i = 1; i < this.states; i++) {
      const share = this.law[i]!;
      present += i * share;
      if (i > concurrency) waiting += (i - concurrency) * share;
    }
    this.presentSum += step * present;
    this.waitingSum += step * waiting;
    if (this.states > concurrency + queueLimit) {
      this.refusedSum += step * this.law[concurrency + queueLimit]!;
    }
  }

  /** The law after a step, in `next`; answers how much of it moved. */
  private step(seconds: number, rate: number, serviceRate: number): number {
    const room = Math.min(this.spec.concurrency + this.spec.queueLimit + 1, MAX_STATES);
    let size = Math.min(room, this.states + 16);
    for (;;) {
      this.grow(size);
      this.solve(size, seconds, rate, serviceRate);
      if (size >= room || this.next[size - 1]! < TAIL) break;
      size = Math.min(room, size * 2);
    }
    this.nextStates = size;
    let moved = 0;
    for (let i = 0; i < size; i++) {
      moved += Math.abs(this.next[i]! - (i < this.states ? this.law[i]! : 0));
    }
    return moved;
  }

  private accept(): void {
    const { law, next, nextStates } = this;
    let total = 0;
    for (let i = 0; i < nextStates; i++) total += next[i]!;
    let last = 0;
    for (let i = 0; i < nextStates; i++) {
      law[i] = next[i]! / total;
      if (law[i]! > TAIL * 1e-2) last = i;
    }
    for (let i = last + 1; i < Math.max(this.states, nextStates); i++) law[i] = 0;
    this.states = last + 1;
  }

  /** (I - step * generator) next = law, a tridiagonal system, by elimination. */
  private solve(size: number, step: number, rate: number, serviceRate: number): void {
    const { law, diagonal, next, states } = this;
    const { concurrency, cores } = this.spec;
    const servers = Math.min(concurrency, cores);
    const birth = step * rate;
    let above = 1 + (size > 1 ? birth : 0);
    let solved = law[0]!;
    diagonal[0] = above;
    next[0] = solved;
    for (let i = 1; i < size; i++) {
      const deathRate = Math.min(i, servers) * serviceRate;
      const factor = birth / above;
      above = 1 + (i + 1 < size ? birth : 0) + step * deathRate - factor * step * deathRate;
      solved = (i < states ? law[i]! : 0) + factor * solved;
      diagonal[i] = above;
      next[i] = solved;
    }
    let after = solved / above;
    next[size - 1] = after;
    for (let i = size - 2; i >= 0; i--) {
      const down = step * (Math.min(i + 1, servers) * serviceRate);
      after = (next[i]! + down * after) / diagonal[i]!;
      next[i] = after;
    }
  }

  private grow(size: number): void {
    if (size <= this.law.length) return;
    const length = Math.max(size, this.law.length * 2);
    const law = new Float64Array(length);
    law.set(this.law);
    this.law = law;
    this.diagonal = new Float64Array(length);
    this.next = new Float64Array(length);
  }
}
