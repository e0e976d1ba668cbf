import { describe, expect, it } from "vitest";
import { EMPTY_POD_STATUS } from "../../src/api/pod-version.js";
import { container, node, ownedBy, pod, readyStatus, spec } from "./objects.js";
import { MINUTE, SECOND, figure, recorder, rowsOf } from "./recording.js";

const column = (rows: readonly (readonly unknown[])[], index: number) => rows.map((r) => r[index]);

describe("waits", () => {
  it("count pods that were never bound with their age, and leave their quantiles open", () => {
    const r = recorder();
    for (let i = 0; i < 9; i += 1) {
      const p = pod({ row: i, name: `p${i}`, creationTimeMicros: 0 });
      r.objectChanged(null, p, 0);
    }
    const stuck = pod({ row: 9, name: "stuck" });
    r.objectChanged(null, stuck, 0);
    for (let i = 0; i < 9; i += 1) {
      const p = pod({ row: i, name: `p${i}` });
      r.objectChanged(p, p.next({ nodeName: "n" }), (i + 1) * SECOND);
    }
    const figures = r.finish(MINUTE);
    expect(figure(figures, "pod_wait_censored_count")).toBe(1);
    expect(figure(figures, "pod_wait_p50_seconds")).toBe(5);
    expect(figure(figures, "pod_wait_p90_seconds")).toBe(9);
    expect(figure(figures, "pod_wait_p99_seconds")).toBeNaN();
    expect(figure(figures, "pod_wait_max_seconds")).toBeNaN();
    expect(figure(figures, "pod_wait_mean_seconds")).toBe((45 + 60) / 10);
    expect(figure(figures, "pods_pending_end_count")).toBe(1);
  });

  it("of a pod that was deleted unbound end with its deletion", () => {
    const r = recorder();
    const p = pod({ row: 0, name: "p" });
    r.objectChanged(null, p, 0);
    r.objectChanged(p, null, 4 * SECOND);
    const figures = r.finish(MINUTE);
    expect(figure(figures, "pod_wait_mean_seconds")).toBe(4);
    expect(figure(figures, "pod_wait_censored_count")).toBe(1);
    expect(figure(figures, "pods_pending_end_count")).toBe(0);
  });

  it("are cut at the end of the measure window, as if the run had ended there", () => {
    const r = recorder({ window: { fromMicros: 10 * SECOND, toMicros: 20 * SECOND } });
    const early = pod({ row: 0, name: "early", creationTimeMicros: 9 * SECOND });
    const first = pod({ row: 1, name: "first", creationTimeMicros: 10 * SECOND });
    const last = pod({ row: 2, name: "last", creationTimeMicros: 20 * SECOND });
    r.objectChanged(null, early, 9 * SECOND);
    r.objectChanged(null, first, 10 * SECOND);
    r.objectChanged(null, last, 20 * SECOND);
    r.objectChanged(first, first.next({ nodeName: "n" }), 21 * SECOND);
    const figures = r.finish(MINUTE);
    expect(figure(figures, "pods_created_count")).toBe(2);
    expect(figure(figures, "pods_bound_count")).toBe(0);
    expect(figure(figures, "pod_wait_censored_count")).toBe(2);
    expect(figure(figures, "pod_wait_mean_seconds")).toBe(5);
    expect(figure(figures, "pods_pending_end_count")).toBe(3);
  });
});

