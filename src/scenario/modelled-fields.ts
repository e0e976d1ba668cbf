import { VOLUME_SOURCES } from "../api/validation/storage.js";

/**
 * What seatrial makes of Kubernetes' kinds and fields. Data only: extend it as subsystems arrive.
 *
 * The effect of what is not modelled: `placement` (pods that do not exist, or run elsewhere),
 * `timing` (the same pods on the same nodes at other moments), `none`.
 */
export type Effect = "placement" | "timing" | "none";

/** A field: modelled with all below it, not modelled with an effect, or a map or list to look into. */
export type FieldRule = "modelled" | Effect | FieldRules | ValueRule;
export interface FieldRules {
  readonly [field: string]: FieldRule;
}
/** A field whose effect depends on its value. */
type ValueRule = (value: unknown) => "modelled" | Effect;

/** Fields that a table does not name: counted as the worst until somebody has looked at them. */
export const UNKNOWN_FIELD: Effect = "placement";
/** Kinds that no table names: somebody's controller may make pods of them. */
export const UNKNOWN_KIND: Effect = "placement";

const unless =
  (harmless: unknown, effect: Effect): ValueRule =>
  (value) =>
    value === harmless ? "none" : effect;

const probe: FieldRules = {
  initialDelaySeconds: "modelled",
  periodSeconds: "modelled",
  failureThreshold: "modelled",
  successThreshold: "modelled",
  // A probe succeeds or fails at once, by whether the container serves.
  timeoutSeconds: "none",
  terminationGracePeriodSeconds: "timing",
  httpGet: "none",
  tcpSocket: "none",
  exec: "none",
  grpc: "none",
};

const container: FieldRules = {
  name: "modelled",
  image: "modelled",
  resources: { requests: "modelled", limits: "modelled", claims: "modelled" },
  ports: "modelled",
  command: "none",
  args: "none",
  workingDir: "none",
  env: "none",
  envFrom: "none",
  securityContext: "none",
  stdin: "none",
  stdinOnce: "none",
  tty: "none",
  terminationMessagePath: "none",
  terminationMessagePolicy: "none",
  volumeMounts: "none",
  volumeDevices: "none",
  imagePullPolicy: unless("IfNotPresent", "timing"),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: {
    preStop: { sleep: "modelled", exec: "timing", httpGet: "timing", tcpSocket: "timing" },
    postStart: "timing",
    stopSignal: "none",
  },
  resizePolicy: "none",
  // Which exit codes restart a container.
  restartPolicyRules: "timing",
  restartPolicy: "modelled",
};

const volume: FieldRules = {
  name: "modelled",
  configMap: "none",
  secret: "none",
  projected: "none",
  downwardAPI: "none",
  emptyDir: "none",
  hostPath: "none",
  nfs: "none",
  persistentVolumeClaim: "modelled",
  ephemeral: "modelled",
  csi: "placement",
  gcePersistentDisk: "modelled",
  awsElasticBlockStore: "modelled",
  azureDisk: "modelled",
  azureFile: "none",
  cephfs: "none",
  cinder: "modelled",
  fc: "none",
  flexVolume: "none",
  flocker: "none",
  gitRepo: "none",
  glusterfs: "none",
  iscsi: "modelled",
  photonPersistentDisk: "none",
  portworxVolume: "none",
  quobyte: "none",
  rbd: "modelled",
  scaleIO: "none",
  storageos: "none",
  vsphereVolume: "none",
  // It is pulled like a container's.
  image: "timing",
};

