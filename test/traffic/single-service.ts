import { RandomStreams } from "../../src/kernel/random-streams.js";
import { LatencyHistogram } from "../../src/record/latency-histogram.js";
import { ArrivalProcess } from "../../src/traffic/arrivals/arrival-process.js";
import { constantRate, type Rate } from "../../src/traffic/arrivals/rate.js";
import type { Law } from "../../src/traffic/laws/law.js";
import { type CallPolicy, NO_RETRY } from "../../src/traffic/loop/call-policy.js";
import type { Routing } from "../../src/traffic/loop/router.js";
import { sourceDraws } from "../../src/traffic/loop/source-draws.js";
import { TrafficLoop } from "../../src/traffic/loop/traffic-loop.js";
import type { TrafficObserver } from "../../src/traffic/loop/traffic-observer.js";
import type { CpuSpec } from "../../src/traffic/pods/cpu-share.js";
import { DrawnWork, type PodModel } from "../../src/traffic/pods/pod-model.js";

/** Counts everything that it is told. */
class Tally implements TrafficObserver {
  attempts = 0;
  failures: number[] = [];
  answered = 0;
  givenUp = 0;
  readonly waits = new LatencyHistogram(10);
  readonly sojourns = new LatencyHistogram(10);
  readonly latencies = new LatencyHistogram(10);

  attemptSent(): void {
    this.attempts += 1;
  }

  attemptFailed(_source: number, failure: number): void {
    this.failures[failure] = (this.failures[failure] ?? 0) + 1;
  }

  visitDone(_source: number, _pod: number, arrived: number, started: number, at: number): void {
    this.waits.add(started - arrived);
    this.sojourns.add(at - arrived);
  }

  visitLeft(): void {}

  requestEnded(_source: number, sent: number, at: number, isAnswered: boolean): void {
    if (isAnswered) this.answered += 1;
    else this.givenUp += 1;
    if (isAnswered) this.latencies.add(at - sent);
  }
}

export interface ServiceSetup {
  readonly rate: number | Rate;
  readonly service?: Law;
  readonly cpuWork?: Law;
  readonly cpu?: CpuSpec;
  readonly pods?: number;
  readonly concurrency?: number;
  readonly queueLimit?: number;
  readonly routing?: Routing;
  readonly policy?: CallPolicy;
  readonly seed?: number;
  readonly untilSeconds?: number;
}

export const podModel = (setup: Omit<ServiceSetup, "rate">): PodModel => ({
  speed: 1,
  concurrency: setup.concurrency ?? Number.POSITIVE_INFINITY,
  queueLimit: setup.queueLimit ?? Number.POSITIVE_INFINITY,
  work: new DrawnWork(setup.cpuWork ?? null, setup.service ?? null),
  cpu: setup.cpu ?? null,
  errorShare: 0,
  stages: [],
  holdsPlaceDuringCalls: false,
});

/** Poisson requests to one service. */
export function singleService(setup: ServiceSetup) {
  const tally = new Tally();
  const loop = new TrafficLoop(tally);
  const model = podModel(setup);
  const pods = Array.from({ length: setup.pods ?? 1 }, () => loop.addPod(model));
  const service = loop.router.add(setup.routing ?? "random");
  loop.setEndpoints(service, pods);
  const streams = new RandomStreams(setup.seed ?? 1);
  const arrivals = new ArrivalProcess({
    rate: typeof setup.rate === "number" ? constantRate(setup.rate) : setup.rate,
    ...{ gaps: { type: "poisson" }, phases: null, streams, name: "traffic/t" },
    untilSeconds: setup.untilSeconds ?? Number.POSITIVE_INFINITY,
  });
  const policy = loop.addPolicy(setup.policy ?? { timeout: null, retry: NO_RETRY });
  const draws = sourceDraws(streams, "traffic/t");
  const source = loop.addSource({ arrivals, draws, service, policy });
  return { loop, tally, pods, service, source };
}
