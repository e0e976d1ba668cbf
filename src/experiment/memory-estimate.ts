import type { Manifest } from "../api/kubernetes.js";
import { MICROS_PER_SECOND } from "../base/time.js";
import type { LoadedScenario } from "../scenario/load/loaded-scenario.js";
import type { Generator } from "../scenario/schema/scenario.js";

/**
 * What a run keeps on the heap, in bytes, as it was measured (docs/model/record.md has the table).
 * Garbage comes to it, about as much again.
 */
const BYTES = {
  program: 25_000_000,
  node: 5_000,
  /** While its object is there: a pod that has finished stays until it is collected. */
  pod: 2_700,
  /** In the results, of a pod that ever was. */
  record: 120,
  /** Of objects in files while they are kept, for each byte of their text: 4 in YAML, 2 in JSON as kubectl prints it. */
  text: 1.5,
} as const;

/** Generators say how many objects come, not how long they stay: of their pods only so many are taken to be there at once. */
const GENERATED_AT_ONCE = 12_500;

/** The least that a run of this scenario will need of the heap, traces aside: those tell when they are read. */
export function leastHeapBytes({ scenario, snapshot, nodes, manifests }: LoadedScenario): number {
  const objects = [...(snapshot ?? []), ...manifests].map(({ manifest }) => manifest);
  const nodesCount =
    nodes.length +
    objects.filter(({ kind }) => kind === "Node").length +
    scenario.cluster.nodePools.reduce((sum, pool) => sum + pool.nodes, 0);
  const standing = objects.reduce((sum, manifest) => sum + podsOf(manifest), 0);
  const generated = scenario.generators.reduce(
    (sum, generator) =>
      sum + arrivals(generator, scenario.end.untilMicros) * podsOf(generator.template),
    0,
  );
  return (
    BYTES.program +
    nodesCount * BYTES.node +
    (standing + Math.min(generated, GENERATED_AT_ONCE)) * BYTES.pod +
    (standing + generated) * BYTES.record
  );
}

/** The least that the objects of manifests or a dump of so many bytes need. */
export function leastHeapOfText(textBytes: number): number {
  return BYTES.program + textBytes * BYTES.text;
}

/** Pods that an object is or asks for; those of a ReplicaSet of a dump stand there themselves. */
function podsOf({ kind, spec, metadata }: Manifest): number {
  if (kind === "Pod") return 1;
  if (kind !== "Deployment" && kind !== "ReplicaSet") return 0;
  if ((metadata?.ownerReferences ?? []).length > 0 || metadata?.uid !== undefined) return 0;
  const { replicas } = (spec ?? {}) as { readonly replicas?: unknown };
  return typeof replicas === "number" ? replicas : 1;
}

function arrivals(generator: Generator, endMicros: number | null): number {
  const { arrivals: how, count, fromMicros } = generator;
  const until = Math.min(
    generator.untilMicros ?? Number.POSITIVE_INFINITY,
    endMicros ?? Number.POSITIVE_INFINITY,
  );
  const micros = Math.max(0, until - fromMicros);
  const most = count ?? Number.POSITIVE_INFINITY;
  if (how.type === "at") return Math.min(most, how.timesMicros.length);
  if (how.type === "every") return Math.min(most, micros / how.everyMicros);
  if (how.type === "poisson")
    return Math.min(most, (micros / MICROS_PER_SECOND) * how.ratePerSecond);
  return count ?? 0;
}
