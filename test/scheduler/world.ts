import { defaultSpec } from "../../src/api/defaults.js";
import type { GenericKind } from "../../src/api/kinds.js";
import type { PodSpec, Taint } from "../../src/api/kubernetes.js";
import type { VersionOf } from "../../src/api/object-version.js";
import { EMPTY_POD_STATUS, type PodFields, PodVersion } from "../../src/api/pod-version.js";
import { ClusterState } from "../../src/scheduler/framework/cluster-state.js";
import { loadConfiguration } from "../../src/scheduler/framework/configuration/load-configuration.js";
import { type Features, type GateName, featuresOf } from "../../src/api/features.js";
import { listerTables } from "../../src/scheduler/framework/lister-tables.js";
import type { NodeVersion } from "../../src/scheduler/framework/node-info.js";
import { PodNominator } from "../../src/scheduler/framework/nominator.js";
import { Framework } from "../../src/scheduler/framework/runtime.js";
import {
  type CycleOutcome,
  SchedulingAlgorithm,
} from "../../src/scheduler/framework/scheduling-algorithm.js";
import type { ScoreTrace } from "../../src/scheduler/framework/score-sheet.js";
import { PLUGIN_CATALOGUE, factoriesOf } from "../../src/scheduler/plugins/registry.js";

const META = {
  row: 0,
  generateName: "",
  resourceVersion: 1,
  generation: 1,
  creationTimeMicros: 0,
  deletionTimeMicros: null,
  deletionGracePeriodSeconds: null,
  annotations: {},
  ownerReferences: [],
  finalizers: [],
};

export interface NodeShape {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: Taint[];
  readonly unschedulable?: boolean;
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly images?: { names: string[]; sizeBytes: number }[];
}

/** A node of 4 CPUs and 8 GiB unless the shape says otherwise. */
export function node(name: string, shape: NodeShape = {}): NodeVersion {
  const { labels = {}, taints, unschedulable, allocatable, images } = shape;
  return {
    ...META,
    kind: "Node",
    uid: `node/${name}`,
    namespace: "",
    name,
    labels: { "kubernetes.io/hostname": name, ...labels },
    spec: {
      ...(taints === undefined ? {} : { taints }),
      ...(unschedulable === undefined ? {} : { unschedulable }),
    },
    status: {
      allocatable: { cpu: "4", memory: "8Gi", pods: "110", ...allocatable },
      ...(images === undefined ? {} : { images }),
    },
  };
}

/** A pod of one container that requests nothing unless the spec says otherwise. */
export function pod(
  name: string,
  spec: Partial<PodSpec> = {},
  fields: Partial<PodFields> = {},
): PodVersion {
  const container = { name: "c", image: "registry.example.com/app:1" };
  return PodVersion.of({
    ...META,
    uid: `pod/${name}`,
    namespace: "default",
    name,
    labels: {},
    spec: defaultSpec("Pod", { containers: [container], ...spec }) as PodSpec,
    nodeName: "",
    nominatedNodeName: "",
    phase: "Pending",
    status: EMPTY_POD_STATUS,
    ...fields,
  });
}

/** The spec of a pod of one container with these requests. */
export function requesting(requests: Readonly<Record<string, string>>): Partial<PodSpec> {
  const container = { name: "c", image: "registry.example.com/app:1", resources: { requests } };
  return { containers: [container] };
}

/** An object of another kind; `body` is its `spec`, or the rest of its body. */
export function object<K extends GenericKind>(
  kind: K,
  name: string,
  body: unknown,
  rest: Partial<VersionOf<GenericKind>> = {},
): VersionOf<K> {
  const meta = { ...META, kind, uid: `${kind}/${name}`, namespace: "", name, labels: {} };
  return { ...meta, spec: body, status: {}, ...rest } as unknown as VersionOf<K>;
}

export interface WorldOptions {
  readonly minor?: number;
  readonly gates?: Readonly<Partial<Record<GateName, boolean>>>;
  /** `profiles[0]` of the configuration. */
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly percentageOfNodesToScore?: number;
  readonly chooseTie?: (count: number) => number;
  /** Draws of plugins. */
  readonly draw?: (stream: string, n: number) => number;
}

