import { describe, expect, it } from "vitest";
import { only, TestCluster } from "../cluster.js";
import { ends, job } from "../job/jobs.js";

/** A cluster at midnight UTC with a CronJob of that schedule and Jobs that run that long. */
function ticking(spec: object, runSeconds = 5, template: object = {}) {
  const cluster = new TestCluster({ readyAfter: () => 0, endsAfter: ends(runSeconds) });
  cluster.run(only("cronjob-controller", "job-controller", "garbage-collector-controller"));
  cluster.apply({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "tick", namespace: "default" },
    spec: {
      schedule: "*/5 * * * *",
      jobTemplate: { metadata: { labels: { of: "tick" } }, spec: job("x", {}, template).spec },
      ...spec,
    },
  });
  return cluster;
}

const names = (cluster: TestCluster) => cluster.all("Job").map(({ name }) => name);
/** The minutes since 1970 at virtual zero. */
const ZERO = Date.UTC(2026, 10, 21) / 60_000;

describe("a CronJob", () => {
  it("starts a Job at each of its times, named by the minute", () => {
    const cluster = ticking({}).advance(11 * 60);
    expect(names(cluster)).toEqual([`tick-${ZERO + 5}`, `tick-${ZERO + 10}`]);
    expect(cluster.all("Job")[0]).toMatchObject({
      labels: { of: "tick" },
      annotations: {
        "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-11-21T00:05:00Z",
      },
    });
    expect(cluster.get("CronJob", "tick").status).toMatchObject({
      lastScheduleTime: "2026-11-21T00:10:00Z",
      lastSuccessfulTime: "2026-11-21T00:10:06Z",
    });
    expect(cluster.get("CronJob", "tick").status).not.toHaveProperty("active");
  });

  it("goes by the clock of its zone", () => {
    const cluster = ticking({ schedule: "30 9 * * *", timeZone: "Asia/Tokyo" }).advance(3_600);
    expect(names(cluster)).toEqual([`tick-${ZERO + 30}`]);
    expect(Object.values(cluster.all("Job")[0]!.annotations)).toContain(
      "2026-11-21T09:30:00+09:00",
    );
  });

  it.each([
    ["Allow", 3, []],
    ["Forbid", 1, ["JobAlreadyActive"]],
    ["Replace", 1, ["SuccessfulDelete"]],
  ])("under %s has %i Jobs after three times", (concurrencyPolicy, count, reasons) => {
    const cluster = ticking({ concurrencyPolicy }, 3_600).advance(16 * 60);
    expect(cluster.all("Job").length).toBe(count);
    expect(cluster.get("CronJob", "tick").status.active?.length).toBe(count);
    expect(cluster.reasons()).toEqual(expect.arrayContaining(reasons));
  });

  it("keeps as many finished Jobs as it should", () => {
    const cluster = ticking({ successfulJobsHistoryLimit: 2 }).advance(31 * 60);
    expect(names(cluster)).toEqual([`tick-${ZERO + 25}`, `tick-${ZERO + 30}`]);
    expect(cluster.all("Pod").length).toBe(2);
  });

  it("that is suspended starts nothing, and on its return the last of the times it missed", () => {
    const cluster = ticking({ suspend: true }).advance(17 * 60);
    expect(names(cluster)).toEqual([]);
    const target = cluster.get("CronJob", "tick");
    const spec = { ...target.spec, suspend: false };
    cluster.submit({ verb: "patch", target, change: { spec } });
    cluster.advance(10);
    expect(names(cluster)).toEqual([`tick-${ZERO + 15}`]);
  });

  it("starts nothing whose deadline is past", () => {
    const cluster = ticking({ suspend: true, startingDeadlineSeconds: 60 }).advance(17 * 60);
    const target = cluster.get("CronJob", "tick");
    const spec = { ...target.spec, suspend: false };
    cluster.submit({ verb: "patch", target, change: { spec } });
    cluster.advance(10);
    expect(names(cluster)).toEqual([]);
    expect(names(cluster.advance(3 * 60))).toEqual([`tick-${ZERO + 20}`]);
  });

  it("lets go of a Job that somebody deleted", () => {
    const cluster = ticking({ concurrencyPolicy: "Forbid" }, 3_600).advance(6 * 60);
    cluster.submit({ verb: "delete", target: cluster.all("Job")[0]! });
    cluster.advance(30);
    expect(cluster.get("CronJob", "tick").status).not.toHaveProperty("active");
    expect(cluster.reasons()).toContain("MissingJob");
    expect(names(cluster.advance(5 * 60))).toEqual([`tick-${ZERO + 10}`]);
  });

  it("with a line that cannot be read is refused", () => {
    expect(() => ticking({ schedule: "61 * * * *" })).toThrow(
      'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61',
    );
  });

  it("writes nothing between its times", () => {
    const cluster = ticking({}).advance(7 * 60);
    const { resourceVersion } = cluster.store;
    cluster.advance(170);
    expect(cluster.store.resourceVersion).toBe(resourceVersion);
  });
});
