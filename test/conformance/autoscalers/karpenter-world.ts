import { defaultSpec } from "../../../src/api/defaults.js";
import type { Labels, Manifest, PodSpec, Taint } from "../../../src/api/kubernetes.js";
import { fromManifest } from "../../../src/api/manifest.js";
import type { NewPod } from "../../../src/api/new-object.js";
import type { VersionMeta } from "../../../src/api/object-version.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import type { NodePoolSpec } from "../../../src/api/schemas/types.js";
import { formatTimestamp } from "../../../src/api/timestamp.js";
import type { ClusterView, NodePool } from "../../../src/autoscaling/karpenter/cluster-view.js";
import {
  InstanceType,
  type InstanceTypeEntry,
} from "../../../src/autoscaling/karpenter/instance-type.js";
import { PodRequestAmounts } from "../../../src/autoscaling/karpenter/pod-request-amounts.js";
import { amountTexts } from "../../../src/autoscaling/karpenter/resource-amounts.js";
import type { SchedulingOptions } from "../../../src/autoscaling/karpenter/scheduling-ground.js";
import { StateNode } from "../../../src/autoscaling/karpenter/state-node.js";
import type { VolumeObjects } from "../../../src/autoscaling/karpenter/volume-needs.js";
import { secondsToMicros } from "../../../src/base/time.js";
import { meta, object, pod } from "../controllers/objects.js";

/** What "now" is where a case does not say: virtual zero is 1970. */
const NOW = "2030-01-15T12:00:00Z";
/** How long a node is kept for the pods that it is meant for. */
const NOMINATED_SECONDS = 20;

interface GivenNode {
  readonly name: string;
  readonly nodePool: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly reservationID?: string;
  readonly state?: "initialized" | "registered" | "launched";
  readonly unmanaged?: boolean;
  readonly deleting?: boolean;
  readonly notReady?: boolean;
  readonly nominated?: boolean;
  readonly labels?: Labels;
  readonly dropLabels?: readonly string[];
  readonly annotations?: Labels;
  readonly taints?: Taint[];
  readonly startupTaints?: Taint[];
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly createdSecondsAgo?: number;
  readonly initializedSecondsAgo?: number;
  readonly lastPodEventSecondsAgo?: number;
  readonly expireAfterSeconds?: number;
  readonly driftedSecondsAgo?: number;
  readonly terminationGracePeriodSeconds?: number;
  readonly csiLimits?: Readonly<Record<string, number>>;
}

type Given<Spec> = { readonly metadata: Manifest["metadata"]; readonly spec: Spec };

export interface KarpenterGiven {
  readonly now?: string;
  readonly nodePools: readonly Given<NodePoolSpec>[];
  readonly instanceTypes: readonly InstanceTypeEntry[];
  readonly nodes?: readonly GivenNode[];
  readonly pods?: readonly (Manifest & { readonly copies?: number })[];
  readonly daemonSets?: readonly Given<{ readonly template: { readonly spec: PodSpec } }>[];
  readonly namespaces?: readonly Manifest[];
  readonly persistentVolumeClaims?: readonly Manifest[];
  readonly persistentVolumes?: readonly Manifest[];
  readonly storageClasses?: readonly Manifest[];
  readonly podDisruptionBudgets?: readonly Manifest[];
  readonly options?: Partial<SchedulingOptions> & { readonly maxInstanceTypes?: number };
}

export interface KarpenterWorld {
  readonly view: ClusterView;
  readonly requests: PodRequestAmounts;
}

const nowOf = ({ now = NOW }: KarpenterGiven): number => Date.parse(now) * 1000;

function metaOf({ metadata }: Pick<Manifest, "metadata">, namespace = "default"): VersionMeta {
  const { name = "", labels = {}, annotations = {} } = metadata;
  return meta(0, name, {
    namespace: namespace === "" ? "" : (metadata.namespace ?? namespace),
    uid: name,
    labels,
    annotations,
  });
}

