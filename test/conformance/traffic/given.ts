import type { Distribution } from "../../../src/kernel/distribution.js";
import { distributionOf } from "../../../src/kernel/distribution.js";
import type { RandomStreams } from "../../../src/kernel/random-streams.js";
import {
  type ArrivalGaps,
  ArrivalProcess,
  type RatePhases,
} from "../../../src/traffic/arrivals/arrival-process.js";
import { constantRate, type Rate, steppedRate } from "../../../src/traffic/arrivals/rate.js";
import type { Law } from "../../../src/traffic/laws/law.js";
import { hyperexponential } from "../../../src/traffic/laws/mixture.js";
import { tabulated } from "../../../src/traffic/laws/tabulated.js";
import type { CallPolicy } from "../../../src/traffic/loop/call-policy.js";
import { NO_RETRY } from "../../../src/traffic/loop/call-policy.js";

/** The laws and arrivals of a case's `given`, as FORMAT.md of the vectors names them. */
export interface LawGiven {
  readonly kind: string;
  readonly meanSeconds: number;
  readonly cv: number;
  readonly stages: number;
  readonly probabilityFirst: number;
  readonly meanFirstSeconds: number;
  readonly meanSecondSeconds: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

export interface ArrivalsGiven extends LawGiven {
  readonly ratePerSecond?: number;
  readonly steps?: readonly { readonly atSeconds: number; readonly ratePerSecond: number }[];
  readonly ratesPerSecond: readonly number[];
  readonly meanStaySeconds: readonly number[];
}

function gammaLaw(mean: number, cv: number): Distribution {
  const shape = 1 / (cv * cv);
  return distributionOf({ type: "gamma", shape, scale: mean / shape });
}

export function lawOf(given: LawGiven): Law {
  switch (given.kind) {
    case "exponential":
      return distributionOf({ type: "exponential", mean: given.meanSeconds });
    case "deterministic":
      return distributionOf({ type: "constant", value: given.meanSeconds });
    case "uniform":
      return distributionOf({ type: "uniform", min: given.minSeconds, max: given.maxSeconds });
    case "lognormal":
      return tabulated(
        distributionOf({ type: "lognormal", mean: given.meanSeconds, cv: given.cv }),
      );
    case "gamma":
      return tabulated(gammaLaw(given.meanSeconds, given.cv));
    case "erlang":
      return tabulated(gammaLaw(given.meanSeconds, 1 / Math.sqrt(given.stages)));
    case "hyperexponential": {
      const { probabilityFirst, meanFirstSeconds, meanSecondSeconds } = given;
      return hyperexponential(probabilityFirst, meanFirstSeconds, meanSecondSeconds);
    }
    default:
      throw new Error(`the law ${given.kind} is not known`);
  }
}

interface Arrivals {
  readonly rate: Rate;
  readonly gaps: ArrivalGaps;
  readonly phases: RatePhases | null;
  readonly meanRate: number;
}

export function arrivalsOf(given: ArrivalsGiven): Arrivals {
  const constant = (
    rate: number,
    gaps: ArrivalGaps,
    phases: RatePhases | null = null,
  ): Arrivals => ({
    ...{ rate: constantRate(rate), gaps, phases, meanRate: rate },
  });
  switch (given.kind) {
    case "poisson": {
      if (given.ratePerSecond !== undefined)
        return constant(given.ratePerSecond, { type: "poisson" });
      const points = given.steps!.map(({ atSeconds, ratePerSecond }) => ({
        ...{ seconds: atSeconds, perSecond: ratePerSecond },
      }));
      return { rate: steppedRate(points), gaps: { type: "poisson" }, phases: null, meanRate: NaN };
    }
    case "deterministic":
      return constant(given.ratePerSecond!, { type: "deterministic" });
    case "erlang":
      return constant(given.ratePerSecond!, {
        type: "renewal",
        gap: lawOf({ ...given, meanSeconds: 1 }),
      });
    case "hyperexponential": {
      const gap = lawOf(given);
      return { ...constant(1, { type: "renewal", gap }), meanRate: 1 / gap.mean };
    }
    case "mmpp": {
      const { ratesPerSecond, meanStaySeconds } = given;
      const cycle = meanStaySeconds.reduce((sum, stay) => sum + stay, 0);
      const each = ratesPerSecond.map((rate, phase) => rate * meanStaySeconds[phase]!);
      const meanRate = each.reduce((sum, arrivals) => sum + arrivals, 0) / cycle;
      const phases = { factors: ratesPerSecond, meanStaySeconds };
      return { ...constant(1, { type: "poisson" }, phases), meanRate };
    }
    default:
      throw new Error(`the arrivals ${given.kind} are not known`);
  }
}

export function arrivalProcess(
  { rate, gaps, phases }: Pick<Arrivals, "rate" | "gaps" | "phases">,
  streams: RandomStreams,
): ArrivalProcess {
  const until = { untilSeconds: Number.POSITIVE_INFINITY };
  return new ArrivalProcess({ rate, gaps, phases, ...until, streams, name: "traffic/case" });
}

export interface TimeoutGiven {
  readonly of: "waiting" | "total";
  readonly seconds: number | LawGiven;
  readonly workAfterTimeout?: "continues" | "cancelled";
}

export interface RetryGiven {
  readonly maxAttempts: number;
  readonly baseSeconds: number;
  readonly capSeconds: number;
  readonly jitter: "none" | "full" | "equal";
}

export function policyOf(timeout?: TimeoutGiven, retry: RetryGiven = NO_RETRY): CallPolicy {
  if (timeout === undefined) return { timeout: null, retry };
  const { of, seconds, workAfterTimeout: work = "cancelled" } = timeout;
  return { timeout: { of, after: patienceOf(seconds), work }, retry };
}

function patienceOf(seconds: number | LawGiven): number | Law {
  if (typeof seconds === "number") return seconds;
  return seconds.kind === "deterministic" ? seconds.meanSeconds : lawOf(seconds);
}
