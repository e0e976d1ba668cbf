import { describe, expect, it } from "vitest";
import type { ObjectVersion } from "../../src/api/object-version.js";
import { UNOBSERVED } from "../../src/record/cluster-observer.js";
import { loadedFromMemory, worldOf } from "./built-world.js";

function contents(replace: string, budget = "maxUnavailable: 1"): Record<string, string> {
  return {
    "replace.yaml": `
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: replace }
spec:
  until: idle
  cluster:
    nodePools:
      - { name: general, nodes: 6, capacity: { cpu: "2", memory: 4Gi }, readyAfter: 30s }
      - { name: other, nodes: 2, capacity: { cpu: "2", memory: 4Gi } }
  manifests: [web.yaml]
  timeline:
    - { at: 1m, replaceNodes: ${replace} }
`,
    "web.yaml": `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 8
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: server, image: "web:1", resources: { requests: { cpu: 500m } } }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { ${budget}, selector: { matchLabels: { app: web } } }
`,
  };
}

async function stepsOf(replace: string, budget?: string): Promise<readonly string[]> {
  const world = await worldOf(await loadedFromMemory(contents(replace, budget)));
  world.run();
  const { steps } = world.finish().figures;
  return steps.map(({ operation, target, message }) => `${operation} ${target}: ${message}`);
}

describe("replaceNodes", () => {
  it.each([
    [1, 0],
    [3, 0],
    [0, 1],
    [2, 1],
    [9, 9],
  ])(
    "with surge %i and unavailable %i keeps to its bounds and replaces each node",
    async (surge, unavailable) => {
      const nodes = new Map<string, ObjectVersion<"Node">>();
      let most = 0;
      let fewest = 6;
      const observer = {
        ...UNOBSERVED,
        objectChanged(_before: unknown, after: { kind: string } | null, time: number) {
          const before = _before as { kind: string; name: string } | null;
          const { kind, name } = (after ?? before) as { kind: string; name: string };
          if (kind !== "Node" || !name.startsWith("general-")) return;
          if (after === null) nodes.delete(name);
          else nodes.set(name, after as ObjectVersion<"Node">);
          if (time < 60e6) return;
          const usable = [...nodes.values()].filter(
            ({ spec, status }) =>
              spec.unschedulable !== true &&
              status.conditions?.some((one) => one.type === "Ready" && one.status === "True") ===
                true,
          );
          most = Math.max(most, nodes.size);
          fewest = Math.min(fewest, usable.length);
        },
      };
      const replace = `{ pool: general, surge: ${surge}, unavailable: ${unavailable} }`;
      const world = await worldOf(await loadedFromMemory(contents(replace)), { observer });
      world.run();
      expect([...nodes.keys()].sort()).toEqual(
        [6, 7, 8, 9, 10, 11].map((i) => `general-${i}`).sort(),
      );
      expect(most).toBe(6 + Math.min(surge, 6));
      expect(fewest).toBe(6 - Math.min(unavailable, 6));
    },
  );

  it("names the budget that blocks it for ever, and ends", async () => {
    const steps = await stepsOf("{ pool: general }", "maxUnavailable: 0");
    const [drain, replace] = steps.slice(-2);
    expect(drain).toMatch(/^drain Node\/general-0: not ended: .* by budget default\/web$/);
    expect(replace).toBe(
      "replaceNodes NodePool/general: not ended: 0 of 6 nodes replaced; waits for the drain of general-0",
    );
  });

  it("fails where a drain takes longer than its timeout, and leaves the rest as it is", async () => {
    const steps = await stepsOf("{ pool: general, timeout: 1m }", "maxUnavailable: 0");
    expect(steps.at(-1)).toBe(
      "replaceNodes NodePool/general: failed: 0 of 6 nodes replaced: general-0: drain did not complete within 60s",
    );
  });

  it("takes nodes away all the same with `force`", async () => {
    const steps = await stepsOf("{ pool: general, timeout: 1m, force: true }", "maxUnavailable: 0");
    expect(steps).toContain("replaceNodes NodePool/general: 6 of 6 nodes replaced");
  });

  it.each([
    ["{ pool: generel }", "there is no node pool `generel`; the nearest is `general`"],
    ["{ pool: general, surge: 0 }", "`surge` and `unavailable` are both 0"],
    ["{ pool: general, force: true }", "`force` needs a `timeout`"],
  ])("refuses %s", async (replace, message) => {
    await expect(stepsOf(replace)).rejects.toThrow(message);
  });
});