describe("a pod's record", () => {
  it("follows its life", () => {
    const r = recorder();
    const created = pod({
      row: 0,
      name: "web-7d4b9c-x8k2p",
      generateName: "web-7d4b9c-",
      creationTimeMicros: 1_000_001,
      ownerReferences: ownedBy("ReplicaSet", "web-7d4b9c", "rs"),
    });
    const bound = created.next({ nodeName: "n1" });
    const running = bound.next({ phase: "Running" });
    const ready = running.next({ status: readyStatus(true, 4 * SECOND) });
    r.objectChanged(null, created, 1_000_001);
    r.schedulingAttempt(
      created,
      "unschedulable",
      1_000_001,
      "0/1 nodes are available: 1 too small.",
    );
    r.schedulingAttempt(created, "scheduled", 2 * SECOND);
    r.objectChanged(created, bound, 2 * SECOND);
    r.objectChanged(bound, running, 3 * SECOND);
    r.objectChanged(running, ready, 4 * SECOND);
    r.podEvicted(ready, "EvictionByEvictionAPI", 5 * SECOND);
    r.objectChanged(ready, null, 6 * SECOND);
    const figures = r.finish(MINUTE);
    expect(rowsOf(figures.podsTable())).toEqual([
      [
        "shop",
        "web-7d4b9c-x8k2p",
        "ReplicaSet/web-7d4b9c",
        "n1",
        "1.000001",
        "2.000000",
        "3.000000",
        "4.000000",
        "6.000000",
        "Running",
        "EvictionByEvictionAPI",
        1,
        1073741824,
        0,
        2,
        "0/1 nodes are available: 1 too small.",
      ],
    ]);
    expect(figure(figures, "pods_evicted_count")).toBe(1);
    expect(figure(figures, "pods_evicted_count", "reason=EvictionByEvictionAPI")).toBe(1);
    expect(figure(figures, "scheduling_attempts_count")).toBe(2);
    expect(figure(figures, "scheduling_attempts_count", "result=unschedulable")).toBe(1);
    expect(figure(figures, "pod_startup_p50_seconds")).toBe(2.999999);
  });

  it("is not that of an earlier pod of the same row", () => {
    const r = recorder();
    const first = pod({ row: 0, name: "first" });
    const second = pod({ row: 0, name: "second" });
    r.objectChanged(null, first, 0);
    r.objectChanged(first, null, SECOND);
    r.objectChanged(null, second, SECOND);
    r.schedulingAttempt(first, "error", 2 * SECOND, "gone");
    const figures = r.finish(MINUTE);
    expect(column(rowsOf(figures.podsTable()), 14)).toEqual([0, 0]);
    expect(figure(figures, "scheduling_attempts_count", "result=error")).toBe(1);
  });

  it("from a snapshot keeps the times it tells of, and is not counted as created or bound", () => {
    const r = recorder();
    const scheduled = {
      type: "PodScheduled",
      status: "True" as const,
      lastTransitionTimeMicros: -99 * SECOND,
      reason: "",
      message: "",
    };
    const status = readyStatus(true, -90 * SECOND);
    const p = pod({
      row: 0,
      name: "old",
      creationTimeMicros: -100 * SECOND,
      nodeName: "n1",
      phase: "Running",
      status: {
        ...status,
        conditions: [...status.conditions, scheduled],
        containers: [container({ startedAtMicros: -95_500_000, restartCount: 3 })],
      },
    });
    r.objectChanged(null, p, 0);
    const figures = r.finish(MINUTE);
    expect(rowsOf(figures.podsTable())[0]!.slice(3, 14)).toEqual([
      "n1",
      "-100.000000",
      "-99.000000",
      "-95.500000",
      "-90.000000",
      "",
      "Running",
      "",
      1,
      1073741824,
      3,
    ]);
    expect(figure(figures, "pods_created_count")).toBe(0);
    expect(figure(figures, "pods_bound_count")).toBe(0);
    expect(figure(figures, "containers_restarted_count")).toBe(0);
    expect(figure(figures, "pod_wait_p50_seconds")).toBeNaN();
  });

  it("counts restarts by why the container had ended", () => {
    const r = recorder();
    const one = pod({ row: 0, name: "p", nodeName: "n", phase: "Running" });
    const withRestarts = (count: number, reason: string) =>
      one.next({
        status: {
          ...EMPTY_POD_STATUS,
          containers: [
            container({
              restartCount: count,
              lastTermination: { exitCode: 1, reason, startedAtMicros: 0, finishedAtMicros: 0 },
            }),
          ],
        },
      });
    const crashed = withRestarts(1, "Error");
    const killed = withRestarts(3, "OOMKilled");
    r.objectChanged(null, one, 0);
    r.objectChanged(one, crashed, SECOND);
    r.objectChanged(crashed, killed, 2 * SECOND);
    const figures = r.finish(MINUTE);
    expect(figure(figures, "containers_restarted_count")).toBe(3);
    expect(figure(figures, "containers_restarted_count", "reason=Error")).toBe(1);
    expect(figure(figures, "containers_restarted_count", "reason=OOMKilled")).toBe(2);
    expect(rowsOf(figures.podsTable())[0]![13]).toBe(3);
  });
});