/** The pods of a manifest share its spec, as those of one owner do. */
function podsOf({ copies, ...manifest }: Manifest & { readonly copies?: number }, now: number) {
  const { name = "" } = manifest.metadata;
  const spec = manifest.spec as { readonly nodeName?: string };
  const status =
    manifest.status ??
    (spec.nodeName === undefined
      ? { phase: "Pending", conditions: [UNSCHEDULABLE] }
      : { phase: "Running", conditions: [READY], startTime: formatTimestamp(now - HOUR, 0) });
  const made = fromManifest({ ...manifest, apiVersion: "v1", kind: "Pod", status }, 0) as NewPod;
  const shared = { ...made, spec: defaultSpec("Pod", made.spec) as PodSpec };
  return names(name, copies).map((one) => {
    const uid = copies === undefined ? (manifest.metadata.uid ?? one) : one;
    return pod(meta(0, one, { ...(shared as Partial<VersionMeta>), name: one, uid }), {
      ...shared,
      name: one,
      uid,
    } as Partial<NewPod>);
  });
}

const HOUR = secondsToMicros(3600);
const UNSCHEDULABLE = { type: "PodScheduled", status: "False", reason: "Unschedulable" };
const READY = { type: "Ready", status: "True" };

function names(name: string, copies: number | undefined): readonly string[] {
  if (copies === undefined) return [name];
  return Array.from({ length: copies }, (_, i) => `${name}-${String(i).padStart(3, "0")}`);
}

function labelsOf(node: GivenNode, type: InstanceType | undefined): Labels {
  if (node.unmanaged === true) return { "kubernetes.io/hostname": node.name, ...node.labels };
  const labels: Record<string, string> = {
    "kubernetes.io/hostname": node.name,
    "topology.kubernetes.io/zone": node.zone,
    "node.kubernetes.io/instance-type": node.instanceType,
    ...(type === undefined
      ? {}
      : { "kubernetes.io/arch": type.entry.arch, "kubernetes.io/os": type.entry.os[0]! }),
    ...type?.entry.labels,
    "karpenter.sh/capacity-type": node.capacityType,
    "karpenter.sh/nodepool": node.nodePool,
    ...(node.reservationID === undefined
      ? {}
      : { "karpenter.test.sh/reservation-id": node.reservationID }),
    ...node.labels,
  };
  for (const key of node.dropLabels ?? []) delete labels[key];
  return labels;
}

