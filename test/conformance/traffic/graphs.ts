import { RandomStreams } from "../../../src/kernel/random-streams.js";
import { NO_RETRY } from "../../../src/traffic/loop/call-policy.js";
import { sourceDraws } from "../../../src/traffic/loop/source-draws.js";
import { TrafficLoop } from "../../../src/traffic/loop/traffic-loop.js";
import type { Failure, TrafficObserver } from "../../../src/traffic/loop/traffic-observer.js";
import { DrawnWork, type PodModel } from "../../../src/traffic/pods/pod-model.js";
import type { Figures } from "./compare.js";
import { quantilesOf, Samples } from "./counts.js";
import { type ArrivalsGiven, arrivalProcess, arrivalsOf } from "./given.js";
import { podModel, type QueueGiven, type RunGiven } from "./queues.js";

export interface GraphGiven {
  readonly arrivals: ArrivalsGiven;
  readonly services: Readonly<
    Record<string, Required<Pick<QueueGiven, "pods" | "routing">> & Omit<QueueGiven, "arrivals">>
  >;
  readonly stages: readonly (readonly string[])[];
  readonly slotHeldDuringCalls: boolean;
}

class GraphCounts implements TrafficObserver {
  readonly total = new Samples();
  readonly visits: Record<string, { count: number; sum: number }> = {};
  /** The service of a pod; undefined: the one that only passes requests on. */
  readonly serviceOf = new Map<number, string>();

  constructor(private readonly fromSeconds: number) {}

  attemptSent(): void {}
  attemptFailed(_source: number, _failure: Failure, _atSeconds: number): void {}
  visitLeft(): void {}

  visitDone(_source: number, pod: number, arrived: number, _started: number, at: number): void {
    const service = this.serviceOf.get(pod);
    if (service === undefined || arrived < this.fromSeconds) return;
    this.visits[service] ??= { count: 0, sum: 0 };
    this.visits[service].count += 1;
    this.visits[service].sum += at - arrived;
  }

  requestEnded(_source: number, sent: number, at: number): void {
    if (sent >= this.fromSeconds) this.total.add(at - sent);
  }
}

export function runGraph(given: GraphGiven, run: RunGiven): Record<string, Figures> {
  const arrivals = arrivalsOf(given.arrivals);
  const from = run.warmupRequests / arrivals.meanRate;
  const counts = new GraphCounts(from);
  const loop = new TrafficLoop(counts);
  const policy = loop.addPolicy({ timeout: null, retry: NO_RETRY });
  const services = new Map<string, number>();
  for (const [name, service] of Object.entries(given.services)) {
    const model = podModel(service);
    const pods = Array.from({ length: service.pods }, () => loop.addPod(model));
    for (const pod of pods) counts.serviceOf.set(pod, name);
    const number = loop.router.add(service.routing);
    loop.setEndpoints(number, pods);
    services.set(name, number);
  }
  const entry: PodModel = {
    ...{ speed: 1, concurrency: Number.POSITIVE_INFINITY, queueLimit: 0 },
    ...{ work: new DrawnWork(null, null), cpu: null, errorShare: 0 },
    stages: given.stages.map((stage) =>
      stage.map((name) => ({ service: services.get(name)!, policy })),
    ),
    holdsPlaceDuringCalls: given.slotHeldDuringCalls,
  };
  const service = loop.router.add("random");
  loop.setEndpoints(service, [loop.addPod(entry)]);
  const streams = new RandomStreams(1);
  const source = { draws: sourceDraws(streams, "traffic/case"), service, policy };
  loop.addSource({ arrivals: arrivalProcess(arrivals, streams), ...source });
  loop.runUntil(from + run.requests / arrivals.meanRate);
  return {
    meanSecondsTotal: counts.total.mean,
    quantilesSeconds: quantilesOf(counts.total),
    meanSojournSeconds: Object.fromEntries(
      Object.entries(counts.visits).map(([name, { count, sum }]) => [name, sum / count]),
    ),
  };
}
