import { RandomStreams } from "../../../src/kernel/random-streams.js";
import type { ArrivalSource } from "../../../src/traffic/arrivals/arrival-process.js";
import { NO_RETRY } from "../../../src/traffic/loop/call-policy.js";
import { type SourceDraws, sourceDraws } from "../../../src/traffic/loop/source-draws.js";
import { TrafficLoop } from "../../../src/traffic/loop/traffic-loop.js";
import type { Failure, TrafficObserver } from "../../../src/traffic/loop/traffic-observer.js";
import type { CpuSpec } from "../../../src/traffic/pods/cpu-share.js";
import type { Work } from "../../../src/traffic/pods/pod-model.js";
import type { Figures } from "./compare.js";

export interface SharingGiven {
  readonly nodeCores: number;
  readonly requests: readonly {
    readonly arriveSeconds: number;
    readonly cpuSeconds: number;
    readonly threads?: number;
  }[];
  readonly cpuLimit?: number;
  readonly periodSeconds?: number;
  readonly firstRefillSeconds?: number;
  readonly concurrency?: number;
}

type Request = SharingGiven["requests"][number];

/** A source of one request. */
class Once implements ArrivalSource {
  private seconds: number;

  constructor(request: Request) {
    this.seconds = request.arriveSeconds;
  }

  next(): number {
    const next = this.seconds;
    this.seconds = Number.POSITIVE_INFINITY;
    return next;
  }

  change(): number {
    throw new Error("the requests are listed");
  }
}

/** What each request takes, by the draws of its source. */
class ListedWork implements Work {
  readonly bySource = new Map<SourceDraws, Request>();

  cpuSeconds(draws: SourceDraws): number {
    return this.bySource.get(draws)!.cpuSeconds;
  }

  delaySeconds(): number {
    return 0;
  }

  threads(draws: SourceDraws): number {
    return this.bySource.get(draws)!.threads ?? 1;
  }
}

class Times implements TrafficObserver {
  readonly startSeconds: number[] = [];
  readonly finishSeconds: number[] = [];

  attemptSent(): void {}
  attemptFailed(_source: number, _failure: Failure, _atSeconds: number): void {}
  visitLeft(): void {}
  requestEnded(): void {}

  visitDone(source: number, _pod: number, _arrived: number, started: number, at: number): void {
    this.startSeconds[source] = started;
    this.finishSeconds[source] = at;
  }
}

function cpuOf(given: SharingGiven): CpuSpec {
  const { nodeCores: cores, cpuLimit, periodSeconds, firstRefillSeconds } = given;
  if (cpuLimit === undefined) return { cores, quota: null };
  const refill = { periodSeconds: periodSeconds!, firstRefillSeconds: firstRefillSeconds! };
  return { cores, quota: { limitCores: cpuLimit, ...refill } };
}

/** Long enough for all work of a case. */
const PERIODS = 100;

export function runSharing(given: SharingGiven): Record<string, Figures> {
  const work = new ListedWork();
  const times = new Times();
  const loop = new TrafficLoop(times);
  const pod = loop.addPod({
    ...{ speed: 1, concurrency: given.concurrency ?? Number.POSITIVE_INFINITY },
    ...{ queueLimit: Number.POSITIVE_INFINITY, work, cpu: cpuOf(given) },
    ...{ errorShare: 0, stages: [], holdsPlaceDuringCalls: false },
  });
  const service = loop.router.add("random");
  loop.setEndpoints(service, [pod]);
  const policy = loop.addPolicy({ timeout: null, retry: NO_RETRY });
  for (const request of given.requests) {
    const draws = sourceDraws(new RandomStreams(1), "traffic/case");
    work.bySource.set(draws, request);
    loop.addSource({ arrivals: new Once(request), draws, service, policy });
  }
  const cpu = loop.pods.cpus[pod]!;
  const { periodSeconds = 1, firstRefillSeconds = 1 } = given;
  const byPeriod: number[] = [];
  let before = 0;
  for (let period = 0; period < PERIODS; period++) {
    const end = firstRefillSeconds + period * periodSeconds;
    loop.runUntil(end);
    const used = cpu.usedSeconds(end);
    byPeriod.push(used - before);
    before = used;
  }
  while (byPeriod.length > 0 && byPeriod.at(-1)! < 1e-12) byPeriod.pop();
  const { startSeconds, finishSeconds } = times;
  return {
    ...{ startSeconds, finishSeconds, cpuSecondsByPeriod: byPeriod },
    throttledPeriods: cpu.throttledPeriods,
    throttledWallSeconds: cpu.throttledSeconds(loop.nowSeconds),
  };
}
