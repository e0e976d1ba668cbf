import { own } from "../../base/own.js";
import { deepEqual } from "../deep-equal.js";
import type { Container, PodSpec, Toleration } from "../kubernetes.js";
import type { FieldIssues } from "./field-issue.js";

const ONLY_THESE =
  "pod updates may not change fields other than `spec.containers[*].image`, " +
  "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, " +
  "`spec.tolerations` (only additions to existing tolerations), " +
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

export interface PodUpdateOptions {
  /** The write goes to the pod's `resize` subresource: containers' resources may change (KEP-1287). */
  readonly resize?: boolean;
}

function validateDeadline(before: PodSpec, after: PodSpec, issues: FieldIssues): void {
  const path = "spec.activeDeadlineSeconds";
  const was = before.activeDeadlineSeconds ?? undefined;
  const is = after.activeDeadlineSeconds ?? undefined;
  if (was === undefined) issues.inRange(path, is, { min: 1, max: 2 ** 31 - 1 });
  else if (is === undefined) {
    issues.invalid(path, is, "must not update from a positive integer to nil value");
  } else if (is > was) issues.invalid(path, is, "must be less than or equal to previous value");
}

function validateGates(before: PodSpec, after: PodSpec, issues: FieldIssues): void {
  const old = new Set((before.schedulingGates ?? []).map((gate) => gate.name));
  (after.schedulingGates ?? []).forEach(({ name }, i) => {
    if (!old.has(name)) {
      const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
      issues.forbidden(`spec.schedulingGates[${i}]`, detail);
    }
  });
}

function sameToleration(a: Toleration, b: Toleration): boolean {
  const text = (t: Toleration) =>
    [t.key ?? "", t.operator || "Equal", t.value ?? "", t.effect ?? ""].join("\n");
  return text(a) === text(b);
}

function validateTolerations(before: PodSpec, after: PodSpec, issues: FieldIssues): void {
  const now = after.tolerations ?? [];
  const kept = (before.tolerations ?? []).every((old) => now.some((t) => sameToleration(old, t)));
  if (!kept) {
    const detail = "existing toleration can not be modified except its tolerationSeconds";
    issues.forbidden("spec.tolerations", detail);
  }
}

/** While a pod is gated its node selector and node affinity may be made stricter. */
function gatedPlacement(before: PodSpec, after: PodSpec): Record<string, unknown> {
  if ((before.schedulingGates ?? []).length === 0) return {};
  const old = Object.entries(before.nodeSelector ?? {});
  const selectorKept = old.every(([key, value]) => own(after.nodeSelector, key) === value);
  const affinityWas = before.affinity?.nodeAffinity;
  const affinityKept =
    affinityWas === undefined || isStricter(affinityWas, after.affinity?.nodeAffinity);
  const otherAffinitySame =
    deepEqual(before.affinity?.podAffinity, after.affinity?.podAffinity) &&
    deepEqual(before.affinity?.podAntiAffinity, after.affinity?.podAntiAffinity);
  return {
    ...(selectorKept ? { nodeSelector: after.nodeSelector } : {}),
    ...(affinityKept && otherAffinitySame ? { affinity: after.affinity } : {}),
  };
}

type NodeAffinity = NonNullable<NonNullable<PodSpec["affinity"]>["nodeAffinity"]>;

/** Each required term keeps what it had and may demand more; preferences are free. */
function isStricter(before: NodeAffinity, after: NodeAffinity | undefined): boolean {
  const old = before.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const now = after?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (old.length === 0) return true;
  if (old.length !== now.length) return false;
  return old.every((term, i) =>
    (["matchExpressions", "matchFields"] as const).every((list) =>
      (term[list] ?? []).every((wanted, j) => deepEqual(wanted, now[i]?.[list]?.[j])),
    ),
  );
}

function withoutMutable(
  containers: readonly Container[] | undefined,
  resize: boolean,
): readonly Container[] {
  return (containers ?? []).map((container) => {
    const { image: _, ...rest } = container;
    if (!resize) return rest as Container;
    const { resources: __, ...others } = rest;
    return others as Container;
  });
}

/** Which changes of a pod's spec are allowed. Source: Kubernetes, "Pod update and replacement". */
export function validatePodUpdate(
  before: PodSpec,
  after: PodSpec,
  { issues, options }: { issues: FieldIssues; options: PodUpdateOptions },
): void {
  for (const list of ["containers", "initContainers"] as const) {
    if ((before[list]?.length ?? 0) !== (after[list]?.length ?? 0)) {
      issues.forbidden(`spec.${list}`, "pod updates may not add or remove containers");
      return;
    }
    (after[list] ?? []).forEach((container, i) => {
      if (!container.image) issues.required(`spec.${list}[${i}].image`);
    });
  }
  validateDeadline(before, after, issues);
  validateGates(before, after, issues);
  validateTolerations(before, after, issues);
  const resize = options.resize === true;
  const strip = (spec: PodSpec): Record<string, unknown> => {
    const { activeDeadlineSeconds: _, tolerations: __, schedulingGates: ___, ...rest } = spec;
    return {
      ...rest,
      ...(resize ? { resources: undefined } : {}),
      containers: withoutMutable(spec.containers, resize),
      initContainers: withoutMutable(spec.initContainers, resize),
    };
  };
  const allowed = gatedPlacement(before, after);
  const grace =
    (before.terminationGracePeriodSeconds ?? 0) < 0 && after.terminationGracePeriodSeconds === 1
      ? { terminationGracePeriodSeconds: 1 }
      : {};
  if (!deepEqual({ ...strip(before), ...allowed, ...grace }, strip(after))) {
    issues.forbidden("spec", ONLY_THESE);
  }
}
