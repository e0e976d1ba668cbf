import { describe, expect, it } from "vitest";
import type { ObjectVersion } from "../../src/api/object-version.js";
import { object } from "./objects.js";
import { MINUTE, SECOND, figure, recorder } from "./recording.js";

function budget(name: string, currentHealthy: number): ObjectVersion<"PodDisruptionBudget"> {
  return object("PodDisruptionBudget", {
    name,
    uid: name,
    spec: { minAvailable: 2 },
    status: { currentHealthy, desiredHealthy: 2, disruptionsAllowed: 0, expectedPods: 3 },
  });
}

describe("a disruption budget", () => {
  it("is below what it asks for from one write of its status to another, or until it is gone", () => {
    const r = recorder();
    r.objectChanged(null, budget("web", 2), 0);
    r.objectChanged(null, budget("api", 1), 0);
    r.objectChanged(budget("web", 2), budget("web", 1), 10 * SECOND);
    r.objectChanged(budget("web", 1), budget("web", 0), 15 * SECOND);
    r.objectChanged(budget("api", 1), null, 20 * SECOND);
    r.objectChanged(budget("web", 0), budget("web", 3), 40 * SECOND);
    const figures = r.finish(MINUTE);
    expect(figure(figures, "below_budget_seconds", "budget=shop/web")).toBe(30);
    expect(figure(figures, "below_budget_seconds", "budget=shop/api")).toBe(20);
    expect(figure(figures, "below_budget_seconds")).toBe(50);
  });

  it("is not below where nobody has said how many there are", () => {
    const r = recorder();
    const unseen = { name: "web", uid: "web", spec: { minAvailable: 2 } };
    r.objectChanged(null, object("PodDisruptionBudget", unseen), 0);
    expect(figure(r.finish(MINUTE), "below_budget_seconds", "budget=shop/web")).toBe(0);
  });
});
