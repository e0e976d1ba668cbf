import { describe, expect, test } from "vitest";
import { distributionOf } from "../../src/kernel/distribution.js";
import { exp } from "../../src/kernel/math.js";
import { tabulated } from "../../src/traffic/laws/tabulated.js";
import { type ServiceSetup, singleService } from "./single-service.js";

const exponential = distributionOf({ type: "exponential", mean: 1 });
const constant = distributionOf({ type: "constant", value: 1 });
const lognormal = tabulated(distributionOf({ type: "lognormal", mean: 1, cv: 1.5 }));

/** Erlang's C, the share that waits, of `servers` offered so much. */
function erlangC(servers: number, offered: number): number {
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (offered * blocked) / (k + offered * blocked);
  const load = offered / servers;
  return blocked / (1 - load * (1 - blocked));
}

const pollaczekKhinchine = (load: number, cv: number): number =>
  (load * (1 + cv * cv)) / 2 / (1 - load);

const cases: readonly [string, ServiceSetup, number, number][] = [
  ["M/M/1", { rate: 0.7, service: exponential, concurrency: 1 }, 0.7 / 0.3, 0.06],
  ["M/M/4", { rate: 3.2, service: exponential, concurrency: 4 }, erlangC(4, 3.2) / 0.8, 0.06],
  ["M/D/1", { rate: 0.7, service: constant, concurrency: 1 }, pollaczekKhinchine(0.7, 0), 0.04],
  [
    "M/G/1 with lognormal service",
    { rate: 0.5, service: lognormal, concurrency: 1 },
    pollaczekKhinchine(0.5, 1.5),
    0.1,
  ],
  [
    "three M/M/1 behind a random choice",
    { rate: 1.8, service: exponential, concurrency: 1, pods: 3 },
    0.6 / 0.4,
    0.06,
  ],
];

describe("the mean wait is that of the formula", () => {
  test.each(cases)("%s", (_, setup, expected, relative) => {
    const { loop, tally } = singleService(setup);
    loop.runUntil(150_000 / (setup.rate as number));
    expect(Math.abs(tally.waits.mean / expected - 1)).toBeLessThan(relative);
  });
});

describe("processor sharing", () => {
  test.each([
    ["exponential", exponential],
    ["constant", constant],
    ["lognormal", lognormal],
  ])("has the mean of M/M/1, whatever the law of the work: %s", (_, cpuWork) => {
    const cpu = { cores: 1, quota: null };
    const { loop, tally } = singleService({ rate: 0.6, cpuWork, cpu });
    loop.runUntil(250_000);
    expect(Math.abs(tally.sojourns.mean / (1 / 0.4) - 1)).toBeLessThan(0.06);
  });
});

describe("the whole law", () => {
  test("of the sojourn in M/M/1 is exponential with the rate mu - lambda", () => {
    const { loop, tally } = singleService({ rate: 0.5, service: exponential, concurrency: 1 });
    loop.runUntil(200_000);
    for (const share of [0.5, 0.9, 0.99]) {
      const time = tally.sojourns.quantile(share);
      expect(exp(-time * 0.5)).toBeCloseTo(1 - share, 2);
    }
  });
});

describe("Little's law", () => {
  test.each(["random", "roundRobin", "leastConnections"] as const)(
    "what is present is what arrives times how long it stays: %s",
    (routing) => {
      const setup = { rate: 7, service: lognormal, concurrency: 2, pods: 5, routing };
      const { loop, tally, pods } = singleService(setup);
      loop.runUntil(20_000);
      const present = pods.reduce((sum, pod) => sum + loop.pods.presentSeconds(pod, 20_000), 0);
      expect(Math.abs(present / tally.sojourns.sum - 1)).toBeLessThan(0.002);
    },
  );
});
