import type { PersistentVolumeClaimStatus } from "../schemas/types.js";
import type { StorageOptions } from "./validation-options.js";
import { deepEqual } from "../deep-equal.js";
import { mustParseQuantity } from "../quantity.js";
import type { FieldIssues } from "./field-issue.js";

type Spec = Readonly<Record<string, unknown>>;

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

const unchangedInJobs = immutable(
  "selector",
  "completionMode",
  "podFailurePolicy",
  "backoffLimitPerIndex",
);

export function validateJobChange(
  beforeSpec: object,
  afterSpec: object,
  issues: FieldIssues,
): void {
  const before = beforeSpec as Spec;
  const after = afterSpec as Spec;
  unchangedInJobs(before, after, issues);
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

interface ClaimBeside {
  readonly status: PersistentVolumeClaimStatus | undefined;
  readonly options: StorageOptions;
}

export function validateClaimChange(
  beforeSpec: object,
  afterSpec: object,
  issues: FieldIssues,
  { status, options }: ClaimBeside = { status: undefined, options: {} },
): void {
  const before = beforeSpec as Spec;
  const after = afterSpec as Spec;
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
  const asked = mustParseQuantity(is);
  if (asked.compare(mustParseQuantity(was)) >= 0) return;
  const path = "spec.resources.requests.storage";
  const has = status?.capacity?.storage;
  if (options.claimsMayShrink !== true || has === undefined) {
    issues.forbidden(path, "field can not be less than previous value");
  } else if (asked.compare(mustParseQuantity(has)) <= 0) {
    issues.forbidden(path, "field can not be less than status.capacity");
  }
}

function refuseChanges(
  fields: readonly string[],
  { before, after }: { readonly before: Spec; readonly after: Spec },
  refuse: (field: string) => void,
): void {
  for (const field of fields) if (!deepEqual(before[field], after[field])) refuse(field);
}

/** A rule that fields of a spec never change. */
export function immutable(...fields: readonly string[]) {
  return (before: object, after: object, issues: FieldIssues): void => {
    const specs = { before: before as Spec, after: after as Spec };
    refuseChanges(fields, specs, (field) => {
      issues.invalid(`spec.${field}`, specs.after[field], "field is immutable");
    });
  };
}

const FORBIDDEN = "may not be changed in an update";

export function validatePriorityClassChange(
  before: object,
  after: object,
  issues: FieldIssues,
): void {
  const specs = { before: before as Spec, after: after as Spec };
  refuseChanges(["preemptionPolicy"], specs, (field) => {
    issues.invalid(field, specs.after[field], "field is immutable");
  });
  refuseChanges(["value"], specs, (field) => issues.forbidden(field, FORBIDDEN));
}

/** A rule that fields of a body without a spec are never changed. */
export function immutableBody(...fields: readonly string[]) {
  return (before: object, after: object, issues: FieldIssues): void => {
    const specs = { before: before as Spec, after: after as Spec };
    refuseChanges(fields, specs, (field) => issues.forbidden(field, FORBIDDEN));
  };
}

export function validateStatefulSetChange(
  before: object,
  after: object,
  issues: FieldIssues,
): void {
  const fixed = (spec: object): Spec => without(spec as Spec, STATEFUL_SET_MUTABLE);
  if (deepEqual(fixed(before), fixed(after))) return;
  const detail = `updates to statefulset spec for fields other than ${STATEFUL_SET_MUTABLE.join(", ")} are forbidden`;
  issues.forbidden("spec", detail);
}

export function validateNodeChange(
  before: { readonly providerID?: string },
  after: { readonly providerID?: string },
  issues: FieldIssues,
): void {
  if (before.providerID && before.providerID !== after.providerID) {
    issues.forbidden("spec.providerID", "node updates may not change providerID");
  }
}

/** A rule that a spec never changes at all. */
export function immutableSpec(before: object, after: object, issues: FieldIssues): void {
  if (!deepEqual(before, after)) issues.invalid("spec", after, "field is immutable");
}

export function validateSliceChange(
  beforeSpec: object,
  afterSpec: object,
  issues: FieldIssues,
): void {
  const before = beforeSpec as Spec;
  const after = afterSpec as Spec;
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
