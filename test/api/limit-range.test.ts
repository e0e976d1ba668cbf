import { expect, test } from "vitest";
import {
  limitRangeClaimErrors,
  limitRangePodErrors,
  withLimitRangeDefaults,
} from "../../src/api/limit-range.js";

test("a claim is held between its bounds", () => {
  const range = {
    limits: [{ type: "PersistentVolumeClaim", min: { storage: "1Gi" }, max: { storage: "2Gi" } }],
  };
  const errors = (storage: string) =>
    limitRangeClaimErrors(range, { resources: { requests: { storage } } });
  expect(errors("1500Mi")).toEqual([]);
  expect(errors("500Mi")).toContain(
    "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi",
  );
  expect(errors("3Gi")).toEqual([
    "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi",
  ]);
});

test("init containers are held to the bounds of containers, too", () => {
  const range = { limits: [{ type: "Container", min: { cpu: "1" } }] };
  const resources = { requests: { cpu: "1" } };
  const main = { name: "c", image: "i", resources };
  const init = { name: "i", image: "i", resources: { requests: { cpu: "500m" } } };
  expect(limitRangePodErrors(range, { containers: [main] })).toEqual([]);
  expect(limitRangePodErrors(range, { containers: [main], initContainers: [init] })).toEqual([
    "minimum cpu usage per Container is 1, but request is 500m",
  ]);
});

test("a container that nothing is missing from is given back itself", () => {
  const container = { name: "c", image: "i" };
  expect(withLimitRangeDefaults({ limits: [{ type: "Pod", max: { cpu: "1" } }] }, container)).toBe(
    container,
  );
});

test("a range without limits holds nobody to anything", () => {
  const range = {} as Parameters<typeof limitRangeClaimErrors>[0];
  const spec = { containers: [{ name: "c", image: "i" }] };
  expect(limitRangeClaimErrors(range, { resources: { requests: { storage: "1Gi" } } })).toEqual([]);
  expect(limitRangePodErrors(range, spec)).toEqual([]);
  expect(withLimitRangeDefaults(range, spec.containers[0]!)).toEqual(spec.containers[0]);
});
