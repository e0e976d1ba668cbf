import { describe, expect, it } from "vitest";
import type { ObjectVersion } from "../../src/api/object-version.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import type { ClusterRecorder } from "../../src/record/cluster-recorder.js";
import type { RunFigures } from "../../src/record/run-figures.js";
import { object, ownedBy, pod, readyStatus } from "./objects.js";
import { figure, MINUTE, recorder, SECOND } from "./recording.js";

const SHOP = "application=shop";

function deployment(name: string, version: string, replicas: number): ObjectVersion<"Deployment"> {
  return object("Deployment", {
    name,
    uid: name,
    spec: {
      replicas,
      selector: {},
      template: { spec: { containers: [{ name: "main", image: version }] } },
    },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      availableReplicas: replicas,
    },
  });
}

/** Two Deployments that make up a shop of two pods; blue has them all. */
class Shop {
  private readonly recorder: ClusterRecorder = recorder({
    applications: [
      {
        name: "shop",
        workloads: ["shop/Deployment/blue", "shop/Deployment/green"],
        replicas: 2,
      },
    ],
  });
  private readonly sides = new Map<string, ObjectVersion<"Deployment">>();
  private readonly pods = new Map<number, PodVersion>();

  constructor() {
    this.wants("blue", "v1", 2, 0);
    this.wants("green", "v2", 0, 0);
    for (const row of [0, 1]) this.comes("blue", row, 0);
  }

  wants(side: string, version: string, replicas: number, second: number): void {
    const after = deployment(side, version, replicas);
    this.recorder.objectChanged(this.sides.get(side) ?? null, after, second * SECOND);
    this.sides.set(side, after);
  }

  /** A pod is there, and Ready at once. */
  comes(side: string, row: number, second: number): void {
    const ownerReferences = ownedBy("Deployment", side, side);
    const made = pod({ row, name: `${side}-${row}`, ownerReferences });
    const ready = made.next({ status: readyStatus(true, 0) });
    this.recorder.objectChanged(null, made, second * SECOND);
    this.recorder.objectChanged(made, ready, second * SECOND);
    this.pods.set(row, ready);
  }

  goes(row: number, second: number): void {
    this.recorder.objectChanged(this.pods.get(row)!, null, second * SECOND);
  }

  figures(): RunFigures {
    return this.recorder.finish(MINUTE);
  }
}

describe("an application of two Deployments", () => {
  it("rolls out from when another version is wanted until it is the only one", () => {
    const shop = new Shop();
    shop.wants("green", "v2", 2, 10);
    for (const row of [2, 3]) shop.comes("green", row, 20);
    shop.wants("blue", "v1", 0, 30);
    shop.goes(0, 30);
    shop.goes(1, 40);
    const figures = shop.figures();
    expect(figure(figures, "rollout_duration_seconds", SHOP)).toBe(20);
    expect(figure(figures, "rollout_duration_seconds")).toBe(20);
    expect(figure(figures, "rollback_duration_seconds")).toBeUndefined();
    expect(figure(figures, "unavailable_seconds", SHOP)).toBe(0);
    // Two pods too many for ten seconds, then one for ten.
    expect(figure(figures, "surge_pod_hours", SHOP)).toBeCloseTo(30 / 3600, 12);
    expect(figure(figures, "surge_pod_hours")).toBeCloseTo(30 / 3600, 12);
    expect(figure(figures, "replicas_max_count", SHOP)).toBe(4);
    expect(figure(figures, "rollouts_unfinished_end_count")).toBe(0);
  });

  it("is back from when the wish for the new version shrinks", () => {
    const shop = new Shop();
    shop.wants("green", "v2", 1, 10);
    shop.comes("green", 2, 15);
    shop.wants("green", "v2", 0, 30);
    shop.wants("green", "v2", 1, 31);
    shop.wants("green", "v2", 0, 35);
    shop.goes(2, 35);
    const figures = shop.figures();
    expect(figure(figures, "rollout_duration_seconds", SHOP)).toBeUndefined();
    // It was over at 30 s already, and once more at 35 s, each time at once.
    expect(figure(figures, "rollback_duration_seconds", SHOP)).toBe(0);
  });

  it("is back only when enough pods are ready", () => {
    const shop = new Shop();
    shop.wants("green", "v2", 1, 10);
    shop.goes(0, 12);
    shop.comes("green", 2, 15);
    shop.goes(2, 30);
    shop.wants("green", "v2", 0, 30);
    shop.comes("blue", 3, 42);
    const figures = shop.figures();
    expect(figure(figures, "rollback_duration_seconds", SHOP)).toBe(12);
    expect(figure(figures, "unavailable_seconds", SHOP)).toBe(3 + 12);
    expect(figure(figures, "unavailable_seconds")).toBe(15);
  });

  it("is not finished while both versions are wanted", () => {
    const shop = new Shop();
    shop.wants("green", "v2", 1, 10);
    const figures = shop.figures();
    expect(figure(figures, "rollouts_unfinished_end_count", SHOP)).toBe(1);
    expect(figure(figures, "rollouts_unfinished_end_count")).toBe(1);
    expect(figure(figures, "rollout_duration_seconds", SHOP)).toBeNaN();
  });
});
