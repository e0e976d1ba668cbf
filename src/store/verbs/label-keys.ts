import type { Labels, LabelSelector, PodSpec } from "../../api/kubernetes.js";

/** Which terms of a new pod the server completes with the pod's own labels. */
export interface MergedLabelKeys {
  /** Of pod affinity and anti-affinity. Source: KEP-3633. */
  readonly affinity: boolean;
  /** Of topology spread; before, the scheduler did so. Source: KEP-3243. */
  readonly spread: boolean;
}

interface KeyedTerm {
  readonly labelSelector?: LabelSelector;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

/** A term without a selector matches nothing, and stays as it is. */
function merged<T extends KeyedTerm>(term: T, labels: Labels): T {
  if (term.labelSelector === undefined) return term;
  const requirements = (keys: readonly string[] | undefined, operator: "In" | "NotIn") =>
    (keys ?? []).flatMap((key) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const more = [
    ...requirements(term.matchLabelKeys, "In"),
    ...requirements(term.mismatchLabelKeys, "NotIn"),
  ];
  if (more.length === 0) return term;
  const { matchExpressions = [], ...selector } = term.labelSelector;
  return {
    ...term,
    labelSelector: { ...selector, matchExpressions: [...matchExpressions, ...more] },
  };
}

type Side = NonNullable<NonNullable<PodSpec["affinity"]>["podAffinity"]>;

function mergedSide(side: Side, labels: Labels): Side {
  const {
    requiredDuringSchedulingIgnoredDuringExecution: required,
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
  } = side;
  return {
    ...side,
    ...(required === undefined
      ? {}
      : {
          requiredDuringSchedulingIgnoredDuringExecution: required.map((term) =>
            merged(term, labels),
          ),
        }),
    ...(preferred === undefined
      ? {}
      : {
          preferredDuringSchedulingIgnoredDuringExecution: preferred.map((weighted) => ({
            ...weighted,
            podAffinityTerm: merged(weighted.podAffinityTerm, labels),
          })),
        }),
  };
}

function termsOf(
  { affinity, topologySpreadConstraints }: PodSpec,
  which: MergedLabelKeys,
): readonly KeyedTerm[] {
  const sides = which.affinity ? [affinity?.podAffinity, affinity?.podAntiAffinity] : [];
  const terms: KeyedTerm[] = sides.flatMap((side) => [
    ...(side?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(side?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((w) => w.podAffinityTerm),
  ]);
  return which.spread ? [...terms, ...(topologySpreadConstraints ?? [])] : terms;
}

/**
 * Completes the terms of new pods with the pods' own values of the labels that they name. Pods of one
 * spec and the same values share the result.
 */
export class LabelKeyMerger {
  private readonly known = new WeakMap<PodSpec, Map<string, PodSpec>>();
  private readonly without = new WeakSet<PodSpec>();

  constructor(private readonly which: MergedLabelKeys) {}

  merge(spec: PodSpec, labels: Labels): PodSpec {
    if (this.without.has(spec)) return spec;
    const keys = termsOf(spec, this.which).flatMap((term) => [
      ...(term.matchLabelKeys ?? []),
      ...(term.mismatchLabelKeys ?? []),
    ]);
    if (keys.length === 0) {
      this.without.add(spec);
      return spec;
    }
    const values = JSON.stringify(keys.map((key) => labels[key] ?? null));
    const bySpec = this.known.get(spec) ?? new Map<string, PodSpec>();
    this.known.set(spec, bySpec);
    let result = bySpec.get(values);
    if (result === undefined) {
      result = this.merged(spec, labels);
      bySpec.set(values, result);
      this.without.add(result);
    }
    return result;
  }

  private merged(spec: PodSpec, labels: Labels): PodSpec {
    const { affinity, topologySpreadConstraints: constraints } = spec;
    const { podAffinity, podAntiAffinity } = affinity ?? {};
    const sides = {
      ...(podAffinity === undefined ? {} : { podAffinity: mergedSide(podAffinity, labels) }),
      ...(podAntiAffinity === undefined
        ? {}
        : { podAntiAffinity: mergedSide(podAntiAffinity, labels) }),
    };
    const own =
      affinity === undefined || !this.which.affinity ? {} : { affinity: { ...affinity, ...sides } };
    const spread =
      constraints === undefined || !this.which.spread
        ? {}
        : { topologySpreadConstraints: constraints.map((one) => merged(one, labels)) };
    return { ...spec, ...own, ...spread };
  }
}
