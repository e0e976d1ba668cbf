import type { Labels } from "../../../src/api/kubernetes.js";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import { ClusterState } from "../../../src/scheduler/framework/cluster-state.js";
import type { ExtensionPoint } from "../../../src/scheduler/framework/extension-point.js";
import { featuresOf } from "../../../src/api/features.js";
import type { FilterPlugin } from "../../../src/scheduler/framework/interfaces.js";
import { PodNominator } from "../../../src/scheduler/framework/nominator.js";
import { zoneKey } from "../../../src/api/zone-key.js";
import { NodeTree } from "../../../src/scheduler/framework/node-tree.js";
import { Framework } from "../../../src/scheduler/framework/runtime.js";
import {
  SchedulingAlgorithm,
  numFeasibleNodesToFind,
} from "../../../src/scheduler/framework/scheduling-algorithm.js";
import { Status, type Code } from "../../../src/scheduler/framework/status.js";
import { PrioritySort } from "../../../src/scheduler/plugins/priority-sort/priority-sort.js";
import { type BackoffOptions, backoffDuration } from "../../../src/scheduler/queue/backoff.js";
import { BackoffQueue } from "../../../src/scheduler/queue/backoff-queue.js";
import type { QueuedPod } from "../../../src/scheduler/queue/queued-pod.js";
import { tables } from "../scheduler/world.js";
import { meta, object, pod } from "./objects.js";
import { type Area, suite } from "./suite.js";

/** The version whose queue the cases describe (backoff_queue_test.go). */
const BACKOFF_MINOR = 33;

/** Vectors write integers above 2^53 as text; as a number the largest is rounded. */
function durationText(duration: number, max: number | string): bigint {
  return duration === Number(max) ? BigInt(max) : BigInt(duration);
}

interface QueuedSketch {
  readonly name: string;
  readonly priority?: number;
  readonly timestampSeconds?: number;
  readonly timestampMs?: number;
  readonly attempts: number;
  readonly rejectedByPlugin?: boolean;
}

function queuedPod(sketch: QueuedSketch, row: number): QueuedPod {
  const seconds = sketch.timestampSeconds ?? (sketch.timestampMs ?? 0) / 1000;
  const { name, priority = 0, attempts, rejectedByPlugin = true } = sketch;
  return {
    pod: pod(meta(row, name), { spec: { containers: [], priority } }),
    priority,
    place: "unschedulable",
    timestampMicros: Math.round(seconds * MICROS_PER_SECOND),
    sequence: row,
    attempts,
    refusals: attempts,
    errorsInRow: 0,
    updatedInFlightMicros: null,
    rejectors: rejectedByPlugin ? ["plugin"] : [],
    gatedBy: null,
    activated: false,
    flight: null,
    heapIndex: -1,
    backoffUntilMicros: 0,
  };
}

interface BackoffCase {
  readonly initialSeconds: number;
  readonly maxSeconds: number;
  readonly orderingWindowSeconds?: number;
  readonly pods: readonly QueuedSketch[];
  readonly nowMs?: number;
}

function popped(given: BackoffCase): readonly string[] {
  const options: BackoffOptions = {
    initial: given.initialSeconds * MICROS_PER_SECOND,
    max: given.maxSeconds * MICROS_PER_SECOND,
    orderingWindow: (given.orderingWindowSeconds ?? 0) * MICROS_PER_SECOND,
    endIsExclusive: featuresOf(BACKOFF_MINOR).BackoffEndIsExclusive,
  };
  const sort = new PrioritySort();
  const queue = new BackoffQueue(options, (a, b) => sort.less(a, b));
  given.pods.forEach((sketch, row) => {
    queue.add(queuedPod(sketch, row));
  });
  return queue.popCompleted((given.nowMs ?? 0) * 1000).map((queued) => queued.pod.name);
}

