import { defaultResourceClaim, defaultResourceClaimTemplate } from "./defaults/devices.js";
import { defaultPod } from "./defaults/pod.js";
import { defaultAutoscaler, defaultLimitRange, defaultPriorityClass } from "./defaults/policy.js";
import { defaultEndpointSlice, defaultService } from "./defaults/service.js";
import {
  defaultClaim,
  defaultDriver,
  defaultStorageClass,
  defaultVolume,
} from "./defaults/storage.js";
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from "./defaults/workloads.js";
import type { Kind, SpecOf } from "./kinds.js";

type Defaulting = { readonly [K in Kind]?: (spec: SpecOf[K]) => SpecOf[K] };

/** A kind that is not named here has nothing to fill in. */
const DEFAULTING: Defaulting = {
  Pod: defaultPod,
  Service: defaultService,
  EndpointSlice: defaultEndpointSlice,
  Deployment: defaultDeployment,
  ReplicaSet: defaultReplicaSet,
  StatefulSet: defaultStatefulSet,
  DaemonSet: defaultDaemonSet,
  ReplicationController: defaultReplicationController,
  Job: defaultJob,
  CronJob: defaultCronJob,
  HorizontalPodAutoscaler: defaultAutoscaler,
  PriorityClass: defaultPriorityClass,
  LimitRange: defaultLimitRange,
  PersistentVolume: defaultVolume,
  PersistentVolumeClaim: defaultClaim,
  StorageClass: defaultStorageClass,
  CSIDriver: defaultDriver,
  ResourceClaim: defaultResourceClaim,
  ResourceClaimTemplate: defaultResourceClaimTemplate,
};

/**
 * `spec` with what the API server fills in before it stores an object of that kind. The input is not
 * changed, and is given back itself when nothing was missing.
 *
 * Source: the defaulting functions of Kubernetes' v1 API groups; the field documentation of the API
 * reference names the same values.
 */
export function defaultSpec<K extends Kind>(kind: K, spec: SpecOf[K]): SpecOf[K] {
  const defaulting = DEFAULTING[kind] as ((spec: SpecOf[K]) => SpecOf[K]) | undefined;
  return defaulting === undefined ? spec : defaulting(spec);
}
