import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { distributionOf } from "../../src/kernel/distribution.js";
import { linearRate, steppedRate } from "../../src/traffic/arrivals/rate.js";
import type { CallPolicy } from "../../src/traffic/loop/call-policy.js";
import { NO_RETRY } from "../../src/traffic/loop/call-policy.js";
import { Failure } from "../../src/traffic/loop/traffic-observer.js";
import { podModel, type ServiceSetup, singleService } from "./single-service.js";

const constant = (value: number) => distributionOf({ type: "constant", value });
const exponential = (mean: number) => distributionOf({ type: "exponential", mean });
const storm = (work: "continues" | "cancelled", maxAttempts: number): CallPolicy => ({
  timeout: { of: "total", after: 0.5, work },
  retry: { maxAttempts, baseSeconds: 0.1, capSeconds: 2, jitter: "full" },
});

const setups: fc.Arbitrary<ServiceSetup> = fc.record({
  rate: fc.double({ min: 1, max: 60, noNaN: true }),
  seed: fc.nat(1000),
  untilSeconds: fc.constant(20),
  pods: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.constantFrom(1, 2, 8, Number.POSITIVE_INFINITY),
  queueLimit: fc.constantFrom(0, 3, Number.POSITIVE_INFINITY),
  routing: fc.constantFrom("random", "roundRobin", "leastConnections"),
  service: fc.constantFrom(exponential(0.05), constant(0.1)),
  cpuWork: fc.constantFrom(exponential(0.05), constant(0.02)),
  cpu: fc.constantFrom(
    { cores: 2, quota: null },
    { cores: 4, quota: { limitCores: 0.5, periodSeconds: 0.1, firstRefillSeconds: 0.03 } },
  ),
  policy: fc.constantFrom(
    { timeout: null, retry: NO_RETRY },
    storm("continues", 3),
    storm("cancelled", 4),
    {
      timeout: { of: "waiting", after: exponential(0.2), work: "cancelled" },
      retry: { maxAttempts: 2, baseSeconds: 0.05, capSeconds: 1, jitter: "equal" },
    } satisfies CallPolicy,
  ),
});

const figures = ({ tally }: ReturnType<typeof singleService>) => [
  ...[tally.attempts, tally.answered, tally.givenUp, ...tally.failures],
  ...[tally.waits.sum, tally.sojourns.sum, tally.latencies.sum],
];

describe("every request", () => {
  test.prop([setups, fc.boolean()], { numRuns: 60 })(
    "is answered or given up once, and every attempt succeeds or fails once",
    (setup, endsPod) => {
      const run = singleService(setup);
      if (endsPod) {
        run.loop.runUntil(10);
        run.loop.closePod(run.pods[0]!);
        run.loop.runUntil(10.2);
        run.loop.endPod(run.pods[0]!);
      }
      // Arrivals end at 20 s; overload may take long to serve.
      run.loop.runUntil(5000);
      const { tally, loop, pods } = run;
      const failed = tally.failures.reduce((sum, count) => sum + (count ?? 0), 0);
      expect(tally.attempts).toBe(tally.answered + failed);
      expect(pods.map((pod) => loop.pods.present[pod])).toEqual(pods.map(() => 0));
      const requests = tally.answered + tally.givenUp;
      expect(requests).toBe(singleRequests(setup));
    },
  );

  test.prop([setups, fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { maxLength: 8 })], {
    numRuns: 30,
  })("goes the same way however often the loop stops in between", (setup, stops) => {
    const whole = singleService(setup);
    const parts = singleService(setup);
    whole.loop.runUntil(40);
    for (const stop of stops.sort((x, y) => x - y)) {
      parts.loop.runUntil(stop);
      for (const pod of parts.pods) parts.loop.pods.presentSeconds(pod, stop);
    }
    parts.loop.runUntil(40);
    expect(figures(parts)).toEqual(figures(whole));
  });
});

/** How many requests the source of a setup has. */
function singleRequests(setup: ServiceSetup): number {
  const { rate, seed, untilSeconds } = setup;
  const quick = { rate, seed, untilSeconds } as ServiceSetup;
  const { loop, tally } = singleService(quick);
  loop.runUntil(30);
  return tally.answered;
}

