import { describe, expect, test } from "vitest";
import { Action } from "../../src/scheduler/framework/cluster-event.js";
import { featuresOf } from "../../src/api/features.js";
import {
  isPodUpdated,
  nodeUpdateActions,
  podUpdateActions,
} from "../../src/scheduler/update-actions.js";
import { node, pod, requesting } from "./world.js";

const plain = node("n");
const ready = (status: string) => ({
  ...plain,
  status: { ...plain.status, conditions: [{ type: "Ready", status }] },
});
const both = node("n", { labels: { a: "b" }, taints: [{ key: "t", effect: "NoSchedule" }] });

describe("an update of a node", () => {
  test.each([
    ["of its room", 26, [plain, node("n", { allocatable: { cpu: "8" } })], "UpdateNodeAllocatable"],
    ["of its labels", 26, [plain, node("n", { labels: { a: "b" } })], "UpdateNodeLabel"],
    ["of its readiness", 26, [ready("False"), ready("True")], "UpdateNodeCondition"],
    ["that cordons it", 26, [plain, node("n", { unschedulable: true })], ""],
    ["that uncordons it", 26, [node("n", { unschedulable: true }), plain], "UpdateNodeTaint"],
    ["of its heartbeat", 26, [ready("True"), ready("True")], ""],
    ["of its annotations", 27, [plain, { ...plain, annotations: { a: "b" } }], ""],
    [
      "of its annotations",
      28,
      [plain, { ...plain, annotations: { a: "b" } }],
      "UpdateNodeAnnotation",
    ],
    ["of labels and taints", 29, [plain, both], "UpdateNodeLabel"],
    ["of labels and taints", 30, [plain, both], "UpdateNodeLabel UpdateNodeTaint"],
  ] as const)("%s (v1.%i)", (_, minor, [before, after], expected) => {
    expect(words(nodeUpdateActions(before, after, featuresOf(minor)))).toBe(expected);
  });
});

describe("an update of a pod", () => {
  const gated = pod("p", { schedulingGates: [{ name: "a" }, { name: "b" }] });
  const left = (...names: string[]) =>
    gated.next({ spec: { ...gated.spec, schedulingGates: names.map((name) => ({ name })) } });
  const wants = (cpu: string) => pod("p", requesting({ cpu }));
  const tolerant = (tolerationSeconds: number) =>
    pod("p", { tolerations: [{ operator: "Exists", effect: "NoExecute", tolerationSeconds }] });

  test.each([
    ["of its labels", pod("p"), pod("p", {}, { labels: { a: "b" } }), "UpdatePodLabel"],
    ["that lowers what it asks for", wants("2"), wants("1"), "UpdatePodScaleDown"],
    ["that raises what it asks for", wants("1"), wants("2"), "UpdatePodOther"],
    ["that removes one of two gates", gated, left("b"), "UpdatePodOther"],
    ["that removes the last gate", left("b"), left(), "UpdatePodSchedulingGatesEliminated"],
    ["that adds a toleration", pod("p"), tolerant(1), "UpdatePodToleration"],
    ["that stretches a toleration", tolerant(1), tolerant(2), "UpdatePodOther"],
    ["of its status", pod("p"), pod("p").next({ phase: "Running" }), "UpdatePodOther"],
  ])("%s", (_, before, after, expected) => {
    expect(words(podUpdateActions(before, after))).toBe(expected);
  });

  test.each([
    ["its labels", pod("p", {}, { labels: { a: "b" } }), true],
    ["its annotations", pod("p", {}, { annotations: { a: "b" } }), true],
    ["its spec", pod("p", { priority: 3 }), true],
    ["that it is to be deleted", pod("p", {}, { deletionTimeMicros: 1 }), true],
    ["its status", pod("p", {}, { nominatedNodeName: "n" }), false],
    ["its finalizers", pod("p", {}, { finalizers: ["x"] }), false],
    ["nothing", pod("p"), false],
  ])("of %s lets it try again before there were hints: %s", (_, after, again) => {
    expect(isPodUpdated(pod("p"), after)).toBe(again);
  });
});

function words(actions: number): string {
  return Object.entries(Action)
    .filter(([name, bit]) => name !== "All" && name !== "Update" && (actions & bit) !== 0)
    .map(([name]) => name)
    .join(" ");
}