/** A cluster and a scheduler of one profile over it. */
export class World {
  readonly features: Features;
  readonly state: ClusterState;
  readonly tables = listerTables();
  readonly nominator = new PodNominator();
  readonly framework: Framework;
  readonly algorithm: SchedulingAlgorithm;

  constructor(nodes: readonly NodeVersion[], options: WorldOptions = {}) {
    const minor = options.minor ?? 26;
    this.features = featuresOf(minor, options.gates);
    this.state = new ClusterState(this.features);
    for (const each of nodes) this.state.addNode(each);
    const document = {
      apiVersion: `kubescheduler.config.k8s.io/${minor >= 25 ? "v1" : "v1beta3"}`,
      kind: "KubeSchedulerConfiguration",
      profiles: [options.profile ?? {}],
    };
    const catalogue = PLUGIN_CATALOGUE;
    const loaded = loadConfiguration(document, { minor, features: this.features, catalogue });
    if (loaded.configuration === null) throw new Error(JSON.stringify(loaded.issues));
    const surroundings = {
      features: this.features,
      snapshot: this.state,
      listers: this.tables,
      nominator: this.nominator,
      scalars: this.state.scalars,
      offset: () => 0,
      ...(options.draw === undefined ? {} : { draw: options.draw }),
    };
    const [profile] = loaded.configuration.profiles;
    this.framework = new Framework(profile!, surroundings, factoriesOf(catalogue));
    this.algorithm = new SchedulingAlgorithm({
      percentageOfNodesToScore: options.percentageOfNodesToScore ?? 100,
      chooseTie: options.chooseTie ?? null,
    });
  }

  /** Puts pods on a node. */
  place(nodeName: string, ...pods: readonly PodVersion[]): this {
    for (const each of pods) this.state.addPod(each.next({ nodeName, phase: "Running" }));
    return this;
  }

  nominate(each: PodVersion, nodeName: string): this {
    this.nominator.add(
      this.state.podInfos.podInfo(each.next({ nominatedNodeName: nodeName })),
      nodeName,
    );
    return this;
  }

  schedule(each: PodVersion, trace: ScoreTrace | null = null): CycleOutcome {
    return this.algorithm.schedule(this.framework, this.state.podInfos.podInfo(each), trace);
  }

  /** The chosen node, or why there is none. */
  decide(each: PodVersion): string {
    const outcome = this.schedule(each);
    if (outcome.kind === "scheduled") return outcome.node.name;
    return outcome.kind === "error" ? `error: ${outcome.message}` : outcome.message();
  }

  /** Reasons by node, joined; nodes that passed are absent. */
  refusals(each: PodVersion): Readonly<Record<string, string>> {
    const outcome = this.schedule(each);
    if (outcome.kind === "error") throw new Error(outcome.message);
    const entries = [...outcome.diagnosis.entries()];
    return Object.fromEntries(entries.map(([at, status]) => [at.name, status.message]));
  }

  /** Codes of the refusals by node. */
  refusalCodes(each: PodVersion): Readonly<Record<string, string>> {
    const outcome = this.schedule(each);
    if (outcome.kind === "error") throw new Error(outcome.message);
    const entries = [...outcome.diagnosis.entries()];
    return Object.fromEntries(entries.map(([at, status]) => [at.name, status.code]));
  }

  /** Raw and normalised scores of one plugin by node; undefined if it was not asked. */
  scores(
    each: PodVersion,
    plugin: string,
  ): Readonly<Record<string, readonly [number, number]>> | undefined {
    let found: { raw: number[]; normalized: number[] } | undefined;
    const outcome = this.schedule(each, {
      plugin: (scores) => {
        if (scores.plugin !== plugin) return;
        found = { raw: [...scores.raw], normalized: [...scores.normalized] };
      },
      totals: () => undefined,
    });
    if (outcome.kind !== "scheduled" || found === undefined) return undefined;
    const { raw, normalized } = found;
    return Object.fromEntries(
      outcome.feasible.map(({ name }, i) => [name, [raw[i]!, normalized[i]!] as const]),
    );
  }
}
