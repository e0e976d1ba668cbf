import fc from "fast-check";
import { expect } from "vitest";
import type { ObjectVersion } from "../../../../src/api/object-version.js";
import type { World } from "../../../../src/scenario/assemble/world.js";
import { loadedFromMemory, worldOf } from "../../../runs/built-world.js";

type Node = ObjectVersion<"Node">;

const PRICES: Readonly<Record<string, number>> = { small: 0.1, large: 0.2 };
const MICROS_PER_HOUR = 3600e6;

/** A Deployment that many replicas are asked of and then few, again and again, so that nodes have to go. */
interface Course {
  readonly seed: number;
  /** How many nodes may go at once. */
  readonly budget: number;
  /** Replicas from each tenth minute on. */
  readonly replicas: readonly number[];
  readonly policy: string;
}

const many = fc.integer({ min: 10, max: 14 });
const few = fc.integer({ min: 0, max: 1 });

const courses: fc.Arbitrary<Course> = fc.record({
  seed: fc.nat(1000),
  budget: fc.integer({ min: 1, max: 2 }),
  replicas: fc.tuple(many, few, many, few),
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
        - { name: large, capacity: { cpu: "4", memory: 16Gi }, offerings: [{ zone: a, capacityType: on-demand, price: ${PRICES.large} }] }
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

/** What a course came to. */
interface Outcome {
  /** Nodes that were tainted to go. */
  readonly disrupted: number;
  /** The most that were on their way out at once; machines that are being switched off count no longer. */
  readonly most: number;
  /** What its nodes cost, by their prices and lives. */
  readonly dollars: number;
  /** What the run says that they cost. */
  readonly told: number | null | undefined;
  /** Pods that run at the end. */
  readonly running: number;
}

async function run(course: Course): Promise<Outcome> {
  const world = await worldOfCourse(course);
  const { store } = world.ground;
  const disrupted = new Set<string>();
  let most = 0;
  let dollars = 0;
  const since = new Map<string, number>();
  const end = (node: Node) => {
    const price = PRICES[node.labels["node.kubernetes.io/instance-type"] ?? ""]!;
    dollars += (price * (world.now - since.get(node.uid)!)) / MICROS_PER_HOUR;
  };
  store.observe((before, after) => {
    if (before === null && after?.kind === "Node") since.set(after.uid, world.now);
    if (before?.kind === "Node" && after === null) end(before);
    if (after?.kind !== "Node" || !isDisrupted(after)) return;
    disrupted.add(after.uid);
    most = Math.max(most, onTheirWay(world));
  });
  world.run();
  for (const node of store.table("Node")) end(node);
  const rows = world.finish().figures.summary;
  const told = rows.find(({ metric, labels }) => metric === "cost_dollars" && labels === "")?.value;
  const pods = [...store.table("Pod")];
  const running = pods.filter(({ phase }) => phase === "Running").length;
  return { disrupted: disrupted.size, most, dollars, told, running };
}

function onTheirWay({ ground: { store } }: World): number {
  const leaving = new Set<string | undefined>();
  for (const { status } of store.table("NodeClaim")) {
    const isLeaving = status.conditions?.some(
      ({ type, status: is }) => type === "InstanceTerminating" && is === "True",
    );
    if (isLeaving) leaving.add(status.nodeName);
  }
  return [...store.table("Node")].filter((node) => isDisrupted(node) && !leaving.has(node.name))
    .length;
}

/**
 * Over so many random courses budgets hold, cost is the integral of prices, and all pods run at the end. Fails too where no
 * node had to go in any of them, or never as many at once as a budget allows.
 */
export async function checkCourses(runs: number): Promise<void> {
  const met = { disrupted: 0, held: 0 };
  await fc.assert(
    fc.asyncProperty(courses, async (course) => {
      const { disrupted, most, dollars, told, running } = await run(course);
      expect(most).toBeLessThanOrEqual(course.budget);
      expect(told).toBeCloseTo(dollars, 9);
      expect(running).toBe(course.replicas.at(-1)!);
      met.disrupted += disrupted;
      if (most === course.budget) met.held += 1;
    }),
    { numRuns: runs },
  );
  expect(met.disrupted).toBeGreaterThan(0);
  expect(met.held).toBeGreaterThan(0);
}