/** Of a pod, and of every pod template. */
const POD_SPEC: FieldRules = {
  containers: container,
  initContainers: container,
  ephemeralContainers: "none",
  nodeName: "modelled",
  nodeSelector: "modelled",
  affinity: "modelled",
  tolerations: "modelled",
  topologySpreadConstraints: "modelled",
  schedulerName: "modelled",
  schedulingGates: "modelled",
  priority: "modelled",
  priorityClassName: "modelled",
  preemptionPolicy: "modelled",
  overhead: "modelled",
  resources: "modelled",
  resourceClaims: "modelled",
  runtimeClassName: "modelled",
  restartPolicy: "modelled",
  terminationGracePeriodSeconds: "modelled",
  activeDeadlineSeconds: "modelled",
  readinessGates: "modelled",
  volumes: volume,
  hostNetwork: "modelled",
  hostname: "none",
  hostnameOverride: "none",
  subdomain: "none",
  setHostnameAsFQDN: "none",
  hostAliases: "none",
  hostPID: "none",
  hostIPC: "none",
  hostUsers: "none",
  shareProcessNamespace: "none",
  // A kubelet of another system refuses the pod.
  os: { name: unless("linux", "placement") },
  dnsPolicy: "none",
  dnsConfig: "none",
  enableServiceLinks: "none",
  automountServiceAccountToken: "none",
  serviceAccount: "none",
  serviceAccountName: "none",
  imagePullSecrets: "none",
  securityContext: "none",
};

/** Stands for a pod template: looked into with {@link POD_SPEC}. */
export const POD_TEMPLATE = { spec: POD_SPEC, metadata: "modelled" } as const;

const none = (...fields: readonly string[]): FieldRules =>
  Object.fromEntries(fields.map((field) => [field, "none"]));

const modelled = (...fields: readonly string[]): FieldRules =>
  Object.fromEntries(fields.map((field) => [field, "modelled"]));

/** Kinds of which only fields differ. The rules are those of `spec`, or of the body without one. */
export const MODELLED_KINDS: Readonly<Record<string, FieldRules>> = {
  Pod: POD_SPEC,
  Deployment: {
    replicas: "modelled",
    selector: "modelled",
    template: POD_TEMPLATE,
    strategy: "modelled",
    minReadySeconds: "modelled",
    revisionHistoryLimit: "modelled",
    progressDeadlineSeconds: "modelled",
    paused: "modelled",
  },
  ReplicaSet: {
    replicas: "modelled",
    selector: "modelled",
    template: POD_TEMPLATE,
    minReadySeconds: "modelled",
  },
  Service: {
    selector: "modelled",
    ports: "modelled",
    publishNotReadyAddresses: "modelled",
    clusterIP: "modelled",
    clusterIPs: "modelled",
    ...none(
      "type",
      "externalName",
      "externalIPs",
      "externalTrafficPolicy",
      "internalTrafficPolicy",
      "ipFamilies",
      "ipFamilyPolicy",
      "sessionAffinity",
      "sessionAffinityConfig",
      "loadBalancerIP",
      "loadBalancerClass",
      "loadBalancerSourceRanges",
      "allocateLoadBalancerNodePorts",
      "healthCheckNodePort",
      "trafficDistribution",
    ),
  },
  EndpointSlice: { addressType: "modelled", endpoints: "modelled", ports: "modelled" },
  Node: {
    taints: "modelled",
    unschedulable: "modelled",
    ...none("podCIDR", "podCIDRs", "providerID", "externalID", "configSource"),
  },
  Namespace: { finalizers: "modelled" },
  PriorityClass: {
    value: "modelled",
    globalDefault: "modelled",
    description: "none",
    preemptionPolicy: "modelled",
  },
  RuntimeClass: { ...modelled("overhead", "scheduling"), handler: "none" },
  LimitRange: modelled("limits"),
  PodDisruptionBudget: modelled(
    "minAvailable",
    "maxUnavailable",
    "selector",
    "unhealthyPodEvictionPolicy",
  ),
  PersistentVolume: {
    ...modelled(
      "accessModes",
      "capacity",
      "claimRef",
      "nodeAffinity",
      "persistentVolumeReclaimPolicy",
      "storageClassName",
      "volumeMode",
      ...VOLUME_SOURCES,
    ),
    ...none("mountOptions", "volumeAttributesClassName"),
  },
  PersistentVolumeClaim: {
    ...modelled(
      "accessModes",
      "resources",
      "selector",
      "storageClassName",
      "volumeMode",
      "volumeName",
    ),
    ...none("volumeAttributesClassName"),
    // A volume that is filled first is there later.
    dataSource: "timing",
    dataSourceRef: "timing",
  },
  StorageClass: {
    ...modelled("allowedTopologies", "provisioner", "reclaimPolicy", "volumeBindingMode"),
    ...none("allowVolumeExpansion", "mountOptions", "parameters"),
  },
  CSINode: modelled("drivers"),
  CSIDriver: {
    ...modelled("storageCapacity"),
    ...none(
      "attachRequired",
      "fsGroupPolicy",
      "nodeAllocatableUpdatePeriodSeconds",
      "podInfoOnMount",
      "requiresRepublish",
      "seLinuxMount",
      "tokenRequests",
      "volumeLifecycleModes",
    ),
  },
  CSIStorageCapacity: modelled("capacity", "maximumVolumeSize", "nodeTopology", "storageClassName"),
  ResourceClaim: modelled("devices"),
  ResourceClaimTemplate: { ...modelled("spec"), metadata: "modelled" },
  ResourceSlice: {
    ...modelled(
      "allNodes",
      "devices",
      "driver",
      "nodeName",
      "nodeSelector",
      "perDeviceNodeSelection",
      "pool",
      "sharedCounters",
    ),
    skipNodeOperations: "timing",
  },
  DeviceClass: modelled("config", "extendedResourceName", "selectors"),
};

