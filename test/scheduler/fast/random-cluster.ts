import { defaultSpec } from "../../../src/api/defaults.js";
import type { Labels, NodeSpec, OwnerReference, PodSpec } from "../../../src/api/kubernetes.js";
import type { ObjectVersion } from "../../../src/api/object-version.js";
import { EMPTY_POD_STATUS, PodVersion } from "../../../src/api/pod-version.js";
import { keyedUniform } from "../../../src/kernel/keyed-uniform.js";
import { ClusterState } from "../../../src/scheduler/framework/cluster-state.js";
import { loadConfiguration } from "../../../src/scheduler/framework/configuration/load-configuration.js";
import type { PluginCatalogue } from "../../../src/scheduler/framework/configuration/plugin-catalogue.js";
import { featuresOf } from "../../../src/api/features.js";
import { listerTables } from "../../../src/scheduler/framework/lister-tables.js";
import { PodNominator } from "../../../src/scheduler/framework/nominator.js";
import { Framework } from "../../../src/scheduler/framework/runtime.js";
import { PLUGIN_CATALOGUE, factoriesOf } from "../../../src/scheduler/plugins/registry.js";

/** Small numbers from a seed, for tests. */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 2654435761) >>> 0;
  }

  /** In [0, n). */
  int(n: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    let x = this.state;
    x ^= x >>> 16;
    x = Math.imul(x, 2246822507) >>> 0;
    x ^= x >>> 13;
    return (x >>> 0) % n;
  }

  chance(percent: number): boolean {
    return this.int(100) < percent;
  }

  one<T>(of: readonly T[]): T {
    return of[this.int(of.length)]!;
  }
}

let rows = 0;

export interface NodeShape {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: number;
  readonly labels: Labels;
  readonly spec?: NodeSpec;
  readonly images?: readonly { readonly names: string[]; readonly sizeBytes: number }[];
  /** Further resources: storage, extended ones. */
  readonly more?: Readonly<Record<string, string>>;
}

export function makeNode(name: string, shape: NodeShape): ObjectVersion<"Node"> {
  rows += 1;
  const { cpu, memory, pods, labels, spec = {}, images = [], more = {} } = shape;
  const allocatable = { cpu, memory, pods: String(pods), ...more };
  return {
    kind: "Node",
    row: rows,
    uid: `node-${rows}`,
    namespace: "",
    name,
    generateName: "",
    resourceVersion: 1,
    generation: 1,
    creationTimeMicros: 0,
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels,
    annotations: {},
    ownerReferences: [],
    finalizers: [],
    spec,
    status: { allocatable, capacity: allocatable, images },
  } as unknown as ObjectVersion<"Node">;
}

/** What pods of one template share. */
export interface Template {
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
  readonly owners: readonly OwnerReference[];
}

/** `replicaSet`: name of the one that owns the pods; empty for none. */
export function makeTemplate(
  namespace: string,
  labels: Labels,
  spec: object,
  replicaSet = "",
): Template {
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: replicaSet, controller: true };
  return {
    namespace,
    labels,
    spec: defaultSpec("Pod", spec as never) as PodSpec,
    owners: replicaSet === "" ? [] : [{ ...owner, uid: replicaSet } as OwnerReference],
  };
}

export function makePod(template: Template, name: string): PodVersion {
  rows += 1;
  return PodVersion.of({
    row: rows,
    uid: `${name}-${rows}`,
    namespace: template.namespace,
    name,
    generateName: "",
    resourceVersion: 1,
    generation: 1,
    creationTimeMicros: 0,
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels: template.labels,
    annotations: {},
    ownerReferences: template.owners,
    finalizers: [],
    spec: template.spec,
    nodeName: "",
    nominatedNodeName: "",
    phase: "Pending",
    status: EMPTY_POD_STATUS,
  });
}

export interface WorldOptions {
  readonly minor: number;
  /** A KubeSchedulerConfiguration, or null for the default one. */
  readonly configuration: object | null;
  readonly changeLogLog2?: number;
  readonly catalogue?: PluginCatalogue;
}

/** A cluster state with frameworks over it: equal ones of a profile but for what they count. */
export function makeWorld(options: WorldOptions) {
  const { minor, configuration, changeLogLog2, catalogue = PLUGIN_CATALOGUE } = options;
  const features = featuresOf(minor);
  const loaded = loadConfiguration(configuration, { minor, features, catalogue });
  if (loaded.configuration === null) {
    throw new Error(loaded.issues.map((issue) => `${issue.field}: ${issue.detail}`).join("; "));
  }
  const state = new ClusterState(features, changeLogLog2 === undefined ? {} : { changeLogLog2 });
  const listers = listerTables();
  const nominator = new PodNominator();
  const cycle = { number: 0 };
  const surroundings = {
    features,
    draw: (_stream: string, n: number) => keyedUniform(7, 11, cycle.number * 64 + n),
    snapshot: state,
    listers,
    nominator,
    scalars: state.scalars,
    offset: () => 0,
  };
  const { profiles, percentageOfNodesToScore } = loaded.configuration;
  const framework = (number = 0): Framework =>
    new Framework(profiles[number]!, surroundings, factoriesOf(catalogue));
  const profileCount = profiles.length;
  return {
    state,
    listers,
    nominator,
    /** Draws of plugins belong to it: whoever decides counts on. */
    cycle,
    framework,
    profileCount,
    percentageOfNodesToScore,
    features,
  };
}

export type World = ReturnType<typeof makeWorld>;
