import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { distributionOf } from "../../src/kernel/distribution.js";
import { constantRate, linearRate, type Rate } from "../../src/traffic/arrivals/rate.js";
import { RateIntegral } from "../../src/traffic/arrivals/rate-integral.js";
import { FluidTraffic } from "../../src/traffic/cluster/fluid-traffic.js";
import { FillingBatch } from "../../src/traffic/cluster/traffic-counts.js";
import { PodTable } from "../../src/traffic/loop/pod-table.js";
import { Failure } from "../../src/traffic/loop/traffic-observer.js";
import { DrawnWork, type PodModel } from "../../src/traffic/pods/pod-model.js";

/** What is left out of laws (parts below 1e-12), and sums of doubles. */
const RELATIVE = 1e-7;

const work = (meanSeconds: number) => distributionOf({ type: "exponential", mean: meanSeconds });

const MODELS: readonly PodModel[] = [
  { concurrency: 1, queueLimit: Infinity, work: new DrawnWork(null, work(0.05)), errorShare: 0 },
  { concurrency: 4, queueLimit: 3, work: new DrawnWork(null, work(0.2)), errorShare: 0.1 },
  { concurrency: 2, queueLimit: 0, work: new DrawnWork(null, work(0.1)), errorShare: 0 },
].map((model) => ({
  ...{ speed: 1, cpu: null, stages: [], holdsPlaceDuringCalls: true, ...model },
}));
const SHARED: PodModel = {
  ...{ ...MODELS[0]!, concurrency: Infinity, work: new DrawnWork(work(0.02), null) },
  cpu: { cores: 2, quota: null },
};
const ALL = [...MODELS, SHARED];

const rates = fc.oneof(
  fc.double({ min: 0, max: 80, noNaN: true }).map(constantRate),
  fc
    .tuple(fc.double({ min: 0, max: 60, noNaN: true }), fc.double({ min: 0, max: 60, noNaN: true }))
    .map(([from, to]) =>
      linearRate([
        { seconds: 0, perSecond: from },
        { seconds: 200, perSecond: to },
      ]),
    ),
);

interface World {
  readonly pods: PodTable;
  readonly fluid: FluidTraffic;
  readonly rows: number[];
  nowSeconds: number;
}

/** What happens between two intervals. */
const steps = fc.oneof(
  fc.record({
    op: fc.constant("list" as const),
    service: fc.integer({ min: 0, max: 1 }),
    models: fc.array(fc.integer({ min: 0, max: ALL.length - 1 }), { maxLength: 4 }),
    keeps: fc.boolean(),
  }),
  fc.record({ op: fc.constant("close" as const), pick: fc.nat(20) }),
  fc.record({ op: fc.constant("rate" as const), rate: rates }),
  fc.record({
    op: fc.constant("redirect" as const),
    first: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({
    op: fc.constant("advance" as const),
    seconds: fc.double({ min: 0, max: 70, noNaN: true }),
  }),
  fc.record({
    op: fc.constant("advance one" as const),
    service: fc.integer({ min: 0, max: 1 }),
    seconds: fc.double({ min: 0, max: 30, noNaN: true }),
  }),
);

const sharesOf = (first: number, parts: readonly FillingBatch[]) => [
  { service: 0, share: first, batch: parts[0]! },
  { service: 1, share: 1 - first, batch: parts[1]! },
];

describe("fluid requests", () => {
  test.prop([rates, fc.array(steps, { maxLength: 25 })], { numRuns: 150 })(
    "are answered or fail, each once, whatever becomes of services, pods and rates",
    (rate, ops) => {
      const pods = new PodTable();
      const world: World = { pods, fluid: new FluidTraffic(pods), rows: [], nowSeconds: 0 };
      const { fluid, rows } = world;
      const batch = new FillingBatch({ name: "users", objective: null });
      const parts = ["first", "second"].map(
        (name) => new FillingBatch({ name: "users", objective: null }, name),
      );
      const source = fluid.add({ batch, rate, shares: sharesOf(1, parts), timeout: 1 });
      let offered = 0;
      let offeredUntil = 0;
      let present: Rate = rate;
      /** All services are brought to now, as whoever changes something about all of them does. */
      const settle = (): void => {
        fluid.advance(world.nowSeconds);
        const integral = new RateIntegral(present);
        offered += integral.until(world.nowSeconds) - integral.until(offeredUntil);
        offeredUntil = world.nowSeconds;
      };
      for (const step of ops) {
        if (step.op === "advance" || step.op === "advance one") world.nowSeconds += step.seconds;
        switch (step.op) {
          case "list": {
            fluid.advanceService(step.service, world.nowSeconds);
            const fresh = step.models.map((model) => pods.add(ALL[model]!, world.nowSeconds));
            rows.push(...fresh);
            const before = rows.filter((row) => pods.closed[row] === 0 || step.keeps);
            fluid.setEndpoints(step.service, step.keeps ? before : fresh);
            break;
          }
          case "close": {
            const row = rows[step.pick];
            if (row === undefined) break;
            settle();
            pods.closed[row] = 1;
            break;
          }
          case "rate":
            settle();
            fluid.changeRate(source, step.rate);
            present = step.rate;
            break;
          case "redirect":
            settle();
            fluid.redirect(source, sharesOf(step.first, parts));
            break;
          case "advance":
            settle();
            break;
          case "advance one":
            fluid.advanceService(step.service, world.nowSeconds);
            break;
        }
      }
      settle();
      for (const one of [batch, ...parts]) one.settle();
      const near = (found: number, expected: number): void => {
        expect(Math.abs(found - expected)).toBeLessThanOrEqual(RELATIVE * Math.max(1, expected));
      };
      near(batch.attempts, offered);
      near(batch.latencies.count + batch.failed, offered);
      near(
        parts.reduce((sum, part) => sum + part.latencies.count + part.failed, 0),
        offered,
      );
      near(
        batch.attemptsFailed.reduce((sum, count) => sum + count, 0),
        batch.failed,
      );
      near(fluid.arrived(0) + fluid.arrived(1), offered);
      const turnedAway = [Failure.noEndpoint, Failure.refused, Failure.full];
      const away = turnedAway.reduce<number>((sum, why) => sum + batch.attemptsFailed[why]!, 0);
      near(
        rows.reduce((sum, row) => sum + pods.served[row]!, 0),
        offered - away,
      );
    },
  );
});
