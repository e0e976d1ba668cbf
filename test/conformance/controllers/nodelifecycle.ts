import type { Taint, Toleration } from "../../../src/api/kubernetes.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import { tolerates } from "../../../src/api/taints.js";
import { zoneKey } from "../../../src/api/zone-key.js";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import { NodeLifecycleController } from "../../../src/control/node-lifecycle/node-lifecycle-controller.js";
import {
  evictionRate,
  type EvictionRates,
  type ZoneState,
  zoneState,
} from "../../../src/control/node-lifecycle/zone-state.js";
import {
  noExecuteTaints,
  shortestSeconds,
} from "../../../src/control/taint-eviction/toleration-time.js";
import { only, TestCluster } from "../../control/cluster.js";
import { type Area, suite } from "./suite.js";

/** Longer than any toleration of the cases. */
const LONG_SECONDS = 1_000;

interface PodSketch {
  readonly name: string;
  readonly node: string | null;
  readonly tolerations: readonly Toleration[];
}

interface EvictionStep {
  readonly atSeconds: number;
  readonly taints?: readonly Taint[];
  readonly tolerations?: Readonly<Record<string, readonly Toleration[]>>;
  readonly bind?: Readonly<Record<string, string>>;
}

interface EvictionCase {
  readonly pods: readonly PodSketch[];
  readonly taints: readonly Taint[];
  readonly steps?: readonly EvictionStep[];
}

/** A cluster without latencies, in which the controller alone acts. */
function evictions({ pods, taints, steps = [] }: EvictionCase): Readonly<Record<string, unknown>> {
  const cluster = new TestCluster({ watchLagMicros: 0, latencyMicros: 0 });
  const nodes = new Set(
    [
      ...pods.map(({ node }) => node),
      ...steps.flatMap(({ bind }) => Object.values(bind ?? {})),
    ].filter((name) => name !== null),
  );
  for (const name of nodes) {
    cluster.apply({ apiVersion: "v1", kind: "Node", metadata: { name }, spec: { taints } });
  }
  for (const { name, node, tolerations } of pods) {
    const spec = { containers: [{ name: "c", image: "i" }], tolerations };
    const metadata = { name, namespace: "default", finalizers: ["test/stays"] };
    cluster.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: node === null ? spec : { ...spec, nodeName: node },
    });
  }
  const evicted: Record<string, number | null> = {};
  for (const { name } of pods) evicted[name] = null;
  cluster.store.observe((_before, after) => {
    if (after?.kind !== "Pod" || after.deletionTimeMicros === null) return;
    evicted[after.name] ??= cluster.engine.now / MICROS_PER_SECOND;
  });
  cluster.run(only("taint-eviction-controller"), false);
  for (const step of steps) {
    cluster.advance(step.atSeconds - cluster.engine.now / MICROS_PER_SECOND);
    takeStep(cluster, nodes, step);
  }
  cluster.advance(LONG_SECONDS);
  return { evictedAtSeconds: evicted };
}

function takeStep(cluster: TestCluster, nodes: Iterable<string>, step: EvictionStep): void {
  if (step.taints !== undefined) {
    for (const name of nodes) {
      const node = cluster.get("Node", name, "");
      const spec = { ...node.spec, taints: [...step.taints] };
      cluster.execute({ verb: "patch", target: node, change: { spec } });
    }
  }
  for (const [name, tolerations] of Object.entries(step.tolerations ?? {})) {
    // The API server would not take tolerations away: the store is written past it.
    const pod = cluster.get("Pod", name);
    const spec = { ...pod.spec, tolerations: [...tolerations] };
    cluster.store.replace(pod, pod.next({ spec, resourceVersion: cluster.store.nextRevision() }));
  }
  for (const [name, nodeName] of Object.entries(step.bind ?? {})) {
    const target: PodVersion = cluster.get("Pod", name);
    cluster.execute({ verb: "bind", target, nodeName });
  }
}

interface NodeSketch {
  readonly name: string;
  /** `region/zone`. */
  readonly zone: string;
  readonly ready: "True" | "False" | "Unknown";
}

