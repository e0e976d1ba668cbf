import type { Affinity, PodSpec } from "../../api/kubernetes.js";

const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

type Relaxation = (spec: PodSpec) => PodSpec | null;

/** In the order in which they are given up. */
const RELAXATIONS: readonly Relaxation[] = [
  withoutFirstRequiredTerm,
  (spec) => withoutHeaviest(spec, "podAffinity"),
  (spec) => withoutHeaviest(spec, "podAntiAffinity"),
  (spec) => withoutHeaviest(spec, "nodeAffinity"),
  withoutScheduleAnyway,
];

/**
 * The spec with one preference less, null where it has none left. Of required node affinity terms, which are
 * alternatives, all but the last can be given up.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/scheduling/preferences.go`.
 */
export function relaxed(spec: PodSpec, toleratesPreferNoSchedule: boolean): PodSpec | null {
  for (const relax of RELAXATIONS) {
    const result = relax(spec);
    if (result !== null) return result;
  }
  return toleratesPreferNoSchedule ? toleratingPreferNoSchedule(spec) : null;
}

function withAffinity(spec: PodSpec, change: Affinity): PodSpec {
  return { ...spec, affinity: { ...spec.affinity, ...change } };
}

export function withoutFirstRequiredTerm(spec: PodSpec): PodSpec | null {
  const { nodeAffinity } = spec.affinity ?? {};
  const terms = nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? [];
  if (terms.length < 2) return null;
  const rest = { nodeSelectorTerms: terms.slice(1) };
  return withAffinity(spec, { nodeAffinity: { ...nodeAffinity, [REQUIRED]: rest } });
}

function withoutHeaviest(
  spec: PodSpec,
  kind: "podAffinity" | "podAntiAffinity" | "nodeAffinity",
): PodSpec | null {
  const affinity = spec.affinity?.[kind];
  const terms: readonly { readonly weight: number }[] = affinity?.[PREFERRED] ?? [];
  if (terms.length === 0) return null;
  const rest = terms.toSorted((a, b) => b.weight - a.weight).slice(1);
  return withAffinity(spec, { [kind]: { ...affinity, [PREFERRED]: rest } });
}

/** The last constraint moves into the place of the one that is given up. */
function withoutScheduleAnyway(spec: PodSpec): PodSpec | null {
  const constraints = spec.topologySpreadConstraints ?? [];
  const at = constraints.findIndex((one) => one.whenUnsatisfiable === "ScheduleAnyway");
  if (at < 0) return null;
  const last = constraints.at(-1)!;
  return { ...spec, topologySpreadConstraints: constraints.with(at, last).slice(0, -1) };
}

const ANY_PREFERENCE = { operator: "Exists", effect: "PreferNoSchedule" };

export function toleratingPreferNoSchedule(spec: PodSpec): PodSpec | null {
  const { tolerations = [] } = spec;
  const isThere = tolerations.some(
    ({ key = "", operator, value = "", effect }) =>
      key === "" && operator === "Exists" && value === "" && effect === "PreferNoSchedule",
  );
  return isThere ? null : { ...spec, tolerations: [...tolerations, ANY_PREFERENCE] };
}
