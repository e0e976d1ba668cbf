import { describe, expect, it } from "vitest";
import type { ObjectVersion } from "../../src/api/object-version.js";
import { object, ownedBy, pod, readyStatus } from "./objects.js";
import { MINUTE, SECOND, figure, recorder } from "./recording.js";

const TARGET = "target=shop/Deployment/web";

function deployment(
  image: string,
  replicas: number,
  options: { generation?: number; observed?: number; updated?: number; total?: number } = {},
): ObjectVersion<"Deployment"> {
  const { generation = 1, updated = replicas, total = updated } = options;
  return object("Deployment", {
    name: "web",
    uid: "dep",
    generation,
    spec: {
      replicas,
      selector: {},
      template: { spec: { containers: [{ name: "main", image }] } },
    },
    status: {
      observedGeneration: options.observed ?? generation,
      replicas: total,
      updatedReplicas: updated,
      availableReplicas: updated,
    },
  });
}

const replicaSet = object("ReplicaSet", {
  name: "web-1",
  uid: "rs",
  ownerReferences: ownedBy("Deployment", "web", "dep"),
});
const webPod = (row: number) =>
  pod({ row, name: `web-${row}`, ownerReferences: ownedBy("ReplicaSet", "web-1", "rs") });

describe("a workload", () => {
  it("is unavailable while fewer pods are ready than desired, and surges beyond", () => {
    const r = recorder();
    r.objectChanged(null, deployment("v1", 2), 0);
    r.objectChanged(null, replicaSet, 0);
    for (const row of [0, 1, 2]) r.objectChanged(null, webPod(row), row * 10 * SECOND);
    for (const row of [0, 1]) {
      const ready = webPod(row).next({ status: readyStatus(true, 0) });
      r.objectChanged(webPod(row), ready, (30 + row) * SECOND);
    }
    const dying = webPod(2).next({ deletionTimeMicros: 50 * SECOND });
    r.objectChanged(webPod(2), dying, 40 * SECOND);
    const figures = r.finish(MINUTE);
    expect(figure(figures, "unavailable_seconds", TARGET)).toBe(31);
    expect(figure(figures, "unavailable_seconds")).toBe(31);
    expect(figure(figures, "surge_pod_hours", TARGET)).toBe(20 / 3600);
    expect(figure(figures, "replicas_max_count", TARGET)).toBe(3);
    expect(figure(figures, "replicas_mean_count", TARGET)).toBe((60 + 50 + 20) / 60);
  });

  it("has the same figures in whichever order its objects come from a snapshot", () => {
    const parts = [
      deployment("v1", 2),
      replicaSet,
      webPod(0).next({ status: readyStatus(true, 0) }),
      webPod(1),
    ];
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 2, 0, 3],
      [2, 1, 3, 0],
      [1, 0, 3, 2],
    ];
    const results = orders.map((order) => {
      const r = recorder();
      for (const index of order) r.objectChanged(null, parts[index]!, 0);
      r.objectChanged(webPod(1), webPod(1).next({ status: readyStatus(true, 0) }), 10 * SECOND);
      const figures = r.finish(MINUTE);
      return [
        figure(figures, "replicas_mean_count", TARGET),
        figure(figures, "replicas_mean_count"),
        figure(figures, "unavailable_seconds", TARGET),
      ];
    });
    for (const result of results) expect(result).toEqual([2, 2, 10]);
  });

  it("stops counting once its object is gone", () => {
    const r = recorder();
    const web = deployment("v1", 2);
    r.objectChanged(null, web, 0);
    r.objectChanged(web, null, 10 * SECOND);
    const figures = r.finish(MINUTE);
    expect(figure(figures, "unavailable_seconds", TARGET)).toBe(10);
  });

  it("counts what changes spec.replicas", () => {
    const r = recorder();
    const two = deployment("v1", 2);
    const five = deployment("v1", 5, { generation: 2 });
    r.objectChanged(null, two, 0);
    r.objectChanged(two, five, SECOND);
    r.objectChanged(five, { ...five, resourceVersion: 3 }, 2 * SECOND);
    expect(figure(r.finish(MINUTE), "scale_events_count", TARGET)).toBe(1);
  });
});

describe("a rollout", () => {
  const v1 = deployment("v1", 3);
  const v2Asked = deployment("v2", 3, { generation: 2, observed: 1 });
  const v2Half = deployment("v2", 3, { generation: 2, updated: 1, total: 4 });
  const v2 = deployment("v2", 3, { generation: 2 });
  const v1Again = deployment("v1", 3, { generation: 3, observed: 2 });
  const v1Back = deployment("v1", 3, { generation: 3 });

  it("lasts from the new template until kubectl would say that it is rolled out", () => {
    const r = recorder();
    r.objectChanged(null, v1, 0);
    r.objectChanged(v1, v2Asked, 10 * SECOND);
    r.objectChanged(v2Asked, v2Half, 11 * SECOND);
    r.objectChanged(v2Half, v2, 25 * SECOND);
    const figures = r.finish(MINUTE);
    expect(figure(figures, "rollout_duration_seconds", TARGET)).toBe(15);
    expect(figure(figures, "rollout_duration_seconds")).toBe(15);
    expect(figure(figures, "rollback_duration_seconds")).toBeUndefined();
  });

  it("back to an earlier template is a rollback, and the one it overtakes is left open", () => {
    const r = recorder();
    r.objectChanged(null, v1, 0);
    r.objectChanged(v1, v2Asked, 10 * SECOND);
    r.objectChanged(v2Asked, v1Again, 20 * SECOND);
    r.objectChanged(v1Again, v1Back, 23 * SECOND);
    const figures = r.finish(MINUTE);
    expect(figure(figures, "rollout_duration_seconds", TARGET)).toBeNaN();
    expect(figure(figures, "rollback_duration_seconds", TARGET)).toBe(3);
  });

  it("is none where a template was only written again in other words", () => {
    const r = recorder();
    const template = { spec: { containers: [{ image: "v1", name: "main" }] } };
    r.objectChanged(null, v1, 0);
    r.objectChanged(v1, { ...v1, spec: { ...v1.spec, template } }, SECOND);
    expect(figure(r.finish(MINUTE), "rollout_duration_seconds")).toBeUndefined();
  });
});