const backoff: Area = {
  backoffDuration: suite<{ initialNs: number; maxNs: number | string; attempts: number }>(
    ({ initialNs, maxNs, attempts }) => {
      const options = { initial: Number(initialNs), max: Number(maxNs), orderingWindow: 0 };
      const duration = backoffDuration({ ...options, endIsExclusive: false }, attempts);
      return { durationNs: durationText(duration, maxNs) };
    },
  ),
  backoffCompleted: suite<BackoffCase>((given) => ({ popped: popped(given) })),
  backoffOrder: suite<BackoffCase>((given) => ({ popped: popped(given) }), { ordered: ["popped"] }),
};

/** Refuses the nodes of the table and passes every other. */
class TableFilter implements FilterPlugin {
  readonly name = "Table";
  constructor(private readonly refused: ReadonlyMap<string, Code>) {}

  filter(_state: unknown, _pod: unknown, node: { readonly name: string }): Status | null {
    const code = this.refused.get(node.name);
    return code === undefined ? null : new Status(code, ["injected"], this.name);
  }
}

interface Cluster {
  readonly nodes: readonly string[];
  readonly percentageOfNodesToScore: number;
  readonly filterFails?: Readonly<Record<string, Code | boolean>>;
}

/** A scheduler with nothing but a filter, over a cluster of the named nodes. */
function schedulerOf({ nodes, percentageOfNodesToScore, filterFails = {} }: Cluster) {
  const features = featuresOf(26);
  const state = new ClusterState(features);
  nodes.forEach((name, row) => {
    state.addNode(object("Node", meta(row, name, { namespace: "" }), {}, {}));
  });
  const refused = new Map(
    Object.entries(filterFails)
      .filter(([, code]) => code !== false)
      .map(([name, code]) => [name, code === true ? "Unschedulable" : (code as Code)]),
  );
  const plugins: Record<ExtensionPoint, readonly string[]> = {
    preEnqueue: [],
    queueSort: ["PrioritySort"],
    preFilter: [],
    filter: ["Table"],
    postFilter: [],
    preScore: [],
    score: [],
    reserve: [],
    permit: [],
    preBind: [],
    bind: [],
    postBind: [],
  };
  const profile = { schedulerName: "default-scheduler", scoreWeights: {}, args: {} };
  const framework = new Framework(
    { ...profile, percentageOfNodesToScore: null, plugins },
    {
      features,
      snapshot: state,
      listers: tables({}),
      nominator: new PodNominator(),
      scalars: state.scalars,
      offset: () => 0,
    },
    (name) => (name === "Table" ? () => new TableFilter(refused) : () => new PrioritySort()),
  );
  const algorithm = new SchedulingAlgorithm({ percentageOfNodesToScore, chooseTie: null });
  const schedule = (nominatedNodeName: string | null) => {
    const incoming = pod(meta(0, "incoming"), { nominatedNodeName: nominatedNodeName ?? "" });
    return algorithm.schedule(framework, state.podInfos.podInfo(incoming));
  };
  return { algorithm, framework, schedule };
}

const sampling: Area = {
  feasibleNodes: suite<{ percentageOfNodesToScore: number; nodes: number }>((given) => ({
    find: numFeasibleNodesToFind(given.percentageOfNodesToScore, given.nodes),
  })),
  roundRobin: suite<{ nodes: number; percentageOfNodesToScore: number; cycles: number }>(
    ({ nodes, percentageOfNodesToScore, cycles }) => {
      const names = Array.from({ length: nodes }, (_, i) => `node-${i}`);
      const { algorithm, schedule } = schedulerOf({ nodes: names, percentageOfNodesToScore });
      const nextStart = Array.from({ length: cycles }, () => {
        schedule(null);
        return algorithm.nextStartNodeIndex;
      });
      return { nextStart };
    },
    { ordered: ["nextStart"] },
  ),
  nominatedFilter: suite<{
    nodes: readonly string[];
    nominatedNodeName: string | null;
    filterFails: Cluster["filterFails"] & object;
  }>(({ nodes, nominatedNodeName, filterFails }) => {
    const cluster = { nodes, percentageOfNodesToScore: 100, filterFails };
    const { framework, schedule } = schedulerOf(cluster);
    schedule(nominatedNodeName);
    return { filterCalls: framework.calls.filter };
  }),
};

