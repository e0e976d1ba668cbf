import { expect, test } from "vitest";
import { featuresOf } from "../../../src/api/features.js";
import { PodInfoFactory } from "../../../src/scheduler/framework/pod-info.js";
import { ScalarResources } from "../../../src/scheduler/framework/resources.js";
import { pod } from "../world.js";

const SPECS = 9_000;

/** How many of so many specs, each asked for once and then again, are known the second time. */
function knownAgain(placedPods: number): number {
  const factory = new PodInfoFactory(featuresOf(37), new ScalarResources(), () => placedPods);
  const pods = Array.from({ length: SPECS }, (_, i) => pod(`p${i}`, {}));
  const first = pods.map((one) => factory.podInfo(one).template);
  const again = pods.filter((one, i) => factory.podInfo(one).template === first[i]);
  return again.length;
}

test("as many specs are known as there are pods with a node, each of which may have its own", () => {
  expect(knownAgain(SPECS)).toBe(SPECS);
});

test("specs that were not asked for in a long time are forgotten", () => {
  expect(knownAgain(0)).toBeLessThan(SPECS);
});
