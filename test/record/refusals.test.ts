import { describe, expect, it } from "vitest";
import { refusalReasons } from "../../src/record/refusals.js";
import { pod } from "./objects.js";
import { MINUTE, recorder } from "./recording.js";

describe("the reasons in a refusal", () => {
  it.each([
    [
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.",
      ["Insufficient cpu", "node(s) were unschedulable"],
    ],
    [
      "0/5 nodes are available: 3 Insufficient cpu, 5 Insufficient memory. preemption: 0/5 nodes are available: 5 No preemption victims found for incoming pod.",
      ["Insufficient cpu", "Insufficient memory"],
    ],
    [
      "0/2 nodes are available: 2 node(s) had untolerated taint {key: a, value: b}.",
      ["node(s) had untolerated taint {key: a, value: b}"],
    ],
    ["no nodes available to schedule pods", ["no nodes available to schedule pods"]],
  ])("are those before what preemption found: %s", (refusal, reasons) => {
    expect(refusalReasons(refusal)).toEqual(reasons);
  });

  it("are counted once a pod, by its last refusal, the most frequent first", () => {
    const r = recorder();
    const text = (reason: string) => `0/1 nodes are available: 1 ${reason}.`;
    for (const i of [0, 1, 2]) {
      const p = pod({ row: i, name: `p${i}` });
      r.objectChanged(null, p, 0);
      r.schedulingAttempt(p, "unschedulable", 0, text("Too many pods"));
      if (i > 0) r.schedulingAttempt(p, "unschedulable", 1, text("Insufficient cpu"));
      if (i === 1) r.objectChanged(p, p.next({ nodeName: "n" }), 2);
    }
    expect(r.finish(MINUTE).refusals).toEqual([
      { reason: "Insufficient cpu", pods: 2, unbound: 1 },
      { reason: "Too many pods", pods: 1, unbound: 1 },
    ]);
  });

  it("count as one where they differ by what they name only; one of its kind keeps its name", () => {
    const r = recorder();
    const missing = (claim: string) =>
      `0/1 nodes are available: persistentvolumeclaim "${claim}" not found.`;
    const texts = [missing("a"), missing("b"), 'waiting for "x"', missing("a")];
    for (const [i, text] of texts.entries()) {
      const p = pod({ row: i, name: `p${i}` });
      r.objectChanged(null, p, 0);
      r.schedulingAttempt(p, "unschedulable", 0, text);
    }
    expect(r.finish(MINUTE).refusals).toEqual([
      { reason: 'persistentvolumeclaim "…" not found', pods: 3, unbound: 3 },
      { reason: 'waiting for "x"', pods: 1, unbound: 1 },
    ]);
  });
});
