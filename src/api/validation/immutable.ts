import { deepEqual } from "../deep-equal.js";
import type { Kind } from "../kinds.js";
import { mustParseQuantity } from "../quantity.js";
import type { FieldIssues } from "./field-issue.js";

type Spec = Readonly<Record<string, unknown>>;

/** Fields that may never change, by kind; those of a kind without `spec` stand in its body. */
const IMMUTABLE: { readonly [K in Kind]?: readonly string[] } = {
  Deployment: ["selector"],
  ReplicaSet: ["selector"],
  DaemonSet: ["selector"],
  PriorityClass: ["preemptionPolicy"],
  Job: ["selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex"],
};

const FORBIDDEN: { readonly [K in Kind]?: readonly string[] } = {
  PriorityClass: ["value"],
  RuntimeClass: ["handler"],
  StorageClass: ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
};

const STATEFUL_SET_MUTABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

/** Fields of a suspended Job's pod template that queueing systems may set. KEP-2926. */
const SCHEDULING_DIRECTIVES = ["affinity", "nodeSelector", "tolerations", "schedulingGates"];

function without(object: Spec, fields: readonly string[]): Spec {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}

function templateWithoutDirectives(template: unknown): unknown {
  const { spec, metadata: _, ...rest } = (template ?? {}) as { spec?: Spec; metadata?: unknown };
  return { ...rest, spec: without(spec ?? {}, SCHEDULING_DIRECTIVES) };
}

function validateJobChange(before: Spec, after: Spec, issues: FieldIssues): void {
  const elastic = after.completionMode === "Indexed" && after.completions === after.parallelism;
  if (!elastic && !deepEqual(before.completions, after.completions)) {
    issues.invalid("spec.completions", after.completions, "field is immutable");
  }
  const suspended = before.suspend === true;
  const same = suspended
    ? deepEqual(
        templateWithoutDirectives(before.template),
        templateWithoutDirectives(after.template),
      )
    : deepEqual(before.template, after.template);
  if (!same) issues.invalid("spec.template", after.template, "field is immutable");
}

function storageOf(spec: Spec): string | number | undefined {
  const resources = spec.resources as { requests?: Record<string, string> } | undefined;
  return resources?.requests?.storage;
}

function validateClaimChange(before: Spec, after: Spec, issues: FieldIssues): void {
  // A claim is bound by writing its volume's name, once. One without a class may be given one: KEP-3333.
  const mutable = ["resources"];
  if (!before.volumeName) mutable.push("volumeName");
  if ((before.storageClassName ?? null) === null) mutable.push("storageClassName");
  if (!deepEqual(without(before, mutable), without(after, mutable))) {
    const detail = "spec is immutable after creation except resources.requests for bound claims";
    issues.forbidden("spec", detail);
  }
  const was = storageOf(before);
  const is = storageOf(after);
  if (was === undefined || is === undefined) return;
  if (mustParseQuantity(is).compare(mustParseQuantity(was)) < 0) {
    const detail = "field can not be less than previous value";
    issues.forbidden("spec.resources.requests.storage", detail);
  }
}

function validateSliceChange(before: Spec, after: Spec, issues: FieldIssues): void {
  const poolName = (spec: Spec): unknown => (spec.pool as { name?: unknown } | undefined)?.name;
  const fields = [
    ["spec.pool.name", poolName],
    ["spec.driver", (spec: Spec): unknown => spec.driver],
    ["spec.nodeName", (spec: Spec): unknown => spec.nodeName],
  ] as const;
  for (const [path, read] of fields) {
    if (read(before) !== read(after)) issues.invalid(path, read(after), "field is immutable");
  }
}

/** What of `after` may not differ from `before`, for any kind but Pod. */
export function validateImmutable(
  kind: Kind,
  before: Spec,
  after: Spec,
  issues: FieldIssues,
): void {
  for (const field of IMMUTABLE[kind] ?? []) {
    if (!deepEqual(before[field], after[field])) {
      const path = kind === "PriorityClass" ? field : `spec.${field}`;
      issues.invalid(path, after[field], "field is immutable");
    }
  }
  for (const field of FORBIDDEN[kind] ?? []) {
    if (!deepEqual(before[field], after[field])) {
      issues.forbidden(field, "may not be changed in an update");
    }
  }
  if (kind === "ResourceClaim" || kind === "ResourceClaimTemplate") {
    if (!deepEqual(before, after)) issues.invalid("spec", after, "field is immutable");
  }
  if (kind === "ResourceSlice") validateSliceChange(before, after, issues);
  if (kind === "Job") validateJobChange(before, after, issues);
  if (kind === "PersistentVolumeClaim") validateClaimChange(before, after, issues);
  if (kind === "StatefulSet") {
    const same = deepEqual(
      without(before, STATEFUL_SET_MUTABLE),
      without(after, STATEFUL_SET_MUTABLE),
    );
    if (!same) {
      const detail = `updates to statefulset spec for fields other than ${STATEFUL_SET_MUTABLE.join(", ")} are forbidden`;
      issues.forbidden("spec", detail);
    }
  }
  if (kind === "Node" && before.providerID && before.providerID !== after.providerID) {
    issues.forbidden("spec.providerID", "node updates may not change providerID");
  }
}