function stateNode(
  node: GivenNode,
  type: InstanceType | undefined,
  pods: readonly PodVersion[],
  now: number,
  requests: PodRequestAmounts,
): StateNode {
  const { state = "initialized", createdSecondsAgo: created = 7200 } = node;
  const { initializedSecondsAgo: initialized = created - 60 } = node;
  const ago = (seconds: number) => formatTimestamp(now - secondsToMicros(seconds), 0);
  const labels = labelsOf(node, type);
  const isManaged = node.unmanaged !== true;
  const own = node.allocatable;
  const amounts = {
    capacity: type === undefined ? (own ?? {}) : amountTexts(type.capacity),
    allocatable: own ?? (type === undefined ? {} : amountTexts(type.allocatable)),
  };
  const condition = (typeName: string, seconds: number, reason = typeName) => {
    return { type: typeName, status: "True", reason, lastTransitionTime: ago(seconds) };
  };
  const { startupTaints = [], taints = [], driftedSecondsAgo: drifted } = node;
  const metadata = meta(0, node.name, {
    namespace: "",
    uid: node.name,
    creationTimeMicros: now - secondsToMicros(created),
    deletionTimeMicros: node.deleting === true ? now : null,
    annotations: node.annotations ?? {},
  });
  const nodeClaim = object(
    "NodeClaim",
    { ...metadata, labels },
    {
      nodeClassRef: { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" },
      requirements: [],
      taints,
      startupTaints,
      expireAfter: node.expireAfterSeconds === undefined ? "Never" : `${node.expireAfterSeconds}s`,
      ...(node.terminationGracePeriodSeconds === undefined
        ? {}
        : { terminationGracePeriod: `${node.terminationGracePeriodSeconds}s` }),
    },
    {
      ...amounts,
      providerID: `kwok://${node.name}`,
      conditions: [
        condition("Launched", created),
        ...(state === "launched" ? [] : [condition("Registered", created - 30)]),
        ...(state === "initialized" ? [condition("Initialized", initialized)] : []),
        ...(drifted === undefined ? [] : [condition("Drifted", drifted, "NodePoolDrifted")]),
      ],
      ...(node.lastPodEventSecondsAgo === undefined
        ? {}
        : { lastPodEventTime: ago(node.lastPodEventSecondsAgo) }),
    },
  );
  const reached = {
    ...(state === "launched" ? {} : { "karpenter.sh/registered": "true" }),
    ...(state === "initialized" ? { "karpenter.sh/initialized": "true" } : {}),
  };
  const nodeVersion = object(
    "Node",
    { ...metadata, labels: isManaged ? { ...labels, ...reached } : labels },
    {
      providerID: `kwok://${node.name}`,
      taints: state === "registered" ? [...taints, ...startupTaints] : taints,
    },
    {
      ...amounts,
      conditions: [
        {
          type: "Ready",
          status: node.notReady === true ? "False" : "True",
          lastTransitionTime: ago(initialized),
        },
      ],
    },
  );
  return new StateNode(
    {
      node: state === "launched" ? null : nodeVersion,
      nodeClaim: isManaged ? nodeClaim : null,
      pods: pods.filter(({ nodeName }) => nodeName === node.name),
      nominatedUntilMicros: node.nominated === true ? now + secondsToMicros(NOMINATED_SECONDS) : 0,
      volumeLimits: new Map(Object.entries(node.csiLimits ?? {})),
    },
    requests,
  );
}

function volumesOf(given: KarpenterGiven): VolumeObjects {
  const { persistentVolumeClaims = [], persistentVolumes = [], storageClasses = [] } = given;
  const claims = new Map(
    persistentVolumeClaims.map((one) => {
      const metadata = metaOf(one);
      const spec = one.spec as never;
      const claim = object("PersistentVolumeClaim", metadata, spec, (one.status ?? {}) as never);
      return [`${metadata.namespace}/${metadata.name}`, claim];
    }),
  );
  const volumes = new Map(
    persistentVolumes.map((one) => {
      const made = object("PersistentVolume", metaOf(one, ""), one.spec as never, {} as never);
      return [made.name, made];
    }),
  );
  const classes = new Map(
    storageClasses.map((one) => {
      const made = object("StorageClass", metaOf(one, ""), one as never, undefined as never);
      return [made.name, made];
    }),
  );
  return {
    claim: (namespace, name) => claims.get(`${namespace}/${name}`),
    volume: (name) => volumes.get(name),
    storageClass: (name) => classes.get(name),
  };
}

/** What Karpenter sees of the cluster of a case. */
export function worldOf(given: KarpenterGiven): KarpenterWorld {
  const now = nowOf(given);
  const requests = new PodRequestAmounts();
  const instanceTypes = given.instanceTypes.map((entry, index) => new InstanceType(entry, index));
  const pods = (given.pods ?? []).flatMap((manifest) => podsOf(manifest, now));
  const typeOf = (name: string) => instanceTypes.find((type) => type.name === name);
  const namespaces = new Map(
    (given.namespaces ?? []).map(({ metadata }) => [metadata.name ?? "", metadata.labels ?? {}]),
  );
  if (!namespaces.has("default")) namespaces.set("default", {});
  const nodePools: readonly NodePool[] = given.nodePools.map(({ metadata, spec }) => {
    const { name = "" } = metadata;
    return { name, uid: name, spec };
  });
  return {
    requests,
    view: {
      nowMicros: now,
      nodePools,
      instanceTypes,
      nodes: (given.nodes ?? []).map((node) =>
        stateNode(node, typeOf(node.instanceType), pods, now, requests),
      ),
      unboundPods: pods
        .filter(({ nodeName }) => nodeName === "")
        .sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1)),
      daemonPods: (given.daemonSets ?? []).map(({ metadata, spec }) => {
        const { name = "", namespace = "default" } = metadata;
        return { name, namespace, spec: defaultSpec("Pod", spec.template.spec) as PodSpec };
      }),
      budgets: (given.podDisruptionBudgets ?? []).map((one) =>
        object("PodDisruptionBudget", metaOf(one), one.spec as never, (one.status ?? {}) as never),
      ),
      namespaces,
      volumes: volumesOf(given),
    },
  };
}