interface NodeSketch {
  readonly name: string;
  readonly labels: Labels;
}

/** The tree and what it knows of each node, changed as the scheduler's cache changes it. */
class Tree {
  private readonly tree = new NodeTree<{ readonly name: string; zone: string }>();
  private readonly known = new Map<string, { readonly name: string; zone: string }>();

  add({ name, labels }: NodeSketch): void {
    const node = { name, zone: zoneKey(labels) };
    this.known.set(name, node);
    this.tree.add(node.zone, node);
  }

  /** False if there is no such node. */
  remove(name: string): boolean {
    return this.tree.remove(this.known.get(name)?.zone ?? "", name);
  }

  update({ name, labels }: NodeSketch): void {
    const node = this.known.get(name);
    if (node === undefined) {
      this.add({ name, labels });
      return;
    }
    const before = node.zone;
    node.zone = zoneKey(labels);
    this.tree.move(before, node.zone, node);
  }

  list(): readonly string[] {
    return this.tree.list().map(({ name }) => name);
  }

  /** Nodes by `region/zone`. */
  zones(): Readonly<Record<string, readonly string[]>> {
    const zones: Record<string, string[]> = {};
    for (const { name, zone } of this.tree.list()) {
      const key = zone.replace(":\u0000:", "/");
      const names = zones[key] ?? [];
      zones[key] = names;
      names.push(name);
    }
    return zones;
  }
}

function treeOf(nodes: readonly NodeSketch[]): Tree {
  const tree = new Tree();
  for (const node of nodes) tree.add(node);
  return tree;
}

type Operation =
  | { readonly add: NodeSketch }
  | { readonly remove: string }
  | { readonly update: NodeSketch };

const ordered = { ordered: ["tree"] };
const nodeTree: Area = {
  "nodeTree.add": suite<{ add: NodeSketch[] }>(
    ({ add }) => ({ tree: treeOf(add).zones() }),
    ordered,
  ),
  "nodeTree.remove": suite<{ existing: NodeSketch[]; remove: string[] }>(({ existing, remove }) => {
    const tree = treeOf(existing);
    const found = remove.map((name) => tree.remove(name));
    return { tree: tree.zones(), error: found.includes(false) };
  }, ordered),
  "nodeTree.update": suite<{ existing: NodeSketch[]; update: NodeSketch }>(
    ({ existing, update }) => {
      const tree = treeOf(existing);
      tree.update(update);
      return { tree: tree.zones() };
    },
    ordered,
  ),
  "nodeTree.list": suite<{ operations: Operation[] }>(({ operations }) => {
    const tree = new Tree();
    for (const operation of operations) {
      if ("add" in operation) tree.add(operation.add);
      else if ("update" in operation) tree.update(operation.update);
      else tree.remove(operation.remove);
    }
    return { order: tree.list() };
  }),
};

interface Sorted {
  readonly priority: number;
  readonly enqueuedSeconds: number;
}

const queueSort: Area = {
  queueSort: suite<{ a: Sorted; b: Sorted }>(({ a, b }) => {
    const queued = ({ priority, enqueuedSeconds }: Sorted, row: number) =>
      queuedPod({ name: "", priority, timestampSeconds: enqueuedSeconds, attempts: 0 }, row);
    return { aFirst: new PrioritySort().less(queued(a, 0), queued(b, 1)) };
  }),
};

/** The scheduling queue, sampling and the order of nodes. */
export const schedulingQueueArea: Area = { ...backoff, ...sampling, ...nodeTree, ...queueSort };
