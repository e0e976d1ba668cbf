/**
 * The first minor version whose API server no longer serves a kind in that version.
 *
 * Source: Kubernetes, "Deprecated API Migration Guide".
 */
const GONE_SINCE: readonly (readonly [minor: number, apiVersion: string, kinds: string])[] = [
  [16, "extensions/v1beta1", "Deployment DaemonSet ReplicaSet NetworkPolicy PodSecurityPolicy"],
  [16, "apps/v1beta1", "Deployment StatefulSet ControllerRevision"],
  [16, "apps/v1beta2", "Deployment StatefulSet DaemonSet ReplicaSet ControllerRevision"],
  [22, "extensions/v1beta1", "Ingress"],
  [22, "networking.k8s.io/v1beta1", "Ingress IngressClass"],
  [22, "admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration"],
  [22, "admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration"],
  [22, "apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"],
  [22, "apiregistration.k8s.io/v1beta1", "APIService"],
  [22, "certificates.k8s.io/v1beta1", "CertificateSigningRequest"],
  [22, "coordination.k8s.io/v1beta1", "Lease"],
  [22, "rbac.authorization.k8s.io/v1beta1", "ClusterRole ClusterRoleBinding Role RoleBinding"],
  [22, "scheduling.k8s.io/v1beta1", "PriorityClass"],
  [22, "storage.k8s.io/v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment"],
  [25, "batch/v1beta1", "CronJob"],
  [25, "discovery.k8s.io/v1beta1", "EndpointSlice"],
  [25, "events.k8s.io/v1beta1", "Event"],
  [25, "autoscaling/v2beta1", "HorizontalPodAutoscaler"],
  [25, "policy/v1beta1", "PodDisruptionBudget PodSecurityPolicy"],
  [25, "node.k8s.io/v1beta1", "RuntimeClass"],
  [26, "autoscaling/v2beta2", "HorizontalPodAutoscaler"],
  [26, "flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema PriorityLevelConfiguration"],
  [27, "storage.k8s.io/v1beta1", "CSIStorageCapacity"],
  [29, "flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema PriorityLevelConfiguration"],
  [32, "flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema PriorityLevelConfiguration"],
];

/** Since which 1.`minor` no API server serves the kind in that version; null: one does, or never did. */
export function goneSince(apiVersion: string, kind: string): number | null {
  const entry = GONE_SINCE.find(
    ([, version, kinds]) => version === apiVersion && kinds.split(" ").includes(kind),
  );
  return entry?.[0] ?? null;
}
