import fc from "fast-check";
import { expect, test } from "vitest";
import type { ObjectVersion } from "../../../../src/api/object-version.js";
import type { World } from "../../../../src/scenario/assemble/world.js";
import { loadedFromMemory, worldOf } from "../../../runs/built-world.js";

type Node = ObjectVersion<"Node">;

const PRICES: Readonly<Record<string, number>> = { small: 0.1, large: 0.4 };
const MICROS_PER_HOUR = 3600e6;

interface Course {
  readonly seed: number;
  readonly budget: number;
  /** Replicas from each tenth minute on. */
  readonly replicas: readonly number[];
  readonly policy: string;
}

const courses = fc.record({
  seed: fc.nat(1000),
  budget: fc.integer({ min: 0, max: 3 }),
  replicas: fc.array(fc.nat(14), { minLength: 4, maxLength: 4 }),
  policy: fc.constantFrom("WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"),
});

async function worldOfCourse({ seed, budget, replicas, policy }: Course): Promise<World> {
  const scales = replicas.map((count, at) => {
    return `{ at: ${at * 10}m, scale: { target: Deployment/web, replicas: ${count} } }`;
  });
  const loaded = await loadedFromMemory({
    "scenario.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: course }
spec:
  duration: 45m
  seed: ${seed}
  cluster:
    karpenter:
      provisioning: { registration: { uniform: { min: 20s, max: 60s } }, removal: 30s }
      instanceTypes:
        - { name: small, capacity: { cpu: "2", memory: 8Gi }, offerings: [{ zone: a, capacityType: on-demand, price: ${PRICES.small} }] }
        - { name: large, capacity: { cpu: "8", memory: 32Gi }, offerings: [{ zone: a, capacityType: on-demand, price: ${PRICES.large} }] }
  manifests: [objects.yaml]
  timeline: [${scales.join(", ")}]
`,
    "objects.yaml": `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: { name: general }
spec:
  disruption: { consolidationPolicy: ${policy}, consolidateAfter: 20s, budgets: [{ nodes: "${budget}" }] }
  template:
    spec:
      nodeClassRef: { group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default }
      requirements: []
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web, resources: { requests: { cpu: 700m } } }] }
`,
  });
  return worldOf(loaded);
}

const isDisrupted = ({ spec }: Node) =>
  spec.taints?.some(({ key }) => key === "karpenter.sh/disrupted") === true;

test("never are more nodes on their way out than the budget allows", async () => {
  await fc.assert(
    fc.asyncProperty(courses, async (course) => {
      const world = await worldOfCourse(course);
      const { store } = world.ground;
      let most = 0;
      store.observe((_, after) => {
        if (after?.kind !== "Node" || !isDisrupted(after)) return;
        const leaving = new Set<string | undefined>();
        for (const { status } of store.table("NodeClaim")) {
          const isLeaving = status.conditions?.some(
            ({ type, status: is }) => type === "InstanceTerminating" && is === "True",
          );
          if (isLeaving) leaving.add(status.nodeName);
        }
        const going = [...store.table("Node")].filter(
          (node) => isDisrupted(node) && !leaving.has(node.name),
        );
        most = Math.max(most, going.length);
      });
      world.run();
      expect(most).toBeLessThanOrEqual(course.budget);
    }),
    { numRuns: 2 },
  );
});

test("what nodes cost is the integral of their prices, and all pods run at the end", async () => {
  await fc.assert(
    fc.asyncProperty(courses, async (course) => {
      const world = await worldOfCourse(course);
      const { store } = world.ground;
      let dollars = 0;
      const since = new Map<string, number>();
      const end = (node: Node, now: number) => {
        const price = PRICES[node.labels["node.kubernetes.io/instance-type"] ?? ""]!;
        dollars += (price * (now - since.get(node.uid)!)) / MICROS_PER_HOUR;
      };
      store.observe((before, after) => {
        if (before === null && after?.kind === "Node") since.set(after.uid, world.now);
        if (before?.kind === "Node" && after === null) end(before, world.now);
      });
      world.run();
      for (const node of store.table("Node")) end(node, world.now);
      const rows = world.finish().figures.summary;
      const cost = rows.find(
        ({ metric, labels }) => metric === "cost_dollars" && labels === "",
      )?.value;
      expect(cost).toBeCloseTo(dollars, 9);
      const pods = [...store.table("Pod")];
      expect(pods.filter(({ phase }) => phase === "Running")).toHaveLength(course.replicas.at(-1)!);
    }),
    { numRuns: 2 },
  );
});
