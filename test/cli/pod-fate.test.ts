import { expect, test } from "vitest";
import { neverRanLines } from "../../src/cli/pod-fate.js";

const life = {
  namespace: "default",
  name: "p",
  owner: "",
  node: "a",
  createdMicros: 0,
  boundMicros: 5000,
  startedMicros: Number.NaN,
  finishedMicros: 10_000,
  phase: "Failed",
  reason: "OutOfcpu",
  attempts: 1,
};

test.each([
  {
    what: "a pod that the kubelet refused, though the scheduler chose its node",
    life,
    lines: ["The kubelet of a refused it: OutOfcpu."],
  },
  { what: "one that failed at its work", life: { ...life, startedMicros: 6000 }, lines: [] },
  { what: "one that failed for another reason", life: { ...life, reason: "Evicted" }, lines: [] },
  { what: "one that has not begun yet", life: { ...life, phase: "Pending" }, lines: [] },
  { what: "one without a node", life: { ...life, node: "" }, lines: [] },
])("why $what never ran: $lines", ({ life: of, lines }) => {
  expect(neverRanLines(of, { pod: undefined, isNodeThere: true })).toEqual(lines);
});
