import { ALL_KINDS, KINDS } from "../api/kinds.js";
import { AttachDetachController } from "./attachdetach/attach-detach-controller.js";
import type { ControllerEntry, ControllerFlag } from "./controller.js";
import { CronJobController } from "./cronjob/cron-job-controller.js";
import { CsiAttacher } from "./csi-attacher/csi-attacher.js";
import { DaemonSetController } from "./daemonset/daemon-set-controller.js";
import { DeploymentController } from "./deployment/deployment-controller.js";
import { DisruptionController } from "./disruption/disruption-controller.js";
import { EndpointSliceController } from "./endpointslice/endpoint-slice-controller.js";
import { EphemeralVolumeController } from "./ephemeral-volume/ephemeral-volume-controller.js";
import { GarbageCollector } from "./garbage-collector/garbage-collector.js";
import { HORIZONTAL_POD_AUTOSCALER_FLAGS } from "./horizontal-pod-autoscaler/autoscaler-flags.js";
import { HorizontalPodAutoscalerController } from "./horizontal-pod-autoscaler/horizontal-pod-autoscaler-controller.js";
import { JobController } from "./job/job-controller.js";
import { ScaledJobController } from "./keda/scaled-job-controller.js";
import { ScaledObjectController } from "./keda/scaled-object-controller.js";
import { NamespaceController } from "./namespace/namespace-controller.js";
import { NodeLifecycleController } from "./node-lifecycle/node-lifecycle-controller.js";
import { NODE_LIFECYCLE_FLAGS } from "./node-lifecycle/node-lifecycle-flags.js";
import { PersistentVolumeController } from "./persistentvolume/persistent-volume-controller.js";
import {
  PodGarbageCollector,
  TERMINATED_POD_GC_THRESHOLD,
} from "./pod-garbage-collector/pod-garbage-collector.js";
import { ReplicaSetController } from "./replicaset/replica-set-controller.js";
import { ReplicationManager } from "./replication/replication-manager.js";
import { ResourceClaimController } from "./resource-claim/resource-claim-controller.js";
import { ResourceQuotaController } from "./resourcequota/resource-quota-controller.js";
import { StatefulSetController } from "./statefulset/stateful-set-controller.js";
import { TaintEvictionController } from "./taint-eviction/taint-eviction-controller.js";
import { TtlAfterFinishedController } from "./ttl-after-finished/ttl-after-finished-controller.js";
import { AdmissionController } from "./vertical-pod-autoscaler/admission-controller.js";
import { RECOMMENDER_FLAGS, UPDATER_FLAGS } from "./vertical-pod-autoscaler/autoscaler-flags.js";
import { RecommenderController } from "./vertical-pod-autoscaler/recommender-controller.js";
import { TARGET_KINDS } from "./vertical-pod-autoscaler/target-objects.js";
import { UpdaterController } from "./vertical-pod-autoscaler/updater-controller.js";
import { VolumeExpandController } from "./volume-expand/volume-expand-controller.js";
import { VolumeProtectionController } from "./volume-protection/volume-protection-controller.js";

/** How many `what` are synced at one time. */
const syncs = (name: string, what: string, byDefault: number): ControllerFlag => ({
  name,
  least: 1,
  byDefault,
  meaning: `${what} that are synced at once.`,
});

/** 50 requests a second and 100 at once, where the controller manager may send 20 and 30. */
const VPA_CLIENT_TIMES = { qps: 2.5, burst: 10 / 3 } as const;

/** The sidecars of CSI drivers: 5 requests a second and 10 at once. */
const SIDECAR_CLIENT_TIMES = { qps: 1 / 4, burst: 1 / 3 } as const;

