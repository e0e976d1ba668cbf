import { isIntOrPercent, percentOf } from "../int-or-percent.js";
import type { SpecOf } from "../kinds.js";
import type { LabelSelector, Labels, PodSpec, PodTemplateSpec } from "../kubernetes.js";
import { compileLabelSelector, Selector, selectorFromLabels } from "../label-selector.js";
import type { FieldIssues } from "./field-issue.js";
import { validateLabelSelector, validateLabels } from "./metadata.js";
import { validatePodSpec } from "./pod-spec.js";
import type { VersionOptions } from "./validation-options.js";

export interface ValidationContext {
  readonly issues: FieldIssues;
  readonly options: VersionOptions & {
    /** The pod spec or template was validated before: look at the rest only. */
    readonly knownPodSpec?: boolean;
    /** Parts of metadata that were validated before, by identity. */
    readonly validMetadata?: WeakSet<object>;
  };
}

/** A pod template: its labels, its pod spec, and the restart policies that its owner allows. */
export function validateTemplate(
  template: PodTemplateSpec,
  path: string,
  { context, policies }: { context: ValidationContext; policies: readonly string[] },
): void {
  if (context.options.knownPodSpec === true) return;
  const { issues } = context;
  validateLabels(template.metadata?.labels ?? {}, `${path}.metadata.labels`, issues);
  const spec: PodSpec | undefined = template.spec;
  if (!spec) {
    issues.required(`${path}.spec`);
    return;
  }
  validatePodSpec(spec, `${path}.spec`, context);
  const known = ["Always", "OnFailure", "Never"].includes(spec.restartPolicy ?? "");
  if (known) issues.oneOf(`${path}.spec.restartPolicy`, spec.restartPolicy, policies);
}

const ALWAYS = ["Always"] as const;

/** Selector and template of a controller that keeps pods running. */
function validateSelectorAndTemplate(
  spec: { readonly selector?: LabelSelector | undefined; readonly template?: PodTemplateSpec },
  owner: string,
  context: ValidationContext,
): void {
  const { issues } = context;
  const { selector, template } = spec;
  if (!selector) issues.required("spec.selector");
  else {
    validateLabelSelector(selector, "spec.selector", issues);
    const compiled = compileLabelSelector(selector);
    if (compiled instanceof Selector) {
      if (compiled.matchesEverything) {
        issues.invalid("spec.selector", selector, `empty selector is invalid for ${owner}`);
      }
      validateMatch(compiled, template, issues);
    }
  }
  if (!template) {
    issues.required("spec.template");
    return;
  }
  validateTemplate(template, "spec.template", { context, policies: ALWAYS });
  if (template.spec?.activeDeadlineSeconds != null) {
    const detail = `activeDeadlineSeconds in ${owner} is not supported`;
    issues.forbidden("spec.template.spec.activeDeadlineSeconds", detail);
  }
}

function validateMatch(
  selector: Selector,
  template: PodTemplateSpec | undefined,
  issues: FieldIssues,
): void {
  const labels: Labels = template?.metadata?.labels ?? {};
  if (template === undefined || selector.matches(labels)) return;
  const detail = "`selector` does not match template `labels`";
  issues.invalid("spec.template.metadata.labels", labels, detail);
}

/** A count that is not negative, or a percentage; at most 100 % where `atMostAll`. */
export function validateIntOrPercent(
  value: unknown,
  path: string,
  { issues, atMostAll }: { issues: FieldIssues; atMostAll: boolean },
): void {
  if (!isIntOrPercent(value)) {
    issues.invalid(path, value, "must be an integer or percentage (e.g '5%')");
    return;
  }
  const percent = percentOf(value);
  if (percent === undefined) issues.notNegative(path, value as number);
  else if (atMostAll && percent > 100) {
    issues.invalid(path, value, "must not be greater than 100%");
  }
}

/** True for 0 and for "0%". */
function isZero(value: unknown): boolean {
  return value === undefined || value === null || value === 0 || value === "0%" || value === "00%";
}

type RollingUpdate = { maxUnavailable?: unknown; maxSurge?: unknown };

function validateBudget(update: RollingUpdate, path: string, issues: FieldIssues): void {
  for (const field of ["maxUnavailable", "maxSurge"] as const) {
    const value = update[field];
    if (value == null) continue;
    const atMostAll = field === "maxUnavailable";
    validateIntOrPercent(value, `${path}.${field}`, { issues, atMostAll });
  }
}

export function validateDeployment(spec: SpecOf["Deployment"], context: ValidationContext): void {
  const { issues } = context;
  issues.notNegative("spec.replicas", spec.replicas);
  issues.notNegative("spec.minReadySeconds", spec.minReadySeconds);
  issues.notNegative("spec.revisionHistoryLimit", spec.revisionHistoryLimit);
  const deadline = spec.progressDeadlineSeconds;
  issues.notNegative("spec.progressDeadlineSeconds", deadline);
  if (deadline != null && deadline <= (spec.minReadySeconds ?? 0)) {
    const detail = "must be greater than minReadySeconds";
    issues.invalid("spec.progressDeadlineSeconds", deadline, detail);
  }
  validateSelectorAndTemplate(spec, "deployment", context);
  const { type, rollingUpdate } = spec.strategy ?? {};
  issues.oneOf("spec.strategy.type", type, ["Recreate", "RollingUpdate"]);
  if (type === "Recreate" && rollingUpdate) {
    const detail = "may not be specified when strategy `type` is 'Recreate'";
    issues.forbidden("spec.strategy.rollingUpdate", detail);
  }
  if (type !== "RollingUpdate") return;
  if (!rollingUpdate) {
    issues.required("spec.strategy.rollingUpdate", "this should be defaulted and never be nil");
    return;
  }
  validateBudget(rollingUpdate, "spec.strategy.rollingUpdate", issues);
  if (isZero(rollingUpdate.maxUnavailable) && isZero(rollingUpdate.maxSurge)) {
    const detail = "may not be 0 when `maxSurge` is 0";
    const value = rollingUpdate.maxUnavailable;
    issues.invalid("spec.strategy.rollingUpdate.maxUnavailable", value, detail);
  }
}

