import { CONTROLLER_REVISION } from "./controller-revision.js";
import { CRON_JOB } from "./cron-job.js";
import { CSI_DRIVER } from "./csi-driver.js";
import { CSI_NODE } from "./csi-node.js";
import { CSI_STORAGE_CAPACITY } from "./csi-storage-capacity.js";
import { DAEMON_SET } from "./daemon-set.js";
import { DEPLOYMENT } from "./deployment.js";
import { DEVICE_CLASS } from "./device-class.js";
import { ENDPOINT_SLICE } from "./endpoint-slice.js";
import { HORIZONTAL_POD_AUTOSCALER } from "./horizontal-pod-autoscaler.js";
import { HTTP_ROUTE } from "./http-route.js";
import { INGRESS } from "./ingress.js";
import { JOB } from "./job.js";
import { LEASE } from "./lease.js";
import { LIMIT_RANGE } from "./limit-range.js";
import { NAMESPACE } from "./namespace.js";
import { NODE } from "./node.js";
import { NODE_CLAIM } from "./node-claim.js";
import { NODE_POOL } from "./node-pool.js";
import { PERSISTENT_VOLUME } from "./persistent-volume.js";
import { PERSISTENT_VOLUME_CLAIM } from "./persistent-volume-claim.js";
import { POD } from "./pod.js";
import { POD_DISRUPTION_BUDGET } from "./pod-disruption-budget.js";
import { PRIORITY_CLASS } from "./priority-class.js";
import { REPLICA_SET } from "./replica-set.js";
import { REPLICATION_CONTROLLER } from "./replication-controller.js";
import { RESOURCE_CLAIM } from "./resource-claim.js";
import { RESOURCE_CLAIM_TEMPLATE } from "./resource-claim-template.js";
import { RESOURCE_QUOTA } from "./resource-quota.js";
import { RESOURCE_SLICE } from "./resource-slice.js";
import { RUNTIME_CLASS } from "./runtime-class.js";
import { SCALED_JOB } from "./scaled-job.js";
import { SCALED_OBJECT } from "./scaled-object.js";
import { SERVICE } from "./service.js";
import { STATEFUL_SET } from "./stateful-set.js";
import { STORAGE_CLASS } from "./storage-class.js";
import { VERTICAL_POD_AUTOSCALER } from "./vertical-pod-autoscaler.js";
import { VERTICAL_POD_AUTOSCALER_CHECKPOINT } from "./vertical-pod-autoscaler-checkpoint.js";
import { VOLUME_ATTACHMENT } from "./volume-attachment.js";

/** The kinds that the simulated API server keeps, in the order in which their watches begin. */
export const DESCRIPTORS = {
  Namespace: NAMESPACE,
  Node: NODE,
  Pod: POD,
  Service: SERVICE,
  EndpointSlice: ENDPOINT_SLICE,
  Deployment: DEPLOYMENT,
  ReplicaSet: REPLICA_SET,
  StatefulSet: STATEFUL_SET,
  DaemonSet: DAEMON_SET,
  ControllerRevision: CONTROLLER_REVISION,
  ReplicationController: REPLICATION_CONTROLLER,
  Job: JOB,
  CronJob: CRON_JOB,
  HorizontalPodAutoscaler: HORIZONTAL_POD_AUTOSCALER,
  PodDisruptionBudget: POD_DISRUPTION_BUDGET,
  PriorityClass: PRIORITY_CLASS,
  RuntimeClass: RUNTIME_CLASS,
  LimitRange: LIMIT_RANGE,
  ResourceQuota: RESOURCE_QUOTA,
  PersistentVolume: PERSISTENT_VOLUME,
  PersistentVolumeClaim: PERSISTENT_VOLUME_CLAIM,
  StorageClass: STORAGE_CLASS,
  CSINode: CSI_NODE,
  CSIDriver: CSI_DRIVER,
  CSIStorageCapacity: CSI_STORAGE_CAPACITY,
  ResourceClaim: RESOURCE_CLAIM,
  ResourceClaimTemplate: RESOURCE_CLAIM_TEMPLATE,
  ResourceSlice: RESOURCE_SLICE,
  DeviceClass: DEVICE_CLASS,
  ScaledObject: SCALED_OBJECT,
  ScaledJob: SCALED_JOB,
  Lease: LEASE,
  VerticalPodAutoscaler: VERTICAL_POD_AUTOSCALER,
  VerticalPodAutoscalerCheckpoint: VERTICAL_POD_AUTOSCALER_CHECKPOINT,
  NodePool: NODE_POOL,
  NodeClaim: NODE_CLAIM,
  VolumeAttachment: VOLUME_ATTACHMENT,
  Ingress: INGRESS,
  HTTPRoute: HTTP_ROUTE,
} as const;
