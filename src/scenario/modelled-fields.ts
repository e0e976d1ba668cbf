import type { Effect } from "../api/kinds/field-rules.js";
import { ALL_KINDS, KINDS } from "../api/kinds.js";

/** Fields that a descriptor does not name: counted as the worst until somebody has looked at them. */
export const UNKNOWN_FIELD: Effect = "placement";
/** Kinds that no table names: somebody's controller may make pods of them. */
export const UNKNOWN_KIND: Effect = "placement";

/** Kinds of Kubernetes that are not kept, and well-known others. */
const LEFT_ASIDE: Readonly<Record<string, Effect>> = {
  // Admission.
  MutatingWebhookConfiguration: "placement",
  MutatingAdmissionPolicy: "none",
  MutatingAdmissionPolicyBinding: "placement",
  ValidatingWebhookConfiguration: "placement",
  // It does something once it is bound.
  ValidatingAdmissionPolicy: "none",
  ValidatingAdmissionPolicyBinding: "placement",
  PodSecurityPolicy: "placement",
  // Volumes.
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
  IngressClass: "none",
  Gateway: "none",
  GatewayClass: "none",
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
  Event: "none",
  FlowSchema: "none",
  PodTemplate: "none",
  PriorityLevelConfiguration: "none",
};

/** Kinds that are kept or left aside without anybody acting on them: the effect of that. */
export const UNMODELLED_KINDS: Readonly<Record<string, Effect>> = {
  ...LEFT_ASIDE,
  ...Object.fromEntries(
    ALL_KINDS.flatMap((kind): [string, Effect][] => {
      const { fields } = KINDS[kind];
      return typeof fields === "string" ? [[kind, fields]] : [];
    }),
  ),
};
