import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { pod } from "./objects.js";
import { figure, recorder, SECOND } from "./recording.js";

const FIT = { plugin: "NodeResourcesFit", reason: "Insufficient cpu" };
const TAINT = { plugin: "TaintToleration", reason: "node(s) had untolerated taint {a: b}" };
const share = (plugin: string, reason: string) => `plugin=${plugin};reason=${reason}`;
const QUEUE = share("Queue", "not tried yet");
const BINDING = share("Binding", "being bound");

function bound(p: PodVersion): PodVersion {
  return p.next({ nodeName: "n" });
}

describe("the time that pods wait", () => {
  it("belongs to what the attempt before said", () => {
    const r = recorder();
    const p = pod({ row: 0, name: "p" });
    r.objectChanged(null, p, 0);
    r.schedulingAttempt(p, "unschedulable", 2 * SECOND, "…", [FIT]);
    r.schedulingAttempt(p, "unschedulable", 5 * SECOND, "…", [FIT, TAINT]);
    r.schedulingAttempt(p, "scheduled", 9 * SECOND);
    r.objectChanged(p, bound(p), 10 * SECOND);
    const figures = r.finish(60 * SECOND);
    const of = (labels: string) => figure(figures, "pod_wait_share_ratio", labels);
    expect(of(QUEUE)).toBe(0.2);
    expect(of(share(FIT.plugin, FIT.reason))).toBe(0.5);
    expect(of(share(TAINT.plugin, TAINT.reason))).toBe(0.2);
    expect(of(BINDING)).toBe(0.1);
  });

  it("counts what lies in the measure window only, of all pods together", () => {
    const r = recorder({ window: { fromMicros: 10 * SECOND, toMicros: 20 * SECOND } });
    for (const row of [0, 1]) {
      const p = pod({ row, name: `p${row}` });
      r.objectChanged(null, p, 0);
      if (row === 0) r.schedulingAttempt(p, "unschedulable", 5 * SECOND, "…", [FIT]);
    }
    const figures = r.finish(30 * SECOND);
    expect(figure(figures, "pod_wait_share_ratio", QUEUE)).toBe(0.5);
    expect(figure(figures, "pod_wait_share_ratio", share(FIT.plugin, FIT.reason))).toBe(0.5);
  });

  it("is the gates' until they are gone, and an error's after an error", () => {
    const r = recorder();
    const free = pod({ row: 0, name: "p" });
    const gated = free.next({ spec: { ...free.spec, schedulingGates: [{ name: "quota" }] } });
    r.objectChanged(null, gated, 0);
    r.objectChanged(gated, free, 4 * SECOND);
    r.schedulingAttempt(free, "error", 6 * SECOND, "it went wrong", []);
    const figures = r.finish(10 * SECOND);
    const of = (plugin: string, reason: string) =>
      figure(figures, "pod_wait_share_ratio", share(plugin, reason));
    expect(of("SchedulingGates", "waiting for scheduling gates")).toBe(0.4);
    expect(of("Queue", "not tried yet")).toBe(0.2);
    expect(of("Scheduler", "an attempt failed")).toBe(0.4);
  });

  it("has one row for all claims that are missing, whatever their names", () => {
    const r = recorder();
    for (const row of [0, 1]) {
      const p = pod({ row, name: `p${row}` });
      r.objectChanged(null, p, 0);
      const reason = `persistentvolumeclaim "c-${row}" not found; so`;
      r.schedulingAttempt(p, "unschedulable", 0, "…", [{ plugin: "VolumeBinding", reason }]);
    }
    const labels = share("VolumeBinding", 'persistentvolumeclaim "…" not found, so');
    expect(figure(r.finish(SECOND), "pod_wait_share_ratio", labels)).toBe(1);
  });

  it("is shared out without a rest, whatever happens", () => {
    const step = fc.record({
      row: fc.nat(4),
      what: fc.constantFrom("create", "fit", "taint", "both", "error", "scheduled", "bind"),
      after: fc.nat(5_000_000),
    });
    const causes = { fit: [FIT], taint: [TAINT], both: [FIT, TAINT] };
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const r = recorder();
        const pods = new Map<number, PodVersion>();
        let now = 0;
        for (const { row, what, after } of steps) {
          now += after;
          const known = pods.get(row);
          if (what === "create") {
            if (known !== undefined) continue;
            const made = pod({ row, name: `p${row}` });
            pods.set(row, made);
            r.objectChanged(null, made, now);
          } else if (known !== undefined && known.nodeName === "") {
            if (what === "bind") {
              pods.set(row, bound(known));
              r.objectChanged(known, bound(known), now);
            } else if (what === "error" || what === "scheduled") {
              r.schedulingAttempt(known, what, now, what === "error" ? "…" : undefined);
            } else {
              r.schedulingAttempt(known, "unschedulable", now, "…", causes[what]);
            }
          }
        }
        const { summary } = r.finish(now + SECOND);
        const shares = summary.filter(({ metric }) => metric === "pod_wait_share_ratio");
        const total = shares.reduce((sum, { value }) => sum + value, 0);
        if (shares.length > 0) expect(total).toBeCloseTo(1, 9);
      }),
    );
  });
});