export function validateReplicaSet(spec: SpecOf["ReplicaSet"], context: ValidationContext): void {
  context.issues.notNegative("spec.replicas", spec.replicas);
  context.issues.notNegative("spec.minReadySeconds", spec.minReadySeconds);
  validateSelectorAndTemplate(spec, "ReplicaSet", context);
}

export function validateReplicationController(
  spec: SpecOf["ReplicationController"],
  context: ValidationContext,
): void {
  const { issues } = context;
  issues.notNegative("spec.replicas", spec.replicas);
  issues.notNegative("spec.minReadySeconds", spec.minReadySeconds);
  const selector = spec.selector ?? {};
  if (Object.keys(selector).length === 0) issues.required("spec.selector");
  else {
    validateLabels(selector, "spec.selector", issues);
    validateMatch(selectorFromLabels(selector), spec.template, issues);
  }
  if (!spec.template) issues.required("spec.template");
  else validateTemplate(spec.template, "spec.template", { context, policies: ALWAYS });
}

export function validateStatefulSet(spec: SpecOf["StatefulSet"], context: ValidationContext): void {
  const { issues } = context;
  issues.notNegative("spec.replicas", spec.replicas);
  issues.notNegative("spec.minReadySeconds", spec.minReadySeconds);
  issues.notNegative("spec.revisionHistoryLimit", spec.revisionHistoryLimit);
  const policies = ["OrderedReady", "Parallel"];
  issues.oneOf("spec.podManagementPolicy", spec.podManagementPolicy, policies);
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  issues.oneOf("spec.updateStrategy.type", type, ["RollingUpdate", "OnDelete"]);
  if (type === "OnDelete" && rollingUpdate) {
    const detail = "only allowed for updateStrategy 'RollingUpdate'";
    issues.invalid("spec.updateStrategy.rollingUpdate", rollingUpdate, detail);
  }
  if (rollingUpdate) {
    issues.notNegative("spec.updateStrategy.rollingUpdate.partition", rollingUpdate.partition);
    const path = "spec.updateStrategy.rollingUpdate";
    validateBudget(rollingUpdate, path, issues);
    if (rollingUpdate.maxUnavailable != null && isZero(rollingUpdate.maxUnavailable)) {
      issues.invalid(`${path}.maxUnavailable`, rollingUpdate.maxUnavailable, "cannot be 0");
    }
  }
  const retention = spec.persistentVolumeClaimRetentionPolicy;
  for (const field of ["whenDeleted", "whenScaled"] as const) {
    if (retention?.[field] == null) continue;
    const path = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
    issues.oneOf(path, retention[field], ["Retain", "Delete"]);
  }
  const start = (spec as { ordinals?: { start?: number } }).ordinals?.start;
  issues.notNegative("spec.ordinals.start", start);
  validateSelectorAndTemplate(withClaimVolumes(spec), "statefulset", context);
}

/** Mounts may name a claim template: its volume is added to each pod. */
function withClaimVolumes(spec: SpecOf["StatefulSet"]): SpecOf["StatefulSet"] {
  const claims = (spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata?.name ?? "");
  const podSpec = spec.template?.spec;
  if (claims.length === 0 || !podSpec) return spec;
  const own = (podSpec.volumes ?? []).filter((volume) => !claims.includes(volume.name));
  const added = claims
    .filter((name) => name !== "")
    .map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const template = { ...spec.template, spec: { ...podSpec, volumes: [...own, ...added] } };
  return { ...spec, template };
}

export function validateDaemonSet(spec: SpecOf["DaemonSet"], context: ValidationContext): void {
  const { issues } = context;
  issues.notNegative("spec.minReadySeconds", spec.minReadySeconds);
  issues.notNegative("spec.revisionHistoryLimit", spec.revisionHistoryLimit);
  validateSelectorAndTemplate(spec, "daemonset", context);
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  issues.oneOf("spec.updateStrategy.type", type, ["RollingUpdate", "OnDelete"]);
  if (type !== "RollingUpdate" || !rollingUpdate) return;
  const path = "spec.updateStrategy.rollingUpdate";
  validateBudget(rollingUpdate, path, issues);
  const update = rollingUpdate as RollingUpdate;
  const unavailable = !isZero(update.maxUnavailable);
  const surge = !isZero(update.maxSurge);
  if (!unavailable && !surge) {
    issues.required(`${path}.maxUnavailable`, "cannot be 0 when maxSurge is 0");
  }
  if (unavailable && surge) {
    const detail = "may not be set when maxUnavailable is non-zero";
    issues.invalid(`${path}.maxSurge`, update.maxSurge, detail);
  }
}
