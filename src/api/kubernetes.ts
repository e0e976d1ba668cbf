/** Kubernetes' own shapes, as manifests and dumps have them. Types only. */
import type { ObjectMeta } from "./schemas/types.js";

export type {
  Affinity,
  Container,
  ContainerPort,
  ContainerStatus,
  LabelSelector,
  LimitRangeSpec,
  NodeAffinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  NodeSpec,
  NodeStatus,
  ObjectMeta,
  OwnerReference,
  PersistentVolumeClaimSpec,
  PodAffinityTerm,
  PodExtendedResourceClaimStatus as ExtendedResourceClaimStatus,
  PodResourceClaim,
  PodResourceClaimStatus,
  PodSpec,
  PodStatus as RawPodStatus,
  PodTemplateSpec,
  PreferredSchedulingTerm,
  ResourceRequirements,
  Taint,
  Toleration,
  TopologySpreadConstraint,
  Volume,
} from "./schemas/types.js";

export type Labels = Readonly<Record<string, string>>;
/** Resource name → Kubernetes quantity. YAML may give a number where JSON has a string. */
export type ResourceList = Readonly<Record<string, string | number>>;

/** An object as a manifest or dump gives it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}
