import { featuresOf } from "../../src/api/features.js";
import type { Labels, PodSpec } from "../../src/api/kubernetes.js";
import type { ObjectVersion } from "../../src/api/object-version.js";
import { EMPTY_POD_STATUS, PodVersion } from "../../src/api/pod-version.js";
import { FastSchedulingAlgorithm } from "../../src/scheduler/fast/fast-scheduling-algorithm.js";
import { ClusterState } from "../../src/scheduler/framework/cluster-state.js";
import { loadConfiguration } from "../../src/scheduler/framework/configuration/load-configuration.js";
import { listerTables } from "../../src/scheduler/framework/lister-tables.js";
import { PodNominator } from "../../src/scheduler/framework/nominator.js";
import type { PodInfo } from "../../src/scheduler/framework/pod-info.js";
import { Framework } from "../../src/scheduler/framework/runtime.js";
import {
  type CycleOutcome,
  SchedulingAlgorithm,
} from "../../src/scheduler/framework/scheduling-algorithm.js";
import { factoriesOf, PLUGIN_CATALOGUE } from "../../src/scheduler/plugins/registry.js";

/** The recorded figures are of this version. */
const MINOR = 37;

let lastRow = 0;

export function benchMeta(namespace: string, name: string, labels: Labels) {
  lastRow += 1;
  return {
    row: lastRow,
    uid: `${name}-${lastRow}`,
    namespace,
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
  };
}

export interface NodeShape {
  readonly cpu: string;
  readonly memory: string;
  readonly labels: Labels;
  readonly taints?: readonly object[];
}

export function benchNode(name: string, shape: NodeShape): ObjectVersion<"Node"> {
  const { cpu, memory, labels, taints = [] } = shape;
  const allocatable = { cpu, memory, pods: "110" };
  return {
    ...benchMeta("", name, labels),
    kind: "Node",
    spec: { taints },
    status: { allocatable, capacity: allocatable },
  } as unknown as ObjectVersion<"Node">;
}

/** A Service that selects the pods of an app of its own name. */
export function benchService(name: string): ObjectVersion<"Service"> {
  return {
    ...benchMeta("default", name, {}),
    kind: "Service",
    spec: { selector: { app: name } },
  } as unknown as ObjectVersion<"Service">;
}

const NOTHING = Object.freeze({});
const NONE: readonly never[] = Object.freeze([]);

export function benchPod(name: string, labels: Labels, spec: PodSpec): PodVersion {
  lastRow += 1;
  return new PodVersion(
    lastRow,
    `${name}-${lastRow}`,
    "default",
    name,
    "",
    1,
    1,
    0,
    null,
    null,
    labels,
    NOTHING,
    NONE,
    NONE,
    spec,
    "",
    "",
    "Pending",
    EMPTY_POD_STATUS,
    false,
  );
}

/** A small generator of numbers, so that every run does the same. */
export class Lcg {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, n). */
  int(n: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * n);
  }
}

/** Decided from what is remembered, or by the readable definition. */
export type Form = "fast" | "plain";

/** One cluster state, and both forms of the scheduling cycle over it, the default profile. */
export class BenchWorld {
  readonly state: ClusterState;
  readonly fast: FastSchedulingAlgorithm;
  readonly framework: Framework;
  readonly plainFramework: Framework;
  readonly nominator = new PodNominator();
  readonly tables = listerTables();
  readonly services = this.tables.services;
  readonly budgets = this.tables.podDisruptionBudgets;
  private readonly plain: SchedulingAlgorithm;
  private readonly draws = new Lcg(2);

  constructor(options: {
    readonly percentageOfNodesToScore: number;
    readonly memoryBytes?: number;
    readonly minor?: number;
    /** A KubeSchedulerConfiguration; null: the default one. */
    readonly configuration?: object | null;
  }) {
    const { percentageOfNodesToScore, memoryBytes, minor = MINOR } = options;
    const features = featuresOf(minor);
    const catalogue = PLUGIN_CATALOGUE;
    const given = options.configuration ?? null;
    const { configuration } = loadConfiguration(given, { minor, features, catalogue });
    if (configuration === null) throw new Error("the configuration does not load");
    this.state = new ClusterState(features);
    const surroundings = {
      features,
      snapshot: this.state,
      listers: this.tables,
      nominator: this.nominator,
      scalars: this.state.scalars,
      offset: () => 0,
      draw: () => this.draws.int(2 ** 20) / 2 ** 20,
    };
    const [profile] = configuration.profiles;
    const framework = (): Framework =>
      new Framework(profile!, surroundings, factoriesOf(catalogue));
    this.framework = framework();
    this.plainFramework = framework();
    const dice = new Lcg(1);
    const chooseTie = (count: number): number => dice.int(count);
    this.plain = new SchedulingAlgorithm({ percentageOfNodesToScore, chooseTie });
    this.fast = new FastSchedulingAlgorithm(this.state, {
      percentageOfNodesToScore,
      chooseTie,
      ...(memoryBytes === undefined ? {} : { remember: { memoryBytes } }),
    });
  }

  schedule(form: Form, pod: PodInfo): CycleOutcome {
    if (form === "fast") return this.fast.schedule(this.framework, pod);
    this.plain.nextStartNodeIndex = this.fast.nextStartNodeIndex;
    const outcome = this.plain.schedule(this.plainFramework, pod);
    this.fast.nextStartNodeIndex = this.plain.nextStartNodeIndex;
    return outcome;
  }

  /** Decides on a pod and counts it on its node, as the scheduler assumes it; throws if it fits nowhere. */
  place(form: Form, info: PodInfo): PodVersion {
    const outcome = this.schedule(form, info);
    if (outcome.kind !== "scheduled") throw new Error(`pod ${info.pod.name} was not placed`);
    const bound = info.pod.next({ nodeName: outcome.node.name });
    this.state.placePod(info, bound, outcome.node);
    return bound;
  }
}