describe("draws belong to the request", () => {
  test("two settings meet the same requests: more pods never make one slower in service", () => {
    const services = [1, 5].map((pods) => {
      const run = singleService({ rate: 5, pods, service: exponential(0.1) });
      run.loop.runUntil(200);
      return run.tally.sojourns;
    });
    expect(services[0]!.count).toBe(services[1]!.count);
    expect(services[0]!.quantile(0.99)).toBe(services[1]!.quantile(0.99));
  });
});

describe("a pod that goes away", () => {
  const setup: ServiceSetup = { rate: 100, pods: 2, service: constant(0.5), untilSeconds: 10 };

  test("refuses connections while it is still listed, and finishes what it has", () => {
    const { loop, tally, pods } = singleService(setup);
    loop.runUntil(5);
    loop.closePod(pods[0]!);
    loop.runUntil(5.4);
    expect(tally.failures[Failure.refused]).toBeGreaterThan(5);
    expect(loop.pods.present[pods[0]!]).toBeGreaterThan(0);
    loop.runUntil(5.6);
    expect(loop.pods.present[pods[0]!]).toBe(0);
    expect(tally.failures[Failure.reset] ?? 0).toBe(0);
  });

  test("breaks off what it has when it ends", () => {
    const { loop, tally, pods, service } = singleService(setup);
    loop.runUntil(5);
    const had = loop.pods.present[pods[0]!]!;
    loop.endPod(pods[0]!);
    expect(tally.failures[Failure.reset]).toBe(had);
    loop.setEndpoints(service, [pods[1]!]);
    loop.runUntil(11);
    expect(tally.failures[Failure.refused] ?? 0).toBe(0);
  });

  test("the last one leaves nobody to ask", () => {
    const { loop, tally, service } = singleService(setup);
    loop.runUntil(5);
    loop.setEndpoints(service, []);
    loop.runUntil(11);
    expect(tally.failures[Failure.noEndpoint]).toBeGreaterThan(400);
  });
});

describe("a rate", () => {
  test("that changes keeps the gaps of the arrivals", () => {
    const sudden = singleService({
      rate: steppedRate([
        { seconds: 0, perSecond: 5 },
        { seconds: 10, perSecond: 50 },
      ]),
    });
    const told = singleService({ rate: 5 });
    told.loop.runUntil(10);
    told.loop.changeRate(told.source, steppedRate([{ seconds: 0, perSecond: 50 }]));
    for (const { loop } of [sudden, told]) loop.runUntil(100);
    expect(told.tally.attempts).toBe(sudden.tally.attempts);
  });

  test("gives as many arrivals as its integral says", () => {
    const rate = linearRate([
      { seconds: 0, perSecond: 0 },
      { seconds: 100, perSecond: 400 },
      { seconds: 200, perSecond: 0 },
    ]);
    const { loop, tally } = singleService({ rate });
    loop.runUntil(1000);
    expect(Math.abs(tally.attempts - 40_000)).toBeLessThan(5 * Math.sqrt(40_000));
  });
});

describe("pods of one model", () => {
  test("behind a split take requests by weight", () => {
    const { loop, tally } = singleService({ rate: 1 });
    const model = podModel({ service: constant(1000) });
    const services = [loop.addPod(model), loop.addPod(model)].map((pod) => {
      const service = loop.router.add("random");
      loop.setEndpoints(service, [pod]);
      return { service, pod };
    });
    const [heavy, light] = services as [(typeof services)[0], (typeof services)[0]];
    const split = loop.router.addSplit([
      { service: heavy.service, weight: 90 },
      { service: light.service, weight: 10 },
    ]);
    loop.redirect(0, split);
    loop.changeRate(0, steppedRate([{ seconds: 0, perSecond: 1000 }]));
    loop.runUntil(10);
    const share = loop.pods.present[light.pod]! / tally.attempts;
    expect(Math.abs(share - 0.1)).toBeLessThan(0.02);
  });
});
