import type { Shape } from "./shape.js";

export const listOf = (shape: Shape): Shape => ({ listOf: shape });
export const mapOf = (shape: Shape): Shape => ({ mapOf: shape });
export const object = (fields: Readonly<Record<string, Shape>>): Shape => ({ fields });
export const strings = listOf("string");
export const labels = mapOf("string");
export const quantities = mapOf("quantity");

const requirement = object({ key: "string", operator: "string", values: strings });
export const labelSelector = object({ matchLabels: labels, matchExpressions: listOf(requirement) });
export const resources = object({ requests: quantities, limits: quantities });

const probe = object({
  initialDelaySeconds: "integer",
  timeoutSeconds: "integer",
  periodSeconds: "integer",
  successThreshold: "integer",
  failureThreshold: "integer",
  terminationGracePeriodSeconds: "integer",
  exec: object({ command: strings }),
  httpGet: object({ path: "string", port: "intOrString", scheme: "string" }),
  tcpSocket: object({ port: "intOrString" }),
  grpc: object({ port: "integer" }),
});

const container = object({
  name: "string",
  image: "string",
  imagePullPolicy: "string",
  restartPolicy: "string",
  command: strings,
  args: strings,
  env: listOf(object({ name: "string", value: "string" })),
  ports: listOf(
    object({
      name: "string",
      containerPort: "integer",
      hostPort: "integer",
      hostIP: "string",
      protocol: "string",
    }),
  ),
  resources,
  volumeMounts: listOf(object({ name: "string", mountPath: "string" })),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
});

export const nodeSelectorTerm = object({
  matchExpressions: listOf(requirement),
  matchFields: listOf(requirement),
});

const podAffinityTerm = object({
  topologyKey: "string",
  labelSelector,
  namespaces: strings,
  namespaceSelector: labelSelector,
  matchLabelKeys: strings,
  mismatchLabelKeys: strings,
});

const podAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: listOf(podAffinityTerm),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(
    object({ weight: "integer", podAffinityTerm }),
  ),
});

const affinity = object({
  nodeAffinity: object({
    requiredDuringSchedulingIgnoredDuringExecution: object({
      nodeSelectorTerms: listOf(nodeSelectorTerm),
    }),
    preferredDuringSchedulingIgnoredDuringExecution: listOf(
      object({ weight: "integer", preference: nodeSelectorTerm }),
    ),
  }),
  podAffinity,
  podAntiAffinity: podAffinity,
});

export const claim = object({
  accessModes: strings,
  resources,
  storageClassName: "string",
  volumeName: "string",
  volumeMode: "string",
  selector: labelSelector,
});

const volume = object({
  name: "string",
  persistentVolumeClaim: object({ claimName: "string", readOnly: "boolean" }),
  emptyDir: object({ medium: "string", sizeLimit: "quantity" }),
  ephemeral: object({
    volumeClaimTemplate: object({ metadata: object({ labels, annotations: labels }), spec: claim }),
  }),
  hostPath: object({ path: "string" }),
  configMap: object({ name: "string" }),
  secret: object({ secretName: "string" }),
  csi: object({ driver: "string" }),
});

export const podSpec = object({
  containers: listOf(container),
  initContainers: listOf(container),
  volumes: listOf(volume),
  restartPolicy: "string",
  terminationGracePeriodSeconds: "integer",
  activeDeadlineSeconds: "integer",
  dnsPolicy: "string",
  nodeSelector: labels,
  nodeName: "string",
  hostNetwork: "boolean",
  hostname: "string",
  schedulerName: "string",
  affinity,
  tolerations: listOf(
    object({
      key: "string",
      operator: "string",
      value: "string",
      effect: "string",
      tolerationSeconds: "integer",
    }),
  ),
  topologySpreadConstraints: listOf(
    object({
      maxSkew: "integer",
      topologyKey: "string",
      whenUnsatisfiable: "string",
      labelSelector,
      minDomains: "integer",
      nodeAffinityPolicy: "string",
      nodeTaintsPolicy: "string",
      matchLabelKeys: strings,
    }),
  ),
  priority: "integer",
  priorityClassName: "string",
  preemptionPolicy: "string",
  overhead: quantities,
  resources,
  readinessGates: listOf(object({ conditionType: "string" })),
  schedulingGates: listOf(object({ name: "string" })),
  setHostnameAsFQDN: "boolean",
});

export const template = object({
  metadata: object({ labels, annotations: labels }),
  spec: podSpec,
});
