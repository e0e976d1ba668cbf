import { sin } from "../../../src/kernel/math.js";
import { RandomStreams } from "../../../src/kernel/random-streams.js";
import {
  linearRate,
  type Rate,
  requestsBetween,
  SampledRate,
  steppedRate,
} from "../../../src/traffic/arrivals/rate.js";
import { NO_RETRY } from "../../../src/traffic/loop/call-policy.js";
import type { Routing } from "../../../src/traffic/loop/router.js";
import { sourceDraws } from "../../../src/traffic/loop/source-draws.js";
import { TrafficLoop } from "../../../src/traffic/loop/traffic-loop.js";
import type { Failure, TrafficObserver } from "../../../src/traffic/loop/traffic-observer.js";
import type { Figures } from "./compare.js";
import { arrivalProcess, type LawGiven } from "./given.js";
import { podModel } from "./queues.js";

export interface TransientGiven {
  readonly rate:
    | { readonly kind: "steps" | "linear"; readonly points: readonly (readonly [number, number])[] }
    | {
        readonly kind: "sine";
        readonly mean: number;
        readonly amplitude: number;
        readonly periodSeconds: number;
      };
  readonly service: LawGiven;
  readonly pods: number;
  readonly concurrency: number;
  readonly routing: Routing;
  readonly durationSeconds: number;
  readonly podChanges?: readonly { readonly atSeconds: number; readonly pods: number }[];
}

const MINUTE_SECONDS = 60;

export function rateOf({ rate }: TransientGiven): Rate {
  if (rate.kind === "sine") {
    const { mean, amplitude, periodSeconds } = rate;
    const at = (t: number): number => mean + amplitude * sin((2 * Math.PI * t) / periodSeconds);
    return new SampledRate(at, 0.1);
  }
  const points = rate.points.map(([seconds, perSecond]) => ({ seconds, perSecond }));
  return rate.kind === "steps" ? steppedRate(points) : linearRate(points);
}

class ByMinute implements TrafficObserver {
  readonly visits: number[];
  readonly waits: number[];
  readonly sojourns: number[];

  constructor(minutes: number) {
    const bins = (): number[] => new Array<number>(minutes).fill(0);
    this.visits = bins();
    this.waits = bins();
    this.sojourns = bins();
  }

  attemptSent(): void {}
  attemptFailed(_source: number, _failure: Failure, _atSeconds: number): void {}
  visitLeft(): void {}
  requestEnded(): void {}

  visitDone(_source: number, _pod: number, arrived: number, started: number, at: number): void {
    const minute = Math.floor(arrived / MINUTE_SECONDS);
    if (minute >= this.visits.length) return;
    this.visits[minute]! += 1;
    this.waits[minute]! += started - arrived;
    this.sojourns[minute]! += at - arrived;
  }
}

/** One run: what is in the system, by minute and at its end, is added to the sums. */
function runOnce(
  given: TransientGiven,
  observer: ByMinute,
  seed: number,
  sums: { readonly mean: number[]; readonly end: number[] },
): void {
  const loop = new TrafficLoop(observer);
  const model = podModel(given);
  const all: number[] = [];
  const addPods = (count: number): number[] =>
    Array.from({ length: count }, () => {
      const pod = loop.addPod(model);
      all.push(pod);
      return pod;
    });
  let ready = addPods(given.pods);
  const service = loop.router.add(given.routing);
  loop.setEndpoints(service, ready);
  const streams = new RandomStreams(seed);
  loop.addSource({
    arrivals: arrivalProcess(
      { rate: rateOf(given), gaps: { type: "poisson" }, phases: null },
      streams,
    ),
    draws: sourceDraws(streams, "traffic/case"),
    service,
    policy: loop.addPolicy({ timeout: null, retry: NO_RETRY }),
  });
  const changes = [...(given.podChanges ?? [])];
  let before = 0;
  for (let minute = 0; minute < sums.mean.length; minute++) {
    const end = (minute + 1) * MINUTE_SECONDS;
    while (changes[0] !== undefined && changes[0].atSeconds < end) {
      const { atSeconds, pods } = changes.shift()!;
      loop.runUntil(atSeconds);
      ready = pods > 0 ? [...ready, ...addPods(pods)] : ready.slice(0, ready.length + pods);
      loop.setEndpoints(service, ready);
    }
    loop.runUntil(end);
    const present = all.reduce((sum, pod) => sum + loop.pods.presentSeconds(pod, end), 0);
    sums.mean[minute]! += (present - before) / MINUTE_SECONDS;
    sums.end[minute]! += all.reduce((sum, pod) => sum + loop.pods.present[pod]!, 0);
    before = present;
  }
  // Whoever arrived in the last minutes is served to the end.
  loop.runUntil(given.durationSeconds + 10 * MINUTE_SECONDS);
}

export function runTransient(
  given: TransientGiven,
  { replications }: { readonly replications: number },
): Record<string, Figures> {
  const minutes = given.durationSeconds / MINUTE_SECONDS;
  const observer = new ByMinute(minutes);
  const sums = {
    mean: new Array<number>(minutes).fill(0),
    end: new Array<number>(minutes).fill(0),
  };
  for (let seed = 1; seed <= replications; seed++) runOnce(given, observer, seed, sums);
  const { visits } = observer;
  return {
    meanInSystem: sums.mean.map((sum) => sum / replications),
    meanInSystemAtEnd: sums.end.map((sum) => sum / replications),
    meanWaitSeconds: observer.waits.map((sum, i) => sum / visits[i]!),
    meanSojournSeconds: observer.sojourns.map((sum, i) => sum / visits[i]!),
  };
}

/** The expected number of arrivals, by minute. */
export function arrivalsByMinute(given: TransientGiven): readonly number[] {
  const rate = rateOf(given);
  return Array.from({ length: given.durationSeconds / MINUTE_SECONDS }, (_, minute) =>
    requestsBetween(rate, minute * MINUTE_SECONDS, (minute + 1) * MINUTE_SECONDS),
  );
}
