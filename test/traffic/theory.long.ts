import { describe, expect, test } from "vitest";
import { distributionOf } from "../../src/kernel/distribution.js";
import { tabulated } from "../../src/traffic/laws/tabulated.js";
import { type ServiceSetup, singleService } from "./single-service.js";

const REPLICATIONS = 30;
const WARM_UP = 5_000;
const REQUESTS = 60_000;
/** Of Student's t with 29 degrees of freedom: one true mean in 1,000 lies outside. */
const T_999 = 3.66;

const exponential = distributionOf({ type: "exponential", mean: 1 });
const constant = distributionOf({ type: "constant", value: 1 });
const lognormal = tabulated(distributionOf({ type: "lognormal", mean: 1, cv: 1.5 }));
const uniform = distributionOf({ type: "uniform", min: 0, max: 2 });

function erlangC(servers: number, offered: number): number {
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (offered * blocked) / (k + offered * blocked);
  return blocked / (1 - (offered / servers) * (1 - blocked));
}

const pollaczekKhinchine = (load: number, cv: number): number =>
  (load * (1 + cv * cv)) / 2 / (1 - load);

/** The mean wait, or the mean time at the pod, of one run after its warm-up. */
function meanOf(setup: ServiceSetup, seed: number, of: "waits" | "sojourns"): number {
  const { loop, tally } = singleService({ ...setup, seed });
  const rate = setup.rate as number;
  loop.runUntil(WARM_UP / rate);
  const [count, sum] = [tally[of].count, tally[of].sum];
  loop.runUntil((WARM_UP + REQUESTS) / rate);
  return (tally[of].sum - sum) / (tally[of].count - count);
}

/** That the expectation lies within the confidence interval of the mean, which is narrow. */
function expectWithin(setup: ServiceSetup, of: "waits" | "sojourns", expected: number): void {
  const means = Array.from({ length: REPLICATIONS }, (_, i) => meanOf(setup, i + 1, of));
  const mean = means.reduce((sum, one) => sum + one, 0) / REPLICATIONS;
  const variance = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (REPLICATIONS - 1);
  const half = T_999 * Math.sqrt(variance / REPLICATIONS);
  expect(half / expected).toBeLessThan(0.08);
  expect(Math.abs(mean - expected)).toBeLessThan(half);
}

describe("within its confidence interval of 99.9 %, the mean wait is that of the formula", () => {
  test.each([
    ["M/M/1 at 0.8", { rate: 0.8, service: exponential, concurrency: 1 }, 0.8 / 0.2],
    ["M/M/8 at 0.8", { rate: 6.4, service: exponential, concurrency: 8 }, erlangC(8, 6.4) / 1.6],
    ["M/D/1 at 0.8", { rate: 0.8, service: constant, concurrency: 1 }, pollaczekKhinchine(0.8, 0)],
    [
      "M/G/1, uniform, at 0.7",
      { rate: 0.7, service: uniform, concurrency: 1 },
      pollaczekKhinchine(0.7, Math.sqrt(1 / 3)),
    ],
    [
      "M/G/1, lognormal of cv 1.5, at 0.5",
      { rate: 0.5, service: lognormal, concurrency: 1 },
      pollaczekKhinchine(0.5, 1.5),
    ],
  ] satisfies readonly (readonly [string, ServiceSetup, number])[])("%s", (_, setup, expected) => {
    expectWithin(setup, "waits", expected);
  });
});

test.each([
  ["exponential", exponential],
  ["constant", constant],
  ["lognormal", lognormal],
])("processor sharing at 0.7 has the mean of M/M/1, whatever the law: %s", (_, cpuWork) => {
  const cpu = { cores: 1, quota: null };
  expectWithin({ rate: 0.7, cpuWork, cpu }, "sojourns", 1 / 0.3);
});
