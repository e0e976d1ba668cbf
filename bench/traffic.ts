import assert from "node:assert/strict";
import { distributionOf } from "../src/kernel/distribution.js";
import { RandomStreams } from "../src/kernel/random-streams.js";
import { LatencyHistogram } from "../src/record/latency-histogram.js";
import { ArrivalProcess } from "../src/traffic/arrivals/arrival-process.js";
import { constantRate, SampledRate } from "../src/traffic/arrivals/rate.js";
import { FluidTraffic } from "../src/traffic/cluster/fluid-traffic.js";
import { FillingBatch } from "../src/traffic/cluster/traffic-counts.js";
import { NO_RETRY } from "../src/traffic/loop/call-policy.js";
import { PodTable } from "../src/traffic/loop/pod-table.js";
import { sourceDraws } from "../src/traffic/loop/source-draws.js";
import { TrafficLoop } from "../src/traffic/loop/traffic-loop.js";
import type { TrafficObserver } from "../src/traffic/loop/traffic-observer.js";
import { DrawnWork, type PodModel } from "../src/traffic/pods/pod-model.js";
import { runDay } from "./traffic-cluster.js";

/**
 * Requests a CPU second in mode `requests`: one service of 50 pods, Poisson arrivals, exponential
 * service, concurrency 32, a random choice, load 0.7. And a day of 200 services of 10 to 40 pods in mode
 * `fluid`, read each 15 s as autoscalers do; without the cluster around it.
 */
const PODS = 50;
const CONCURRENCY = 32;
const SERVICE_SECONDS = 0.01;
const LOAD = 0.7;
const WARM_UP_SECONDS = 2;
const SECONDS = 20;
const FLUID_SERVICES = 200;
const DAY_SECONDS = 86_400;
const SYNC_SECONDS = 15;

function podModel(): PodModel {
  const service = distributionOf({ type: "exponential", mean: SERVICE_SECONDS });
  return {
    ...{ speed: 1, concurrency: CONCURRENCY, queueLimit: Infinity, cpu: null, errorShare: 0 },
    ...{ work: new DrawnWork(null, service), stages: [], holdsPlaceDuringCalls: false },
  };
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

function requests(): void {
  const latencies = new LatencyHistogram();
  const observer: TrafficObserver = {
    ...{ attemptSent: () => {}, attemptFailed: () => {}, visitDone: () => {}, visitLeft: () => {} },
    requestEnded: (_source, sent, at) => latencies.add(at - sent),
  };
  const loop = new TrafficLoop(observer);
  const model = podModel();
  const service = loop.router.add("random");
  loop.setEndpoints(
    service,
    Array.from({ length: PODS }, () => loop.addPod(model)),
  );
  const streams = new RandomStreams(1);
  const perSecond = (PODS * CONCURRENCY * LOAD) / SERVICE_SECONDS;
  const arrivals = new ArrivalProcess({
    ...{ rate: constantRate(perSecond), gaps: { type: "poisson" }, phases: null, streams },
    ...{ untilSeconds: Infinity, name: "bench" },
  });
  const policy = loop.addPolicy({ timeout: null, retry: NO_RETRY });
  loop.addSource({ arrivals, draws: sourceDraws(streams, "bench"), service, policy });
  loop.runUntil(WARM_UP_SECONDS);
  const before = latencies.count;
  const since = process.cpuUsage();
  loop.runUntil(WARM_UP_SECONDS + SECONDS);
  const seconds = cpuSeconds(since);
  const count = latencies.count - before;
  assert(Math.abs(count / (perSecond * SECONDS) - 1) < 0.01, "not as many requests as should come");
  console.log(`requests: ${Math.round(count / seconds)} a CPU second (${count} in ${seconds} s)`);
}

function fluid(): void {
  const pods = new PodTable();
  const traffic = new FluidTraffic(pods);
  const batches: FillingBatch[] = [];
  let podCount = 0;
  const model = podModel();
  for (let service = 0; service < FLUID_SERVICES; service++) {
    const size = 10 + ((service * 7) % 31);
    podCount += size;
    const peak = (size * CONCURRENCY * LOAD) / SERVICE_SECONDS;
    const batch = new FillingBatch({ name: `s${service}`, objective: null });
    batches.push(batch);
    const wave = (t: number): number =>
      peak * (0.55 + 0.45 * Math.sin((2 * Math.PI * t) / DAY_SECONDS + service));
    const rate = new SampledRate(wave, 60);
    traffic.add({ batch, rate, shares: [{ service, share: 1, batch: null }], timeout: null });
    const rows = Array.from({ length: size }, () => pods.add(model, 0));
    traffic.setEndpoints(service, rows);
  }
  const since = process.cpuUsage();
  let served = 0;
  for (let at = SYNC_SECONDS; at <= DAY_SECONDS; at += SYNC_SECONDS) {
    traffic.advance(at);
    for (let row = 0; row < podCount; row++) served = pods.served[row]!;
  }
  const seconds = cpuSeconds(since);
  let count = 0;
  for (const batch of batches) {
    batch.settle();
    count += batch.latencies.count;
  }
  assert(served > 0 && count > 1e9, "the day had no requests");
  console.log(
    `fluid: a day of ${FLUID_SERVICES} services, ${podCount} pods: ${seconds} CPU seconds`,
  );
}

export async function run(): Promise<void> {
  requests();
  fluid();
  await runDay();
}
