import type { GenericKind } from "../../../src/api/kinds.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import { FastSchedulingAlgorithm } from "../../../src/scheduler/fast/fast-scheduling-algorithm.js";
import { ClusterState } from "../../../src/scheduler/framework/cluster-state.js";
import { loadConfiguration } from "../../../src/scheduler/framework/configuration/load-configuration.js";
import { type Features, featuresOf, GATES, kubernetesMinor } from "../../../src/api/features.js";
import { LISTED_KINDS, listerTables } from "../../../src/scheduler/framework/lister-tables.js";
import type { Listers, ObjectTable } from "../../../src/scheduler/framework/listers.js";
import { PodNominator } from "../../../src/scheduler/framework/nominator.js";
import { Framework } from "../../../src/scheduler/framework/runtime.js";
import { factoriesOf, PLUGIN_CATALOGUE } from "../../../src/scheduler/plugins/registry.js";
import { buildObject, buildPod, buildTable } from "./objects.js";
import type { SchedulerVector } from "./vector.js";

/** Vectors without a percentage of their own were recorded with every node evaluated. */
const RECORDED_PERCENTAGE = 100;

type Tables = ReturnType<typeof tables>;

/** Listers over the objects of a cluster. */
export function tables(cluster: SchedulerVector["cluster"]) {
  const filled = listerTables();
  for (const name of Object.keys(LISTED_KINDS) as (keyof Listers)[]) {
    const table = filled[name] as ObjectTable<GenericKind>;
    for (const object of buildTable(LISTED_KINDS[name], cluster[name]).list()) {
      table.set(object as Parameters<typeof table.set>[0]);
    }
  }
  return filled;
}

/** Everything that a replay works on: the same parts that the simulated scheduler is made of. */
export interface World {
  readonly state: ClusterState;
  readonly tables: Tables;
  readonly nominator: PodNominator;
  readonly frameworks: ReadonlyMap<string, Framework>;
  readonly algorithm: FastSchedulingAlgorithm;
  /** Pending pods as they are now, by `namespace/name`. */
  readonly pending: Map<string, PodVersion>;
}

function features(vector: SchedulerVector, minor: number): Features {
  const overrides: Record<string, boolean> = {};
  for (const [name, on] of Object.entries(vector.featureGates ?? {})) {
    if (!Object.hasOwn(GATES, name)) throw new Error(`feature gate ${name} is not modelled`);
    overrides[name] = on;
  }
  return featuresOf(minor, overrides);
}

function configuration(vector: SchedulerVector, minor: number, gates: Features) {
  const given = vector.config as Record<string, unknown> | null;
  const document =
    given === null || given.percentageOfNodesToScore !== undefined
      ? given
      : { ...given, percentageOfNodesToScore: RECORDED_PERCENTAGE };
  const options = { minor, features: gates, catalogue: PLUGIN_CATALOGUE };
  const loaded = loadConfiguration(document, options);
  if (loaded.configuration === null) {
    throw new Error(loaded.issues.map((issue) => `${issue.field}: ${issue.detail}`).join("; "));
  }
  const { configuration: complete } = loaded;
  return given === null ? { ...complete, percentageOfNodesToScore: RECORDED_PERCENTAGE } : complete;
}

export function buildWorld(vector: SchedulerVector): World {
  const minor = kubernetesMinor(vector.kubernetes);
  if (minor === undefined) throw new Error(`version ${vector.kubernetes} is not covered`);
  const gates = features(vector, minor);
  const config = configuration(vector, minor, gates);
  const state = new ClusterState(gates);
  for (const raw of vector.cluster.nodes ?? []) state.addNode(buildObject("Node", raw));
  for (const raw of vector.cluster.pods ?? []) state.addPod(buildPod(raw, gates));
  const nominator = new PodNominator();
  const listers = tables(vector.cluster);
  const pending = new Map<string, PodVersion>();
  for (const raw of vector.pending) {
    const pod = buildPod(raw, gates);
    pending.set(`${pod.namespace}/${pod.name}`, pod);
    if (pod.nodeName === "" && pod.nominatedNodeName !== "") {
      nominator.add(state.podInfos.podInfo(pod), pod.nominatedNodeName);
    }
  }
  const surroundings = {
    features: gates,
    snapshot: state,
    listers,
    nominator,
    scalars: state.scalars,
    offset: () => 0,
  };
  const frameworks = new Map(
    config.profiles.map((profile) => [
      profile.schedulerName,
      new Framework(profile, surroundings, factoriesOf(PLUGIN_CATALOGUE)),
    ]),
  );
  const algorithm = new FastSchedulingAlgorithm(state, {
    percentageOfNodesToScore: config.percentageOfNodesToScore,
    chooseTie: null,
  });
  return { state, tables: listers, nominator, frameworks, algorithm, pending };
}
