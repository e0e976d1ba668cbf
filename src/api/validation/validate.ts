import type { Kind, SpecOf, Status } from "../kinds.js";
import type { PodSpec } from "../kubernetes.js";
import type { NewObject } from "../new-object.js";
import type { AnyVersion } from "../object-version.js";
import { dns1123SubdomainErrors } from "../label-validation.js";
import { validateEndpointSlice, validateNode, validateService } from "./cluster.js";
import { type FieldIssue, FieldIssues } from "./field-issue.js";
import { validateResourceClaim, validateResourceClaimTemplate } from "./devices/claim-rules.js";
import { validateDeviceClass, validateResourceSlice } from "./devices/slice-rules.js";
import { validateImmutable } from "./immutable.js";
import { validateCronJob, validateJobSpec } from "./jobs.js";
import { validateAnnotations, validateLabels, validateMetadata } from "./metadata.js";
import {
  validateAutoscaler,
  validateBudget,
  validateLimitRange,
  validatePriorityClass,
  validateQuota,
} from "./policies.js";
import { validatePodSpec } from "./pod-spec.js";
import { type PodUpdateOptions, validatePodUpdate } from "./pod-update.js";
import { validateRuntimeClass } from "./runtime-class.js";
import { validateClaim, validateCsiNode, validateStorageClass, validateVolume } from "./storage.js";
import {
  type ValidationContext,
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateReplicationController,
  validateStatefulSet,
} from "./workloads.js";

export type { FieldIssue } from "./field-issue.js";
export type ValidationOptions = ValidationContext["options"];

type SpecRule<K extends Kind> = (
  spec: SpecOf[K],
  context: ValidationContext,
  object: { readonly name: string; readonly status?: unknown },
) => void;

/** What a kind's spec (or body) must fulfil. A kind that is not named here has no rules of its own. */
const SPEC_RULES: { readonly [K in Exclude<Kind, "Pod">]?: SpecRule<K> } = {
  Node: (spec, { issues }, { status }) => {
    validateNode(spec, status as Status<"Node"> | undefined, issues);
  },
  Service: (spec, { issues }) => validateService(spec, issues),
  EndpointSlice: (spec, { issues }) => validateEndpointSlice(spec, issues),
  Deployment: validateDeployment,
  ReplicaSet: validateReplicaSet,
  StatefulSet: validateStatefulSet,
  DaemonSet: validateDaemonSet,
  ReplicationController: validateReplicationController,
  Job: (spec, context) => validateJobSpec(spec, "spec", context),
  CronJob: validateCronJob,
  HorizontalPodAutoscaler: (spec, { issues }) => validateAutoscaler(spec, issues),
  PodDisruptionBudget: (spec, { issues }) => validateBudget(spec, issues),
  PriorityClass: (spec, { issues }, { name }) => validatePriorityClass(name, spec, issues),
  RuntimeClass: (spec, { issues }) => validateRuntimeClass(spec, issues),
  LimitRange: (spec, { issues }) => validateLimitRange(spec, issues),
  ResourceQuota: (spec, { issues }) => validateQuota(spec, issues),
  PersistentVolume: (spec, { issues }) => validateVolume(spec, issues),
  PersistentVolumeClaim: (spec, { issues }) => validateClaim(spec, "spec", issues),
  StorageClass: (spec, { issues }) => validateStorageClass(spec, issues),
  CSINode: (spec, { issues }) => validateCsiNode(spec, issues),
  ResourceClaim: (spec, { issues }) => validateResourceClaim(spec, "spec", issues),
  ResourceClaimTemplate: (spec, { issues }) => validateResourceClaimTemplate(spec, issues),
  ResourceSlice: (spec, { issues }) => validateResourceSlice(spec, issues),
  DeviceClass: (spec, { issues }) => validateDeviceClass(spec, issues),
};

function validateSpec(
  kind: Kind,
  object: { readonly name: string; readonly spec: unknown; readonly status?: unknown },
  context: ValidationContext,
): void {
  const rule = SPEC_RULES[kind as Exclude<Kind, "Pod">] as SpecRule<never> | undefined;
  rule?.(object.spec as never, context, object);
}

/** Rules that only hold for a pod, not for a template. */
function validatePod(
  pod: { readonly spec: unknown; readonly nodeName: string },
  context: ValidationContext,
): void {
  const { issues } = context;
  const spec = pod.spec as PodSpec;
  const gated = (spec.schedulingGates ?? []).length > 0;
  if (pod.nodeName !== "") {
    issues.invalidFor("spec.nodeName", pod.nodeName, dns1123SubdomainErrors(pod.nodeName));
    if (gated) {
      const detail = "cannot be set until all schedulingGates have been cleared";
      issues.forbidden("spec.nodeName", detail);
    }
  }
  if (context.options.knownPodSpec !== true) validatePodSpec(spec, "spec", context);
}

/**
 * Why the API server refuses to create the object, which has been defaulted and admitted; none when
 * it takes it. Fields must have the right types (`shapeIssues`).
 */
export function validateCreate(
  kind: Kind,
  object: NewObject,
  options: ValidationOptions = {},
): readonly FieldIssue[] {
  const issues = new FieldIssues();
  const context = { issues, options };
  validateMetadata(kind, object, issues);
  if (object.kind === "Pod") validatePod(object, context);
  else validateSpec(kind, object, context);
  return issues.list;
}

/**
 * Why the API server refuses to write `after` over `before`; none when it takes it. What both share
 * by reference (labels, a pod template) is not looked at again.
 */
export function validateUpdate(
  kind: Kind,
  before: AnyVersion,
  after: AnyVersion,
  options: ValidationOptions & PodUpdateOptions = {},
): readonly FieldIssue[] {
  const issues = new FieldIssues();
  if (before.labels !== after.labels) validateLabels(after.labels, "metadata.labels", issues);
  if (before.annotations !== after.annotations) {
    validateAnnotations(after.annotations, "metadata.annotations", issues);
  }
  if (before.spec === after.spec) return issues.list;
  if (before.kind === "Pod") {
    validatePodUpdate(before.spec, after.spec as PodSpec, { issues, options });
    return issues.list;
  }
  const old = before.spec as Readonly<Record<string, unknown>>;
  const changed = after.spec as Readonly<Record<string, unknown>>;
  validateImmutable(kind, old, changed, issues);
  const sameTemplate = changed.template !== undefined && old.template === changed.template;
  const knownPodSpec = options.knownPodSpec === true || sameTemplate;
  validateSpec(kind, after, { issues, options: { ...options, knownPodSpec } });
  return issues.list;
}
