import { RandomStreams } from "../../../src/kernel/random-streams.js";
import type { Routing } from "../../../src/traffic/loop/router.js";
import { sourceDraws } from "../../../src/traffic/loop/source-draws.js";
import { TrafficLoop } from "../../../src/traffic/loop/traffic-loop.js";
import type { TrafficObserver } from "../../../src/traffic/loop/traffic-observer.js";
import type { CpuSpec } from "../../../src/traffic/pods/cpu-share.js";
import { DrawnWork, type PodModel } from "../../../src/traffic/pods/pod-model.js";
import type { Figures } from "./compare.js";
import { Counts, quantilesOf } from "./counts.js";
import {
  type ArrivalsGiven,
  arrivalProcess,
  arrivalsOf,
  type LawGiven,
  lawOf,
  policyOf,
  type RetryGiven,
  type TimeoutGiven,
} from "./given.js";

export interface QueueGiven {
  readonly arrivals: ArrivalsGiven;
  readonly service?: LawGiven;
  readonly cpuDemand?: LawGiven;
  readonly pods?: number;
  readonly podSpeeds?: readonly number[];
  readonly discipline?: "fcfs" | "processorSharing";
  readonly concurrency?: number;
  readonly queueLimit?: number;
  readonly routing?: Routing;
  readonly cpuLimit?: number;
  readonly nodeCores?: number;
  readonly periodSeconds?: number;
  readonly firstRefillSeconds?: number;
  readonly timeout?: TimeoutGiven;
  readonly retry?: RetryGiven;
}

export interface RunGiven {
  readonly requests: number;
  readonly warmupRequests: number;
}

function cpuOf(given: Omit<QueueGiven, "arrivals">): CpuSpec | null {
  if (given.discipline === "processorSharing") return { cores: given.cpuLimit!, quota: null };
  if (given.nodeCores === undefined) return null;
  const { nodeCores, cpuLimit, periodSeconds, firstRefillSeconds } = given;
  const quota =
    cpuLimit === undefined
      ? null
      : {
          limitCores: cpuLimit,
          periodSeconds: periodSeconds!,
          firstRefillSeconds: firstRefillSeconds!,
        };
  return { cores: nodeCores, quota };
}

export function podModel(given: Omit<QueueGiven, "arrivals">, speed = 1): PodModel {
  const cpu = cpuOf(given);
  const law = lawOf((given.service ?? given.cpuDemand)!);
  return {
    speed,
    concurrency: given.concurrency ?? Number.POSITIVE_INFINITY,
    queueLimit: given.queueLimit ?? Number.POSITIVE_INFINITY,
    work: cpu === null ? new DrawnWork(null, law) : new DrawnWork(law, null),
    cpu,
    errorShare: 0,
    stages: [],
    holdsPlaceDuringCalls: false,
  };
}

/** A loop with the pods of the case behind one service, and the pods' numbers. */
export function loopOf(given: QueueGiven, observer: TrafficObserver, seed: number) {
  const loop = new TrafficLoop(observer);
  const service = loop.router.add(given.routing ?? "random");
  const speeds = given.podSpeeds ?? Array.from({ length: given.pods ?? 1 }, () => 1);
  const same = podModel(given);
  const pods = speeds.map((speed) => loop.addPod(speed === 1 ? same : podModel(given, speed)));
  loop.setEndpoints(service, pods);
  const streams = new RandomStreams(seed);
  loop.addSource({
    arrivals: arrivalProcess(arrivalsOf(given.arrivals), streams),
    draws: sourceDraws(streams, "traffic/case"),
    service,
    policy: loop.addPolicy(policyOf(given.timeout, given.retry)),
  });
  return { loop, pods };
}

/** One long run: what `closed`, `routed`, `abandon` (but for storms), `mmpp` and `sharing.load` ask. */
export function runQueues(given: QueueGiven, run: RunGiven): Record<string, Figures> {
  const { meanRate } = arrivalsOf(given.arrivals);
  const from = run.warmupRequests / meanRate;
  const end = from + run.requests / meanRate;
  const counts = new Counts(from);
  const { loop, pods } = loopOf(given, counts, 1);
  loop.runUntil(from);
  const sum = (of: "waitingSeconds" | "presentSeconds", at: number): number =>
    pods.reduce((total, pod) => total + loop.pods[of](pod, at), 0);
  const before = { queue: sum("waitingSeconds", from), present: sum("presentSeconds", from) };
  const cpu = loop.pods.cpus[pods[0]!]!;
  const cpuBefore = cpu && {
    ...{
      periods: cpu.usedPeriods,
      throttled: cpu.throttledPeriods,
      wall: cpu.throttledSeconds(from),
    },
  };
  loop.runUntil(end);
  const span = end - from;
  const done = counts.waits.count;
  return {
    ...{ waitProbability: counts.waited / done, lossProbability: counts.lost / counts.attempts },
    ...{ meanWaitSeconds: counts.waits.mean, meanSojournSeconds: counts.sojourns.mean },
    meanQueueLength: (sum("waitingSeconds", end) - before.queue) / span,
    meanInSystem: (sum("presentSeconds", end) - before.present) / span,
    ...{ throughputPerSecond: done / span },
    waitQuantilesSeconds: quantilesOf(counts.waits),
    sojournQuantilesSeconds: quantilesOf(counts.sojourns),
    timeoutShare: counts.timeouts / counts.attempts,
    meanWaitServedSeconds: counts.waits.mean,
    meanWaitAllSeconds: (counts.waits.sum + counts.leftSeconds) / (done + counts.left),
    meanSojournServedSeconds: counts.answers.mean,
    servedSojournQuantilesSeconds: quantilesOf(counts.answers),
    attemptsPerRequest: counts.endedAttempts / counts.ended,
    successShare: counts.answered / counts.ended,
    meanLatencySuccessSeconds: counts.answers.mean,
    ...(cpuBefore && {
      throttledPeriodShare:
        (cpu.throttledPeriods - cpuBefore.throttled) / (cpu.usedPeriods - cpuBefore.periods),
      throttledTimeShare: (cpu.throttledSeconds(end) - cpuBefore.wall) / span,
    }),
  };
}