describe("resources", () => {
  const n = node("n1", { cpu: "4", memory: "8Gi" });

  it("follow a resize in place", () => {
    const r = recorder();
    const small = pod({ row: 0, name: "p", nodeName: "n1", phase: "Running" });
    const large = small.next({ spec: spec({ cpu: "3", memory: "1Gi" }) });
    r.objectChanged(null, n, 0);
    r.objectChanged(null, small, 0);
    r.objectChanged(small, large, 30 * SECOND);
    const figures = r.finish(MINUTE);
    expect(figure(figures, "allocation_mean_ratio", "resource=cpu")).toBe(0.5);
    expect(figure(figures, "allocation_peak_ratio", "resource=cpu")).toBe(0.75);
    expect(figure(figures, "utilization_mean_ratio", "resource=cpu")).toBe(0.25);
    expect(rowsOf(figures.podsTable())[0]![11]).toBe(3);
    expect(rowsOf(figures.nodesTable())[0]!.slice(8, 11)).toEqual([0.5, 0.125, 1]);
  });

  it("use what they are told to use, from when the pod runs", () => {
    const r = recorder();
    const bound = pod({ row: 0, name: "p", nodeName: "n1" });
    const running = bound.next({ phase: "Running" });
    r.objectChanged(null, n, 0);
    r.objectChanged(null, bound, 0);
    r.podUsage(bound, 2000, 0, 0);
    r.objectChanged(bound, running, 30 * SECOND);
    r.podUsage(running, 4000, 0, 45 * SECOND);
    const figures = r.finish(MINUTE);
    expect(figure(figures, "utilization_mean_ratio", "resource=cpu")).toBe(0.375);
    expect(figure(figures, "utilization_mean_ratio", "resource=memory")).toBe(0);
  });
});

describe("nodes", () => {
  it("have a row for each life, with the cost of their pool", () => {
    const r = recorder({ priceOf: () => ({ pool: "general", pricePerHourDollars: 3 }) });
    const first = node("n1", { cpu: "4", memory: "8Gi", pods: "110" }, { zone: "a" });
    const p = pod({ row: 0, name: "p", nodeName: "n1", phase: "Running" });
    r.objectChanged(null, first, 0);
    r.objectChanged(null, p, 0);
    r.objectChanged(first, null, 20 * MINUTE);
    const second = node("n1", { cpu: "2", memory: "8Gi", pods: "110" }, { zone: "b" });
    r.objectChanged(null, { ...second, creationTimeMicros: 40 * MINUTE }, 40 * MINUTE);
    const figures = r.finish(60 * MINUTE);
    const rows = rowsOf(figures.nodesTable());
    expect(rows.map((row) => row.slice(0, 9))).toEqual([
      ["n1", "general", "a", "0.000000", "1200.000000", 4, 8589934592, 110, 0.25],
      ["n1", "general", "b", "2400.000000", "", 2, 8589934592, 110, 0.5],
    ]);
    expect(rows.map((row) => row.slice(10))).toEqual([
      [1, 1200, 1],
      [1, 1200, 1],
    ]);
    expect(figure(figures, "node_hours")).toBeCloseTo(2 / 3, 12);
    expect(figure(figures, "cost_dollars", "pool=general")).toBeCloseTo(2, 12);
  });

  it("of no known price leave the cost open", () => {
    const r = recorder();
    r.objectChanged(null, node("n1", { cpu: "4" }), 0);
    expect(figure(r.finish(MINUTE), "cost_dollars")).toBeNaN();
  });
});
