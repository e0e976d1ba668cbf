import { defaultPodFields } from "../../../src/api/defaults/pod.js";
import { type Features, featuresOf } from "../../../src/api/features.js";
import type {
  Labels,
  OwnerReference,
  PodSpec,
  ResourceList,
  Taint,
} from "../../../src/api/kubernetes.js";
import type { VersionOf } from "../../../src/api/object-version.js";
import {
  EMPTY_POD_STATUS,
  type PodCondition,
  type PodPhase,
  PodVersion,
} from "../../../src/api/pod-version.js";
import { MICROS_PER_HOUR, secondsToMicros } from "../../../src/base/time.js";
import { ClusterFork } from "../../../src/scheduler/framework/cluster-fork.js";
import { ClusterState } from "../../../src/scheduler/framework/cluster-state.js";
import { loadConfiguration } from "../../../src/scheduler/framework/configuration/load-configuration.js";
import { listerTables } from "../../../src/scheduler/framework/lister-tables.js";
import { PodNominator } from "../../../src/scheduler/framework/nominator.js";
import { Framework } from "../../../src/scheduler/framework/runtime.js";
import { factoriesOf, PLUGIN_CATALOGUE } from "../../../src/scheduler/plugins/registry.js";
import { meta, object } from "../controllers/objects.js";

/** Recorded with the scheduler's plugins of v1.36. */
const MINOR = 36;
const FEATURES: Features = featuresOf(MINOR, {});

/** Second 0 of the cases is virtual time 0; times before it are negative. */
export const ZERO_MS = Date.UTC(2000, 0, 1);
const AN_HOUR_BEFORE = -MICROS_PER_HOUR;

/** A time of the API as virtual time. */
function virtualTime(text: string): number {
  return (Date.parse(text) - ZERO_MS) * 1000;
}

interface RawMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
}

export interface RawNode {
  readonly metadata: RawMeta;
  readonly spec?: { readonly taints?: Taint[]; readonly unschedulable?: boolean };
  readonly status?: {
    readonly allocatable?: ResourceList;
    readonly capacity?: ResourceList;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export interface RawPod {
  readonly metadata: RawMeta;
  readonly spec: PodSpec & { readonly nodeName?: string; readonly priority?: number };
  readonly status?: {
    readonly phase?: PodPhase;
    readonly nominatedNodeName?: string;
    readonly conditions?: readonly PodCondition[];
  };
}

export interface RawDaemonSet {
  readonly metadata: RawMeta;
  readonly spec: VersionOf<"DaemonSet">["spec"];
}

export interface RawBudget {
  readonly metadata: RawMeta;
  readonly spec: VersionOf<"PodDisruptionBudget">["spec"];
  readonly status?: { readonly disruptionsAllowed?: number };
}

let rows = 0;

function metaOf(raw: RawMeta, namespace: string, createdMicros: number) {
  rows += 1;
  const { name = "", labels = {}, annotations = {} } = raw;
  return meta(rows, name, {
    namespace: raw.namespace ?? namespace,
    labels,
    annotations,
    ownerReferences: (raw.ownerReferences ?? []).map((owner) =>
      ownerReference(owner, raw.namespace ?? namespace),
    ),
    creationTimeMicros:
      raw.creationTimestamp === undefined ? createdMicros : virtualTime(raw.creationTimestamp),
    deletionTimeMicros:
      raw.deletionTimestamp === undefined ? null : virtualTime(raw.deletionTimestamp),
    deletionGracePeriodSeconds: raw.deletionGracePeriodSeconds ?? null,
  });
}

/** Owners are told apart by kind, namespace and name. */
function ownerReference(
  { kind, name }: { readonly kind: string; readonly name: string },
  namespace: string,
): OwnerReference {
  const uid = `${kind}/${namespace}/${name}`;
  return { apiVersion: "apps/v1", uid, kind, name, controller: true };
}

/** A node with what the cases leave out filled in. */
export function buildNode(raw: RawNode, createdMicros = AN_HOUR_BEFORE): VersionOf<"Node"> {
  const { name = "", labels = {} } = raw.metadata;
  const metadata = metaOf(
    { ...raw.metadata, labels: { "kubernetes.io/hostname": name, ...labels } },
    "",
    createdMicros,
  );
  const allocatable = raw.status?.allocatable ?? {};
  const given = raw.status?.conditions ?? [];
  const conditions = given.some(({ type }) => type === "Ready")
    ? given
    : [{ type: "Ready", status: "True" }, ...given];
  const status = {
    ...raw.status,
    allocatable,
    capacity: raw.status?.capacity ?? allocatable,
    conditions,
  };
  return object("Node", metadata, raw.spec ?? {}, status as VersionOf<"Node">["status"]);
}

const UNSCHEDULABLE: PodCondition = {
  type: "PodScheduled",
  status: "False",
  reason: "Unschedulable",
  message: "",
  lastTransitionTimeMicros: 0,
};

/** A pod with what the cases leave out filled in. */
export function buildPod(raw: RawPod, createdMicros = AN_HOUR_BEFORE): PodVersion {
  const nodeName = raw.spec.nodeName ?? "";
  const { phase, conditions, nominatedNodeName = "" } = raw.status ?? {};
  const containers = raw.spec.containers.map((container, i) => ({
    ...container,
    name: container.name ?? `c${i}`,
  }));
  return PodVersion.of({
    ...metaOf(raw.metadata, "default", createdMicros),
    spec: defaultPodFields({ ...raw.spec, containers } as PodSpec),
    nodeName,
    nominatedNodeName,
    phase: phase ?? (nodeName === "" ? "Pending" : "Running"),
    status: {
      ...EMPTY_POD_STATUS,
      conditions: conditions ?? (nodeName === "" ? [UNSCHEDULABLE] : []),
    },
  });
}

export function buildDaemonSet(raw: RawDaemonSet): VersionOf<"DaemonSet"> {
  const spec = {
    ...raw.spec,
    template: {
      ...raw.spec.template,
      spec: defaultPodFields(raw.spec.template.spec as PodSpec),
    },
  };
  return object("DaemonSet", metaOf(raw.metadata, "default", AN_HOUR_BEFORE), spec, {} as never);
}

export function buildBudget(raw: RawBudget): VersionOf<"PodDisruptionBudget"> {
  const status = {
    disruptionsAllowed: 0,
    ...raw.status,
  } as VersionOf<"PodDisruptionBudget">["status"];
  const metadata = metaOf(raw.metadata, "default", AN_HOUR_BEFORE);
  return object("PodDisruptionBudget", metadata, raw.spec, status);
}

/** How `expect` calls a pod. */
export function podName({ namespace, name }: PodVersion): string {
  return namespace === "default" ? name : `${namespace}/${name}`;
}

/** An empty cluster that asks the default profile's plugins. */
export function emptyCluster(): ClusterFork {
  const options = { minor: MINOR, features: FEATURES, catalogue: PLUGIN_CATALOGUE };
  const { configuration } = loadConfiguration(null, options);
  if (configuration === null) throw new Error("there is a default configuration");
  const state = new ClusterState(FEATURES);
  const surroundings = {
    features: FEATURES,
    snapshot: state,
    listers: listerTables(),
    nominator: new PodNominator(),
    scalars: state.scalars,
    offset: () => 0,
  };
  const factoryOf = factoriesOf(PLUGIN_CATALOGUE);
  const frameworks = configuration.profiles.map(
    (profile) => [profile.schedulerName, new Framework(profile, surroundings, factoryOf)] as const,
  );
  return new ClusterFork(state, new Map(frameworks));
}

/** Seconds of a case as microseconds. */
export const micros = secondsToMicros;
