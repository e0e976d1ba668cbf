import type {
  DeviceClassSpec,
  ResourceClaimSpec,
  ResourceClaimStatus,
  ResourceClaimTemplateSpec,
  ResourceSliceSpec,
} from "./devices.js";
import type * as types from "./schemas/types.js";

/** What stands beside `apiVersion`, `kind`, `metadata` and `status` in an object without `spec`. */
type Body<T> = Omit<T, "apiVersion" | "kind" | "metadata" | "status">;

/**
 * The kinds that the simulated API server keeps. `spec` of a kind that has no `spec` in Kubernetes
 * (PriorityClass, StorageClass, EndpointSlice …) is the rest of its body.
 */
export interface SpecOf {
  Namespace: types.NamespaceSpec;
  Node: types.NodeSpec;
  Pod: types.PodSpec;
  Service: types.ServiceSpec;
  EndpointSlice: Body<types.EndpointSlice>;
  Deployment: types.DeploymentSpec;
  ReplicaSet: types.ReplicaSetSpec;
  StatefulSet: types.StatefulSetSpec;
  DaemonSet: types.DaemonSetSpec;
  ControllerRevision: Body<types.ControllerRevision>;
  ReplicationController: types.ReplicationControllerSpec;
  Job: Record<string, unknown>;
  CronJob: Record<string, unknown>;
  HorizontalPodAutoscaler: Record<string, unknown>;
  PodDisruptionBudget: types.PodDisruptionBudgetSpec;
  PriorityClass: Body<types.PriorityClass>;
  RuntimeClass: Body<types.RuntimeClass>;
  LimitRange: types.LimitRangeSpec;
  ResourceQuota: types.ResourceQuotaSpec;
  PersistentVolume: types.PersistentVolumeSpec;
  PersistentVolumeClaim: types.PersistentVolumeClaimSpec;
  StorageClass: Body<types.StorageClass>;
  CSINode: types.CSINodeSpec;
  CSIDriver: types.CSIDriverSpec;
  CSIStorageCapacity: Body<types.CSIStorageCapacity>;
  ResourceClaim: ResourceClaimSpec;
  ResourceClaimTemplate: ResourceClaimTemplateSpec;
  ResourceSlice: ResourceSliceSpec;
  DeviceClass: DeviceClassSpec;
}

export interface StatusOf {
  Namespace: types.NamespaceStatus;
  Node: types.NodeStatus;
  Service: types.ServiceStatus;
  Deployment: types.DeploymentStatus;
  ReplicaSet: types.ReplicaSetStatus;
  StatefulSet: types.StatefulSetStatus;
  DaemonSet: types.DaemonSetStatus;
  ReplicationController: types.ReplicationControllerStatus;
  Job: Record<string, unknown>;
  CronJob: Record<string, unknown>;
  HorizontalPodAutoscaler: Record<string, unknown>;
  PodDisruptionBudget: types.PodDisruptionBudgetStatus;
  ResourceQuota: types.ResourceQuotaStatus;
  PersistentVolume: types.PersistentVolumeStatus;
  PersistentVolumeClaim: types.PersistentVolumeClaimStatus;
  ResourceClaim: ResourceClaimStatus;
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
  RuntimeClass: kind("node.k8s.io/v1", "runtimeclasses", "Cluster", "body"),
  LimitRange: kind("v1", "limitranges", "Namespaced", "spec"),
  ResourceQuota: kind("v1", "resourcequotas", "Namespaced", "spec,status"),
  PersistentVolume: kind("v1", "persistentvolumes", "Cluster", "spec,status"),
  PersistentVolumeClaim: kind("v1", "persistentvolumeclaims", "Namespaced", "spec,status"),
  StorageClass: kind("storage.k8s.io/v1", "storageclasses", "Cluster", "body"),
  CSINode: kind("storage.k8s.io/v1", "csinodes", "Cluster", "spec"),
  CSIDriver: kind("storage.k8s.io/v1", "csidrivers", "Cluster", "spec"),
  CSIStorageCapacity: kind("storage.k8s.io/v1", "csistoragecapacities", "Namespaced", "body"),
  ResourceClaim: kind("resource.k8s.io/v1", "resourceclaims", "Namespaced", "spec,status"),
  ResourceClaimTemplate: kind("resource.k8s.io/v1", "resourceclaimtemplates", "Namespaced", "spec"),
  ResourceSlice: kind("resource.k8s.io/v1", "resourceslices", "Cluster", "spec"),
  DeviceClass: kind("resource.k8s.io/v1", "deviceclasses", "Cluster", "spec"),
};

export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[];