interface DisruptionCase {
  readonly unhealthyZoneThreshold: number;
  readonly nodesBefore: readonly NodeSketch[];
  readonly nodesAfter: readonly NodeSketch[];
  readonly podOn: string;
}

const labelsOf = (zone: string) => {
  const [region = "", name = ""] = zone.split("/");
  return { "topology.kubernetes.io/region": region, "topology.kubernetes.io/zone": name };
};
const conditionsOf = ({ ready }: NodeSketch) => [{ type: "Ready", status: ready }];

/** Rates that are in nobody's way: the cases ask only whether anything is evicted at all. */
const FAST = {
  nodeEvictionRate: 1e4,
  secondaryNodeEvictionRate: 1e4,
  largeClusterSizeThreshold: 0,
};

function disruption(given: DisruptionCase): Readonly<Record<string, unknown>> {
  const cluster = new TestCluster({ watchLagMicros: 0, latencyMicros: 0 });
  for (const node of given.nodesBefore) {
    cluster.apply({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: node.name, labels: labelsOf(node.zone) },
      spec: {},
    });
    setConditions(cluster, node);
  }
  const { unhealthyZoneThreshold } = given;
  const controller = new NodeLifecycleController({
    ...cluster.controllerOptions(only("node-lifecycle-controller")[0]!),
    flags: { ...FAST, unhealthyZoneThreshold },
  });
  controller.start();
  const states = () => {
    const zones = [...new Set(given.nodesBefore.map(({ zone }) => zone))];
    const stateOf = (zone: string) => controller.zones.stateOf(zoneKey(labelsOf(zone)));
    return Object.fromEntries(zones.map((zone) => [zone, stateOf(zone)]));
  };
  const isTainted = () =>
    noExecuteTaints(cluster.get("Node", given.podOn, "").spec.taints ?? []).length > 0;
  cluster.advance(60);
  const statesBefore = states();
  for (const node of given.nodesAfter) setConditions(cluster, node);
  cluster.advance(3600);
  return { statesBefore, statesAfter: states(), evicts: isTainted() };
}

function setConditions(cluster: TestCluster, sketch: NodeSketch): void {
  const node = cluster.get("Node", sketch.name, "");
  const status = { ...node.status, conditions: conditionsOf(sketch) };
  cluster.execute({ verb: "patch", target: node, change: { status } });
}

export const nodeLifecycleArea: Area = {
  taintEviction: suite<EvictionCase>(evictions),
  "taintEviction.filter": suite<{ taints: Taint[] }>(({ taints }) => ({
    noExecute: noExecuteTaints(taints).map(({ key }) => key),
  })),
  minTolerationTime: suite<{ tolerationSeconds: (number | null)[] }>((given) => {
    const used = given.tolerationSeconds.map((seconds) =>
      seconds === null ? {} : { tolerationSeconds: seconds },
    );
    const shortest = shortestSeconds(used);
    return shortest === Number.POSITIVE_INFINITY
      ? { seconds: null, unbounded: true }
      : { seconds: shortest, unbounded: false };
  }),
  tolerates: suite<{ toleration: Toleration; taint: Taint; featureGate?: string }>((given) => {
    const comparisonOperators = given.featureGate === "TaintTolerationComparisonOperators";
    return { tolerated: tolerates(given.toleration, given.taint, { comparisonOperators }) };
  }),
  zoneState: suite<{ ready: number; notReady: number; unhealthyZoneThreshold: number }>(
    ({ unhealthyZoneThreshold, ...tally }) => ({ state: zoneState(tally, unhealthyZoneThreshold) }),
  ),
  evictionRate: suite<
    EvictionRates & { state: ZoneState; zoneNodes: number; allZonesFullyDisrupted: boolean }
  >(({ state, zoneNodes, allZonesFullyDisrupted, ...rates }) => ({
    nodesPerSecond: evictionRate({ state, nodes: zoneNodes }, rates, allZonesFullyDisrupted),
  })),
  zoneDisruption: suite<DisruptionCase>(disruption),
};
