import type { KindDescriptor } from "../kinds/kind-descriptor.js";
import { KINDS, type Kind } from "../kinds.js";
import type { PodSpec } from "../kubernetes.js";
import { dns1123SubdomainErrors } from "../label-validation.js";
import type { NewObject } from "../new-object.js";
import type { AnyVersion } from "../object-version.js";
import { type FieldIssue, FieldIssues } from "./field-issue.js";
import { validateAnnotations, validateLabels } from "./metadata.js";
import { validateMetadata } from "./object-metadata.js";
import { validatePodSpec } from "./pod-spec.js";
import { type PodUpdateOptions, validatePodUpdate } from "./pod-update.js";
import type { ValidationContext } from "./workloads.js";

export type { FieldIssue } from "./field-issue.js";
export type ValidationOptions = ValidationContext["options"];

function validateSpec(
  kind: Kind,
  object: { readonly name: string; readonly spec: unknown; readonly status?: unknown },
  context: ValidationContext,
): void {
  (KINDS[kind] as KindDescriptor<unknown, unknown>).validate?.(object.spec, context, object);
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
  validateMetadata(kind, object, issues, options.validMetadata);
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
  (KINDS[kind] as KindDescriptor<unknown, unknown>).validateChange?.(old, changed, issues, {
    status: before.status,
    options,
  });
  const sameTemplate = changed.template !== undefined && old.template === changed.template;
  const knownPodSpec = options.knownPodSpec === true || sameTemplate;
  validateSpec(kind, after, { issues, options: { ...options, knownPodSpec } });
  return issues.list;
}