/** Kinds whose controllers would make pods, and are missing. */
export const PODS_NOT_MADE: readonly string[] = [
  "StatefulSet",
  "DaemonSet",
  "ReplicationController",
  "Job",
  "CronJob",
];

/** Kinds that are kept or left aside without anybody acting on them: the effect of that. */
export const UNMODELLED_KINDS: Readonly<Record<string, Effect>> = {
  // Their controllers make pods, or decide how many.
  StatefulSet: "placement",
  DaemonSet: "placement",
  ReplicationController: "placement",
  Job: "placement",
  CronJob: "placement",
  HorizontalPodAutoscaler: "placement",
  VerticalPodAutoscaler: "placement",
  // Admission.
  ResourceQuota: "placement",
  MutatingWebhookConfiguration: "placement",
  MutatingAdmissionPolicy: "none",
  MutatingAdmissionPolicyBinding: "placement",
  ValidatingWebhookConfiguration: "placement",
  // It does something once it is bound.
  ValidatingAdmissionPolicy: "none",
  ValidatingAdmissionPolicyBinding: "placement",
  PodSecurityPolicy: "placement",
  // Volumes.
  VolumeAttachment: "none",
  VolumeAttributesClass: "none",
  VolumeSnapshot: "none",
  VolumeSnapshotClass: "none",
  VolumeSnapshotContent: "none",
  // Devices.
  DeviceTaintRule: "placement",
  // Configuration, identity and network, which no pod waits for here.
  ConfigMap: "none",
  Secret: "none",
  ServiceAccount: "none",
  Role: "none",
  RoleBinding: "none",
  ClusterRole: "none",
  ClusterRoleBinding: "none",
  NetworkPolicy: "none",
  Ingress: "none",
  IngressClass: "none",
  Gateway: "none",
  GatewayClass: "none",
  HTTPRoute: "none",
  GRPCRoute: "none",
  TCPRoute: "none",
  TLSRoute: "none",
  UDPRoute: "none",
  ReferenceGrant: "none",
  Endpoints: "none",
  CustomResourceDefinition: "none",
  APIService: "none",
  CertificateSigningRequest: "none",
  ClusterTrustBundle: "none",
  IPAddress: "none",
  LeaseCandidate: "none",
  ServiceCIDR: "none",
  StorageVersion: "none",
  StorageVersionMigration: "none",
  ComponentStatus: "none",
  ControllerRevision: "none",
  Event: "none",
  FlowSchema: "none",
  Lease: "none",
  PodTemplate: "none",
  PriorityLevelConfiguration: "none",
};
