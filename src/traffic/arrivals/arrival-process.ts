import type { Distribution } from "../../kernel/distribution.js";
import type { DrawBlock } from "../../kernel/draw-block.js";
import { log1p } from "../../kernel/math.js";
import type { RandomStreams } from "../../kernel/random-streams.js";
import type { Rate } from "./rate.js";

/** Where the requests of a source come from, one after the other. */
export interface ArrivalSource {
  /** The time of the next arrival, in seconds, never before the last one; Infinity after the last. */
  next(): number;
  /** The rate is another one from now on; answers when the arrival that is awaited now comes. */
  change(rate: Rate, nowSeconds: number): number;
}

/**
 * The gaps between arrivals when the rate is 1 a second: exponential (a Poisson process), all 1
 * (`deterministic`), or of a distribution with any mean (`renewal`).
 */
export type ArrivalGaps =
  | { readonly type: "poisson" }
  | { readonly type: "deterministic" }
  | { readonly type: "renewal"; readonly gap: Distribution };

/**
 * What multiplies the rate: phases in turn 0, 1, …, 0, each for an exponential time. Poisson gaps
 * under phases are a Markov-modulated Poisson process; it begins in its stationary law.
 */
export interface RatePhases {
  readonly factors: readonly number[];
  readonly meanStaySeconds: readonly number[];
}

export interface ArrivalProcessOptions {
  readonly rate: Rate;
  readonly gaps: ArrivalGaps;
  readonly phases: RatePhases | null;
  /** No arrival comes after this. */
  readonly untilSeconds: number;
  /** The streams `<name>/gaps` and `<name>/phases` are its own. */
  readonly streams: RandomStreams;
  readonly name: string;
}

/** Where the process stands after an arrival. */
interface Standing {
  readonly nowSeconds: number;
  readonly need: number;
  readonly phase: number;
  readonly stays: number;
  readonly phaseEnd: number;
}

/**
 * Arrivals at a rate that changes over time: gaps are drawn as if the rate were 1 and run through
 * the integral of the rate. So the gap that belongs to the n-th arrival is the same whatever the rate.
 *
 * Source: E. Cinlar, "Introduction to Stochastic Processes", 1975 (inversion of the expected number
 * of arrivals); W. Fischer, K. Meier-Hellstern, "The Markov-modulated Poisson process cookbook", 1993.
 */
export class ArrivalProcess implements ArrivalSource {
  private rate: Rate;
  private piece = 0;
  private pieceStart = 0;
  private pieceEnd = 0;
  private pieceRate = 0;
  private pieceSlope = 0;

  private readonly gapDraws: DrawBlock;
  private readonly phaseDraws: DrawBlock;
  private readonly factors: readonly number[];
  private arrivals = 0;
  private nowSeconds = 0;
  /** What is left of the gap to the arrival awaited, as if the rate were 1. */
  private need = 0;
  private phase = 0;
  private stays = 0;
  private phaseEnd = Number.POSITIVE_INFINITY;
  private before: Standing | null = null;

  constructor(private readonly options: ArrivalProcessOptions) {
    this.rate = options.rate;
    this.gapDraws = options.streams.block(`${options.name}/gaps`);
    this.phaseDraws = options.streams.block(`${options.name}/phases`);
    this.factors = options.phases?.factors ?? [1];
    this.enter(this.rate.pieceAt(0));
    if (options.phases !== null) this.beginPhases(options.phases);
  }

  next(): number {
    this.need = this.gap(this.arrivals);
    this.arrivals += 1;
    this.remember();
    return this.advance(Number.POSITIVE_INFINITY);
  }

  change(rate: Rate, nowSeconds: number): number {
    if (this.before !== null) {
      ({ nowSeconds: this.nowSeconds, need: this.need } = this.before);
      ({ phase: this.phase, stays: this.stays, phaseEnd: this.phaseEnd } = this.before);
      this.enter(this.rate.pieceAt(this.nowSeconds));
      this.advance(nowSeconds);
    }
    this.rate = rate;
    this.enter(rate.pieceAt(this.nowSeconds));
    this.remember();
    return this.advance(Number.POSITIVE_INFINITY);
  }

  private gap(number: number): number {
    const { gaps } = this.options;
    if (gaps.type === "deterministic") return 1;
    const u = this.gapDraws.uniform(number | 0, Math.floor(number / 2 ** 32));
    return gaps.type === "poisson" ? -log1p(-u) : gaps.gap.quantile(u);
  }

  private remember(): void {
    const { nowSeconds, need, phase, stays, phaseEnd } = this;
    this.before = { nowSeconds, need, phase, stays, phaseEnd };
  }

  /** Goes on until the gap is used up, or to a limit; answers when that is. */
  private advance(limitSeconds: number): number {
    const { factors } = this;
    for (;;) {
      const end = Math.min(this.pieceEnd, this.phaseEnd, limitSeconds);
      const factor = factors[this.phase]!;
      const slope = factor * this.pieceSlope;
      const rate =
        factor * (this.pieceRate + this.pieceSlope * (this.nowSeconds - this.pieceStart));
      if (end === Number.POSITIVE_INFINITY) return this.arrive(rate > 0 ? this.need / rate : end);
      const span = end - this.nowSeconds;
      const held = span * (rate + (slope * span) / 2);
      if (this.need <= held) {
        const root = Math.sqrt(Math.max(0, rate * rate + 2 * slope * this.need));
        return this.arrive(Math.min(span, (2 * this.need) / (rate + root)));
      }
      this.need -= Math.max(0, held);
      this.nowSeconds = end;
      if (end >= limitSeconds) return end;
      if (end >= this.options.untilSeconds) return this.arrive(Number.POSITIVE_INFINITY);
      if (end === this.pieceEnd) this.enter(this.piece + 1);
      if (end === this.phaseEnd) this.turn();
    }
  }

  private arrive(afterSeconds: number): number {
    const at = this.nowSeconds + afterSeconds;
    if (at > this.options.untilSeconds) return Number.POSITIVE_INFINITY;
    this.nowSeconds = at;
    this.need = 0;
    return at;
  }

  private enter(piece: number): void {
    const { rate } = this;
    this.piece = piece;
    this.pieceStart = rate.startOf(piece);
    this.pieceEnd = rate.endOf(piece);
    this.pieceRate = rate.rateAtStart(piece);
    const span = this.pieceEnd - this.pieceStart;
    this.pieceSlope = Number.isFinite(span) ? (rate.rateAtEnd(piece) - this.pieceRate) / span : 0;
  }

  private beginPhases({ factors, meanStaySeconds }: RatePhases): void {
    const total = meanStaySeconds.reduce((sum, stay) => sum + stay, 0);
    let left = this.phaseDraws.uniform(0, 1) * total;
    while (this.phase + 1 < factors.length && left >= meanStaySeconds[this.phase]!) {
      left -= meanStaySeconds[this.phase]!;
      this.phase += 1;
    }
    this.stay(meanStaySeconds[this.phase]!);
  }

  private turn(): void {
    const { meanStaySeconds } = this.options.phases!;
    this.phase = (this.phase + 1) % meanStaySeconds.length;
    this.stay(meanStaySeconds[this.phase]!);
  }

  private stay(meanSeconds: number): void {
    const u = this.phaseDraws.uniform(this.stays, 0);
    this.stays += 1;
    this.phaseEnd = this.nowSeconds - meanSeconds * log1p(-u);
  }
}
