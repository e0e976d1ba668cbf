import type { Kind } from "../kinds.js";
import {
  claim,
  labelSelector,
  labels,
  listOf,
  mapOf,
  nodeSelectorTerm,
  object,
  podSpec,
  quantities,
  resources,
  strings,
  template,
} from "./pod-shapes.js";
import type { Shape } from "./shape.js";

export const META_SHAPE = object({
  name: "string",
  namespace: "string",
  generateName: "string",
  uid: "string",
  labels,
  annotations: labels,
  ownerReferences: listOf(
    object({
      apiVersion: "string",
      kind: "string",
      name: "string",
      uid: "string",
      controller: "boolean",
      blockOwnerDeletion: "boolean",
    }),
  ),
  finalizers: strings,
  generation: "integer",
  creationTimestamp: "time",
  deletionTimestamp: "time",
  deletionGracePeriodSeconds: "integer",
});

const rollout = {
  replicas: "integer",
  minReadySeconds: "integer",
  revisionHistoryLimit: "integer",
  selector: labelSelector,
  template,
} as const;

const rollingUpdate = object({
  maxUnavailable: "intOrString",
  maxSurge: "intOrString",
  partition: "integer",
});

const job = object({
  parallelism: "integer",
  completions: "integer",
  backoffLimit: "integer",
  backoffLimitPerIndex: "integer",
  maxFailedIndexes: "integer",
  activeDeadlineSeconds: "integer",
  ttlSecondsAfterFinished: "integer",
  completionMode: "string",
  suspend: "boolean",
  manualSelector: "boolean",
  selector: labelSelector,
  template,
  podReplacementPolicy: "string",
  podFailurePolicy: object({ rules: listOf(object({ action: "string" })) }),
});

const metricTarget = object({
  type: "string",
  value: "quantity",
  averageValue: "quantity",
  averageUtilization: "integer",
});
const metricName = object({ name: "string", selector: labelSelector });
const reference = object({ apiVersion: "string", kind: "string", name: "string" });
const scalingRules = object({
  stabilizationWindowSeconds: "integer",
  selectPolicy: "string",
  tolerance: "quantity",
  policies: listOf(object({ type: "string", value: "integer", periodSeconds: "integer" })),
});

const nodeSelector = object({ nodeSelectorTerms: listOf(nodeSelectorTerm) });

/** The types of the fields of `spec`, or of the body of a kind without one. */
export const SPEC_SHAPES: { readonly [K in Kind]?: Shape } = {
  Namespace: object({ finalizers: strings }),
  Node: object({
    unschedulable: "boolean",
    providerID: "string",
    podCIDR: "string",
    taints: listOf(object({ key: "string", value: "string", effect: "string", timeAdded: "time" })),
  }),
  Pod: podSpec,
  Service: object({
    type: "string",
    selector: labels,
    clusterIP: "string",
    externalName: "string",
    sessionAffinity: "string",
    publishNotReadyAddresses: "boolean",
    ports: listOf(
      object({
        name: "string",
        port: "integer",
        protocol: "string",
        targetPort: "intOrString",
        nodePort: "integer",
      }),
    ),
  }),
  EndpointSlice: object({
    addressType: "string",
    endpoints: listOf(
      object({
        addresses: strings,
        nodeName: "string",
        zone: "string",
        hostname: "string",
        conditions: object({ ready: "boolean", serving: "boolean", terminating: "boolean" }),
      }),
    ),
    ports: listOf(object({ name: "string", port: "integer", protocol: "string" })),
  }),
  Deployment: object({
    ...rollout,
    progressDeadlineSeconds: "integer",
    paused: "boolean",
    strategy: object({ type: "string", rollingUpdate }),
  }),
  ReplicaSet: object(rollout),
  StatefulSet: object({
    ...rollout,
    serviceName: "string",
    podManagementPolicy: "string",
    updateStrategy: object({ type: "string", rollingUpdate }),
    ordinals: object({ start: "integer" }),
    persistentVolumeClaimRetentionPolicy: object({ whenDeleted: "string", whenScaled: "string" }),
    volumeClaimTemplates: listOf(object({ metadata: META_SHAPE, spec: claim })),
  }),
  DaemonSet: object({ ...rollout, updateStrategy: object({ type: "string", rollingUpdate }) }),
  ControllerRevision: object({ revision: "integer" }),
  ReplicationController: object({ ...rollout, selector: labels }),
  Job: job,
  CronJob: object({
    schedule: "string",
    timeZone: "string",
    concurrencyPolicy: "string",
    suspend: "boolean",
    startingDeadlineSeconds: "integer",
    successfulJobsHistoryLimit: "integer",
    failedJobsHistoryLimit: "integer",
    jobTemplate: object({ metadata: object({ labels, annotations: labels }), spec: job }),
  }),
  HorizontalPodAutoscaler: object({
    minReplicas: "integer",
    maxReplicas: "integer",
    scaleTargetRef: reference,
    metrics: listOf(
      object({
        type: "string",
        resource: object({ name: "string", target: metricTarget }),
        containerResource: object({ name: "string", container: "string", target: metricTarget }),
        pods: object({ metric: metricName, target: metricTarget }),
        object: object({ describedObject: reference, metric: metricName, target: metricTarget }),
        external: object({ metric: metricName, target: metricTarget }),
      }),
    ),
    behavior: object({ scaleUp: scalingRules, scaleDown: scalingRules }),
  }),
  PodDisruptionBudget: object({
    minAvailable: "intOrString",
    maxUnavailable: "intOrString",
    selector: labelSelector,
    unhealthyPodEvictionPolicy: "string",
  }),
  PriorityClass: object({ value: "integer", globalDefault: "boolean", preemptionPolicy: "string" }),
  LimitRange: object({
    limits: listOf(
      object({
        type: "string",
        min: quantities,
        max: quantities,
        default: quantities,
        defaultRequest: quantities,
        maxLimitRequestRatio: quantities,
      }),
    ),
  }),
  ResourceQuota: object({
    hard: quantities,
    scopes: strings,
    scopeSelector: object({
      matchExpressions: listOf(
        object({ scopeName: "string", operator: "string", values: strings }),
      ),
    }),
  }),
  PersistentVolume: object({
    capacity: quantities,
    accessModes: strings,
    storageClassName: "string",
    volumeMode: "string",
    persistentVolumeReclaimPolicy: "string",
    claimRef: object({ namespace: "string", name: "string", uid: "string" }),
    nodeAffinity: object({ required: nodeSelector }),
    csi: object({ driver: "string", volumeHandle: "string" }),
  }),
  PersistentVolumeClaim: claim,
  StorageClass: object({
    provisioner: "string",
    reclaimPolicy: "string",
    volumeBindingMode: "string",
    allowVolumeExpansion: "boolean",
    allowedTopologies: listOf(
      object({ matchLabelExpressions: listOf(object({ key: "string", values: strings })) }),
    ),
  }),
  CSINode: object({
    drivers: listOf(
      object({
        name: "string",
        nodeID: "string",
        topologyKeys: strings,
        allocatable: object({ count: "integer" }),
      }),
    ),
  }),
  CSIDriver: object({
    attachRequired: "boolean",
    storageCapacity: "boolean",
    preventPodSchedulingIfMissing: "boolean",
  }),
  CSIStorageCapacity: object({
    storageClassName: "string",
    capacity: "quantity",
    maximumVolumeSize: "quantity",
    nodeTopology: labelSelector,
  }),
};

