import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CaseWorld, type GivenWorld } from "../../conformance/autoscalers/ca-world.js";

interface NodeSketch {
  readonly cores: number;
  readonly disk: "ssd" | "hdd";
  readonly isReserved: boolean;
}

interface PodSketch {
  readonly node: number;
  readonly millis: number;
  readonly app: number;
  readonly needsDisk: "ssd" | "hdd" | null;
  readonly tolerates: boolean;
  readonly keepsApart: boolean;
}

interface Sketch {
  readonly nodes: readonly NodeSketch[];
  readonly pods: readonly PodSketch[];
}

const nodeName = (i: number) => `pool-${i}`;
const podName = (i: number) => `pod-${i}`;

/** Every node may go, at once: nothing but its pods keeps it. */
const OPTIONS = {
  scaleDownUtilizationThreshold: 100,
  scaleDownUnneededTime: 0,
  maxDrainParallelism: 10,
};

function nodeOf({ cores, disk, isReserved }: NodeSketch, i: number) {
  const taints = [{ key: "reserved", value: "yes", effect: "NoSchedule" }];
  const allocatable = { cpu: String(cores), memory: "64Gi", pods: "110" };
  return {
    metadata: { name: nodeName(i), labels: { disk } },
    ...(isReserved && { spec: { taints } }),
    status: { allocatable },
  };
}

function podOf(pod: PodSketch, i: number) {
  const labels = { app: `app-${pod.app}` };
  const term = { labelSelector: { matchLabels: labels }, topologyKey: "kubernetes.io/hostname" };
  const apart = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
  return {
    metadata: { name: podName(i), labels, ownerReferences: [{ kind: "ReplicaSet", name: "web" }] },
    spec: {
      nodeName: nodeName(pod.node),
      containers: [{ name: "main", resources: { requests: { cpu: `${pod.millis}m` } } }],
      ...(pod.needsDisk !== null && { nodeSelector: { disk: pod.needsDisk } }),
      ...(pod.tolerates && { tolerations: [{ key: "reserved", operator: "Exists" }] }),
      ...(pod.keepsApart && { affinity: { podAntiAffinity: apart } }),
    },
  };
}

function worldOf({ nodes, pods }: Sketch): CaseWorld {
  const names = nodes.map((_, i) => nodeName(i));
  const given = {
    options: OPTIONS,
    groups: [{ id: "pool", min: 0, max: nodes.length, nodes: names }],
    nodes: nodes.map(nodeOf),
    pods: pods.map(podOf),
  };
  return new CaseWorld(given as unknown as GivenWorld);
}

/** Whether a pod may join those on a node: by room, label, taint and who keeps apart from whom. */
function joins(pod: PodSketch, node: NodeSketch, present: readonly PodSketch[]): boolean {
  const used = present.reduce((sum, { millis }) => sum + millis, 0);
  if (used + pod.millis > node.cores * 1000) return false;
  if (pod.needsDisk !== null && pod.needsDisk !== node.disk) return false;
  if (node.isReserved && !pod.tolerates) return false;
  return present.every((other) => other.app !== pod.app || !(other.keepsApart || pod.keepsApart));
}

/** Whether there is any way to place all of `pods` beside those that stay: every way is tried. */
function fitSomewhere(
  pods: readonly PodSketch[],
  staying: readonly (readonly [NodeSketch, readonly PodSketch[]])[],
): boolean {
  const [pod, ...rest] = pods;
  if (pod === undefined) return true;
  return staying.some(([node, present], at) => {
    if (!joins(pod, node, present)) return false;
    return fitSomewhere(rest, staying.with(at, [node, [...present, pod]]));
  });
}

function placesLeft({ nodes, pods }: Sketch, removed: ReadonlySet<string>): boolean {
  const isRemoved = ({ node }: PodSketch) => removed.has(nodeName(node));
  const staying = nodes.flatMap((node, i) =>
    removed.has(nodeName(i)) ? [] : [[node, pods.filter((pod) => pod.node === i)] as const],
  );
  return fitSomewhere(pods.filter(isRemoved), staying);
}

const SKETCH: fc.Arbitrary<Sketch> = fc.integer({ min: 2, max: 5 }).chain((count) =>
  fc.record({
    nodes: fc.array(
      fc.record({
        cores: fc.integer({ min: 1, max: 4 }),
        disk: fc.constantFrom("ssd", "hdd"),
        isReserved: fc.boolean(),
      }),
      { minLength: count, maxLength: count },
    ),
    pods: fc.array(
      fc.record({
        node: fc.nat({ max: count - 1 }),
        millis: fc.integer({ min: 1, max: 20 }).map((n) => n * 100),
        app: fc.nat({ max: 2 }),
        needsDisk: fc.constantFrom(null, null, "ssd", "hdd"),
        tolerates: fc.boolean(),
        keepsApart: fc.boolean(),
      }),
      { maxLength: 7 },
    ),
  }),
);

const removedBy = (sketch: Sketch) => worldOf(sketch).loopAt(1).scaleDown!;

describe("the Cluster Autoscaler", () => {
  it("never removes nodes whose pods would not fit on the others", () => {
    fc.assert(
      fc.property(SKETCH, (sketch) => {
        const { started } = removedBy(sketch);
        return placesLeft(sketch, new Set(started));
      }),
      { numRuns: 120, seed: 17 },
    );
  });

  const shape = { cores: 4, disk: "ssd", isReserved: false } as const;
  const like = { app: 0, needsDisk: null, tolerates: false, keepsApart: false } as const;
  const two = (first: Partial<PodSketch>, second: Partial<PodSketch>): Sketch => ({
    nodes: [shape, shape],
    pods: [
      { ...like, node: 0, millis: 1500, ...first },
      { ...like, node: 1, millis: 1500, ...second },
    ],
  });

  it.each([
    ["is room for its pods elsewhere", two({}, {}), 1],
    ["is none", two({ millis: 2600 }, { millis: 2600 }), 0],
    ["are pods there that its pods keep apart from", two({ keepsApart: true }, {}), 0],
  ])("removes one of two nodes only if there %s", (_, sketch, count) => {
    expect(removedBy(sketch).started).toHaveLength(count);
    const all = new Set([nodeName(0)]);
    expect(placesLeft(sketch, all)).toBe(count === 1);
  });
});
