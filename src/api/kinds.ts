import type * as apps from "kubernetes-types/apps/v1.js";
import type * as core from "kubernetes-types/core/v1.js";
import type * as policy from "kubernetes-types/policy/v1.js";
import type * as scheduling from "kubernetes-types/scheduling/v1.js";
import type * as storage from "kubernetes-types/storage/v1.js";
import type * as discovery from "kubernetes-types/discovery/v1.js";
import type { PodSpec } from "./kubernetes.js";

/** What stands beside `apiVersion`, `kind`, `metadata` and `status` in an object without `spec`. */
type Body<T> = Omit<T, "apiVersion" | "kind" | "metadata" | "status">;

/**
 * The kinds that the simulated API server keeps. `spec` of a kind that has no `spec` in Kubernetes
 * (PriorityClass, StorageClass, EndpointSlice …) is the rest of its body.
 */
export interface SpecOf {
  Namespace: core.NamespaceSpec;
  Node: core.NodeSpec;
  Pod: PodSpec;
  Service: core.ServiceSpec;
  EndpointSlice: Body<discovery.EndpointSlice>;
  Deployment: apps.DeploymentSpec;
  ReplicaSet: apps.ReplicaSetSpec;
  StatefulSet: apps.StatefulSetSpec;
  DaemonSet: apps.DaemonSetSpec;
  ControllerRevision: Body<apps.ControllerRevision>;
  ReplicationController: core.ReplicationControllerSpec;
  Job: Record<string, unknown>;
  CronJob: Record<string, unknown>;
  HorizontalPodAutoscaler: Record<string, unknown>;
  PodDisruptionBudget: policy.PodDisruptionBudgetSpec;
  PriorityClass: Body<scheduling.PriorityClass>;
  LimitRange: core.LimitRangeSpec;
  ResourceQuota: core.ResourceQuotaSpec;
  PersistentVolume: core.PersistentVolumeSpec;
  PersistentVolumeClaim: core.PersistentVolumeClaimSpec;
  StorageClass: Body<storage.StorageClass>;
  CSINode: storage.CSINodeSpec;
  CSIDriver: storage.CSIDriverSpec & {
    /** Pods with volumes of the driver go to no node that does not have it. Source: KEP-5030. */
    readonly preventPodSchedulingIfMissing?: boolean;
  };
  CSIStorageCapacity: Body<storage.CSIStorageCapacity>;
}

export interface StatusOf {
  Namespace: core.NamespaceStatus;
  Node: core.NodeStatus & {
    /** Features of the kubelet that pods may ask for. Source: KEP-5328. */
    declaredFeatures?: string[];
  };
  Service: core.ServiceStatus;
  Deployment: apps.DeploymentStatus;
  ReplicaSet: apps.ReplicaSetStatus;
  StatefulSet: apps.StatefulSetStatus;
  DaemonSet: apps.DaemonSetStatus;
  ReplicationController: core.ReplicationControllerStatus;
  Job: Record<string, unknown>;
  CronJob: Record<string, unknown>;
  HorizontalPodAutoscaler: Record<string, unknown>;
  PodDisruptionBudget: policy.PodDisruptionBudgetStatus;
  ResourceQuota: core.ResourceQuotaStatus;
  PersistentVolume: core.PersistentVolumeStatus;
  PersistentVolumeClaim: core.PersistentVolumeClaimStatus;
}

export type Kind = keyof SpecOf;
/** Every kind but Pod, which has a stored form of its own ({@link PodVersion}). */
export type GenericKind = Exclude<Kind, "Pod">;
export type Status<K extends Kind> = K extends keyof StatusOf ? StatusOf[K] : undefined;

interface KindInfo {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** False for a kind whose body has no `spec` field. */
  readonly hasSpec: boolean;
  readonly hasStatus: boolean;
}

const kind = (
  apiVersion: string,
  plural: string,
  scope: "Namespaced" | "Cluster",
  shape: "spec" | "spec,status" | "body",
): KindInfo => ({
  apiVersion,
  plural,
  namespaced: scope === "Namespaced",
  hasSpec: shape !== "body",
  hasStatus: shape === "spec,status",
});

/** Version, resource name, scope and shape of every kind that is kept. */
export const KINDS: { readonly [K in Kind]: KindInfo } = {
  Namespace: kind("v1", "namespaces", "Cluster", "spec,status"),
  Node: kind("v1", "nodes", "Cluster", "spec,status"),
  Pod: kind("v1", "pods", "Namespaced", "spec,status"),
  Service: kind("v1", "services", "Namespaced", "spec,status"),
  EndpointSlice: kind("discovery.k8s.io/v1", "endpointslices", "Namespaced", "body"),
  Deployment: kind("apps/v1", "deployments", "Namespaced", "spec,status"),
  ReplicaSet: kind("apps/v1", "replicasets", "Namespaced", "spec,status"),
  StatefulSet: kind("apps/v1", "statefulsets", "Namespaced", "spec,status"),
  DaemonSet: kind("apps/v1", "daemonsets", "Namespaced", "spec,status"),
  ControllerRevision: kind("apps/v1", "controllerrevisions", "Namespaced", "body"),
  ReplicationController: kind("v1", "replicationcontrollers", "Namespaced", "spec,status"),
  Job: kind("batch/v1", "jobs", "Namespaced", "spec,status"),
  CronJob: kind("batch/v1", "cronjobs", "Namespaced", "spec,status"),
  HorizontalPodAutoscaler: kind(
    "autoscaling/v2",
    "horizontalpodautoscalers",
    "Namespaced",
    "spec,status",
  ),
  PodDisruptionBudget: kind("policy/v1", "poddisruptionbudgets", "Namespaced", "spec,status"),
  PriorityClass: kind("scheduling.k8s.io/v1", "priorityclasses", "Cluster", "body"),
  LimitRange: kind("v1", "limitranges", "Namespaced", "spec"),
  ResourceQuota: kind("v1", "resourcequotas", "Namespaced", "spec,status"),
  PersistentVolume: kind("v1", "persistentvolumes", "Cluster", "spec,status"),
  PersistentVolumeClaim: kind("v1", "persistentvolumeclaims", "Namespaced", "spec,status"),
  StorageClass: kind("storage.k8s.io/v1", "storageclasses", "Cluster", "body"),
  CSINode: kind("storage.k8s.io/v1", "csinodes", "Cluster", "spec"),
  CSIDriver: kind("storage.k8s.io/v1", "csidrivers", "Cluster", "spec"),
  CSIStorageCapacity: kind("storage.k8s.io/v1", "csistoragecapacities", "Namespaced", "body"),
};

export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[];
