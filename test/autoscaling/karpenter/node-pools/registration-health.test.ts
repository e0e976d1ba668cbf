import { describe, expect, test } from "vitest";
import { RegistrationHealth } from "../../../../src/autoscaling/karpenter/node-pools/registration-health.js";

describe("whether machines of a pool become nodes", () => {
  test.each([
    ["two failures of the last four are too many", [false, true, false], [true, true, false]],
    [
      "those before the last four are forgotten",
      [false, false, true, true, true],
      [true, false, false, false, true],
    ],
  ])("%s", (_, registered, healthy) => {
    const health = new RegistrationHealth();
    expect(registered.map((one) => health.count(one))).toEqual(healthy);
  });

  test("begins with what a status said", () => {
    const health = new RegistrationHealth();
    health.reset("False");
    expect(health.count(true)).toBe(false);
    health.reset("True");
    expect(health.count(false)).toBe(true);
    health.reset("Unknown");
    expect(health.count(false)).toBe(true);
  });
});
