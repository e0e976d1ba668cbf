import { expect, test } from "vitest";
import { failedExpectations } from "../../src/scenario/expectations.js";

const rows = [
  { metric: "pods_created_count", labels: "", value: 2, unit: "count" },
  { metric: "pod_wait_p99_seconds", labels: "", value: Number.NaN, unit: "seconds" },
] as const;

test.each([
  ["pods_created_count", "==", 2, []],
  ["pods_created_count", ">", 2, ["pods_created_count: expected > 2, found 2"]],
  ["pod_wait_p99_seconds", "<", 9, ["pod_wait_p99_seconds: expected < 9, found not known"]],
  ["cost_dollars", "<", 9, ["cost_dollars: expected < 9, but there is no such row"]],
  [
    "pods_creatd_count",
    "==",
    2,
    [
      "pods_creatd_count: expected == 2, but no metric has that name; the nearest is pods_created_count",
    ],
  ],
] as const)("%s %s %d", (metric, operator, value, failed) => {
  const expectation = { metric, labels: null, operator, value, is: `${operator} ${value}` };
  expect(failedExpectations([expectation], rows)).toEqual(failed);
});
