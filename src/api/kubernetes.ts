/**
 * Kubernetes' own shapes, as manifests and dumps have them. Types only; fields that the published
 * types of v1.30 do not have yet are added here.
 */
import type * as core from "kubernetes-types/core/v1.js";
import type * as meta from "kubernetes-types/meta/v1.js";

export type {
  Affinity,
  Container,
  ContainerPort,
  ContainerStatus,
  LimitRangeSpec,
  NodeAffinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  NodeSpec,
  NodeStatus,
  PersistentVolumeClaimSpec,
  PodAffinityTerm,
  PodTemplateSpec,
  PreferredSchedulingTerm,
  ResourceRequirements,
  Taint,
  Toleration,
  TopologySpreadConstraint,
  Volume,
} from "kubernetes-types/core/v1.js";
export type { LabelSelector } from "kubernetes-types/meta/v1.js";
export type OwnerReference = meta.OwnerReference;
export type ObjectMeta = meta.ObjectMeta;

/** v1 PodSpec with pod-level resources (KEP-2837). */
export type PodSpec = core.PodSpec & { resources?: core.ResourceRequirements };
/** v1 PodStatus with what the pod as a whole was granted and has (KEP-5419). */
export type RawPodStatus = core.PodStatus & {
  resources?: core.ResourceRequirements;
  allocatedResources?: ResourceList;
};

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