/** The controllers that a controller manager runs, in the order of start. */
export const CONTROLLERS: readonly ControllerEntry[] = [
  {
    name: "replicaset-controller",
    controller: ReplicaSetController,
    kinds: ["ReplicaSet", "Pod"],
    workers: syncs("concurrentReplicasetSyncs", "ReplicaSets", 5),
  },
  {
    name: "replicationcontroller-controller",
    controller: ReplicationManager,
    kinds: ["ReplicationController", "Pod"],
    workers: syncs("concurrentRcSyncs", "ReplicationControllers", 5),
  },
  {
    name: "deployment-controller",
    controller: DeploymentController,
    kinds: ["Deployment", "ReplicaSet", "Pod"],
    workers: syncs("concurrentDeploymentSyncs", "Deployments", 5),
  },
  {
    name: "statefulset-controller",
    controller: StatefulSetController,
    kinds: ["StatefulSet", "Pod", "PersistentVolumeClaim", "ControllerRevision"],
    workers: syncs("concurrentStatefulsetSyncs", "StatefulSets", 5),
  },
  {
    name: "job-controller",
    controller: JobController,
    kinds: ["Job", "Pod"],
    workers: syncs("concurrentJobSyncs", "Jobs", 5),
  },
  {
    name: "cronjob-controller",
    controller: CronJobController,
    kinds: ["CronJob", "Job"],
    workers: syncs("concurrentCronJobSyncs", "CronJobs", 5),
  },
  {
    name: "ttl-after-finished-controller",
    controller: TtlAfterFinishedController,
    kinds: ["Job"],
    workers: syncs("concurrentTtlAfterFinishedSyncs", "Finished Jobs, for their end,", 5),
  },
  {
    name: "daemonset-controller",
    controller: DaemonSetController,
    kinds: ["DaemonSet", "ControllerRevision", "Pod", "Node"],
    workers: syncs("concurrentDaemonsetSyncs", "DaemonSets", 2),
  },
  {
    name: "endpointslice-controller",
    controller: EndpointSliceController,
    kinds: ["Service", "Pod", "Node", "EndpointSlice"],
    workers: syncs("concurrentServiceEndpointSyncs", "Services, for their EndpointSlices,", 5),
  },
  {
    name: "garbage-collector-controller",
    controller: GarbageCollector,
    kinds: ALL_KINDS,
    clientTimes: { qps: 2, burst: 1 },
    workers: syncs("concurrentGcSyncs", "Objects of the garbage collector", 20),
  },
  {
    name: "namespace-controller",
    controller: NamespaceController,
    kinds: ["Namespace", ...ALL_KINDS.filter((kind) => KINDS[kind].namespaced)],
    clientTimes: { qps: 20, burst: 100 },
    workers: syncs("concurrentNamespaceSyncs", "Namespaces", 10),
  },
  {
    name: "disruption-controller",
    controller: DisruptionController,
    kinds: [
      ...(["PodDisruptionBudget", "Pod"] as const),
      ...(["ReplicationController", "ReplicaSet", "Deployment", "StatefulSet"] as const),
    ],
  },
  {
    name: "pod-garbage-collector-controller",
    controller: PodGarbageCollector,
    kinds: ["Pod", "Node"],
    flags: [TERMINATED_POD_GC_THRESHOLD],
  },
  {
    name: "node-lifecycle-controller",
    controller: NodeLifecycleController,
    kinds: ["Node", "Pod"],
    flags: NODE_LIFECYCLE_FLAGS,
  },
  {
    name: "taint-eviction-controller",
    controller: TaintEvictionController,
    kinds: ["Pod", "Node"],
  },
  {
    name: "persistentvolume-binder-controller",
    controller: PersistentVolumeController,
    kinds: ["PersistentVolumeClaim", "PersistentVolume", "StorageClass", "Node"],
  },
  {
    name: "ephemeral-volume-controller",
    controller: EphemeralVolumeController,
    kinds: ["Pod", "PersistentVolumeClaim"],
  },
  {
    name: "resourcequota-controller",
    controller: ResourceQuotaController,
    kinds: ALL_KINDS.filter((kind) => KINDS[kind].namespaced),
    workers: syncs("concurrentResourceQuotaSyncs", "ResourceQuotas", 5),
  },
  {
    name: "volume-protection-controller",
    controller: VolumeProtectionController,
    kinds: ["Pod", "PersistentVolumeClaim", "PersistentVolume"],
  },
  {
    name: "resourceclaim-controller",
    controller: ResourceClaimController,
    kinds: ["Pod", "ResourceClaim", "ResourceClaimTemplate"],
  },
  {
    name: "horizontal-pod-autoscaler-controller",
    controller: HorizontalPodAutoscalerController,
    kinds: ["HorizontalPodAutoscaler", "Pod"],
    workers: syncs("concurrentHorizontalPodAutoscalerSyncs", "HorizontalPodAutoscalers", 5),
    flags: HORIZONTAL_POD_AUTOSCALER_FLAGS,
  },
  {
    name: "keda-scaledobject-controller",
    controller: ScaledObjectController,
    kinds: ["ScaledObject", "HorizontalPodAutoscaler", "Pod"],
  },
  {
    name: "keda-scaledjob-controller",
    controller: ScaledJobController,
    kinds: ["ScaledJob", "Job", "Pod"],
  },
  {
    name: "vpa-recommender",
    controller: RecommenderController,
    kinds: [
      ...(["VerticalPodAutoscaler", "VerticalPodAutoscalerCheckpoint", "Pod"] as const),
      ...TARGET_KINDS,
    ],
    clientTimes: VPA_CLIENT_TIMES,
    flags: RECOMMENDER_FLAGS,
  },
  {
    name: "vpa-updater",
    controller: UpdaterController,
    kinds: ["VerticalPodAutoscaler", "Pod", "LimitRange", ...TARGET_KINDS],
    clientTimes: VPA_CLIENT_TIMES,
    flags: UPDATER_FLAGS,
  },
  {
    name: "vpa-admission-controller",
    controller: AdmissionController,
    kinds: ["VerticalPodAutoscaler", "LimitRange", ...TARGET_KINDS],
  },
  {
    name: "persistentvolume-attach-detach-controller",
    controller: AttachDetachController,
    kinds: [
      ...(["Pod", "Node", "PersistentVolumeClaim", "PersistentVolume"] as const),
      ...(["CSIDriver", "VolumeAttachment"] as const),
    ],
  },
  {
    name: "persistentvolume-expander-controller",
    controller: VolumeExpandController,
    kinds: ["PersistentVolumeClaim", "PersistentVolume", "StorageClass"],
    clientTimes: SIDECAR_CLIENT_TIMES,
  },
  {
    name: "csi-attacher",
    controller: CsiAttacher,
    kinds: ["VolumeAttachment", "PersistentVolume", "CSINode"],
    clientTimes: SIDECAR_CLIENT_TIMES,
  },
];