const conditions = listOf(
  object({
    type: "string",
    status: "string",
    reason: "string",
    message: "string",
    lastTransitionTime: "time",
  }),
);

const terminated = object({
  exitCode: "integer",
  reason: "string",
  startedAt: "time",
  finishedAt: "time",
});

const containerStatuses = listOf(
  object({
    name: "string",
    ready: "boolean",
    started: "boolean",
    restartCount: "integer",
    state: object({
      waiting: object({ reason: "string" }),
      running: object({ startedAt: "time" }),
      terminated,
    }),
    lastState: object({ terminated }),
    resources,
    allocatedResources: quantities,
  }),
);

const counts = {
  replicas: "integer",
  readyReplicas: "integer",
  availableReplicas: "integer",
  updatedReplicas: "integer",
  observedGeneration: "integer",
  collisionCount: "integer",
  conditions,
} as const;

/** The types of the fields of `status` that are read. */
export const STATUS_SHAPES: { readonly [K in Kind]?: Shape } = {
  Node: object({
    capacity: quantities,
    allocatable: quantities,
    conditions,
    images: listOf(object({ names: strings, sizeBytes: "integer" })),
  }),
  Pod: object({
    phase: "string",
    nominatedNodeName: "string",
    startTime: "time",
    reason: "string",
    message: "string",
    podIP: "string",
    conditions,
    containerStatuses,
    initContainerStatuses: containerStatuses,
  }),
  Deployment: object({ ...counts, unavailableReplicas: "integer" }),
  ReplicaSet: object({ ...counts, fullyLabeledReplicas: "integer" }),
  StatefulSet: object({ ...counts, currentRevision: "string", updateRevision: "string" }),
  Job: object({
    active: "integer",
    succeeded: "integer",
    failed: "integer",
    startTime: "time",
    completionTime: "time",
    conditions,
  }),
  CronJob: object({ lastScheduleTime: "time", lastSuccessfulTime: "time" }),
  PodDisruptionBudget: object({
    disruptionsAllowed: "integer",
    currentHealthy: "integer",
    desiredHealthy: "integer",
    expectedPods: "integer",
    observedGeneration: "integer",
    disruptedPods: mapOf("time"),
    conditions,
  }),
  PersistentVolume: object({ phase: "string" }),
  PersistentVolumeClaim: object({ phase: "string", capacity: quantities }),
};
