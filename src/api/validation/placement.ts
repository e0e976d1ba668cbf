import type {
  Affinity,
  LabelSelector,
  NodeSelectorTerm,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from "../kubernetes.js";
import { parseInt64 } from "../label-selector.js";
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from "../label-validation.js";
import type { FieldIssues } from "./field-issue.js";
import { validateLabelSelector } from "./metadata.js";

const TAINT_EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;

export interface PlacementOptions {
  /** Tolerations may have the operators Gt and Lt (KEP-5471). */
  readonly comparisonOperators?: boolean;
}

function validateToleration(
  toleration: Toleration,
  path: string,
  { issues, options }: { issues: FieldIssues; options: PlacementOptions },
): void {
  const { key = "", value = "", effect = "" } = toleration;
  const operator: string = toleration.operator ?? "";
  if (key !== "") issues.invalidFor(`${path}.key`, key, qualifiedNameErrors(key));
  else if (operator !== "Exists") {
    const detail = "operator must be Exists when `key` is empty, which means all taints";
    issues.invalid(`${path}.operator`, operator, detail);
  }
  if (toleration.tolerationSeconds != null && effect !== "NoExecute") {
    const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    issues.invalid(`${path}.effect`, effect, detail);
  }
  const comparisons = options.comparisonOperators === true ? ["Gt", "Lt"] : [];
  if (operator === "" || operator === "Equal") {
    issues.invalidFor(`${path}.value`, value, labelValueErrors(value));
  } else if (operator === "Exists") {
    if (value !== "") {
      issues.invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'");
    }
  } else if (comparisons.includes(operator)) {
    if (parseInt64(value) === undefined) {
      issues.invalid(`${path}.value`, value, "must be an integer with the operators Gt and Lt");
    }
  } else issues.oneOf(`${path}.operator`, operator, ["Equal", "Exists", ...comparisons]);
  if (effect !== "") issues.oneOf(`${path}.effect`, effect, TAINT_EFFECTS);
}

export function validateTolerations(
  tolerations: readonly Toleration[],
  path: string,
  context: { issues: FieldIssues; options: PlacementOptions },
): void {
  tolerations.forEach((toleration, i) => {
    validateToleration(toleration, `${path}[${i}]`, context);
  });
}

export function validateTaints(
  taints: readonly { key?: string; value?: string; effect?: string }[],
  path: string,
  issues: FieldIssues,
): void {
  const seen = new Set<string>();
  taints.forEach(({ key = "", value = "", effect = "" }, i) => {
    const at = `${path}[${i}]`;
    issues.invalidFor(`${at}.key`, key, qualifiedNameErrors(key));
    issues.invalidFor(`${at}.value`, value, labelValueErrors(value));
    issues.oneOf(`${at}.effect`, effect, TAINT_EFFECTS);
    const identity = `${key}:${effect}`;
    if (seen.has(identity)) issues.duplicate(at, identity);
    seen.add(identity);
  });
}

function validateExpression(
  { key = "", operator, values = [] }: { key?: string; operator?: string; values?: string[] },
  path: string,
  issues: FieldIssues,
): void {
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) {
        issues.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
      }
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) {
        const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
        issues.forbidden(`${path}.values`, detail);
      }
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1) {
        const detail = "must be specified single value when `operator` is 'Lt' or 'Gt'";
        issues.required(`${path}.values`, detail);
      } else if (parseInt64(values[0]!) === undefined) {
        // Upstream takes it: the term then holds nowhere, or ends each attempt with an error.
        issues.invalid(`${path}.values[0]`, values[0], "must be an integer");
      }
      break;
    default:
      issues.invalid(`${path}.operator`, operator, "not a valid selector operator");
  }
  issues.invalidFor(`${path}.key`, key, qualifiedNameErrors(key));
}

function validateTermField(
  { key, operator, values = [] }: { key?: string; operator?: string; values?: string[] },
  path: string,
  issues: FieldIssues,
): void {
  if (operator !== "In" && operator !== "NotIn") {
    issues.invalid(`${path}.operator`, operator, "not a valid selector operator");
  } else if (values.length !== 1) {
    issues.required(
      `${path}.values`,
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
    );
  }
  if (key !== "metadata.name") {
    issues.invalid(`${path}.key`, key, "not a valid field selector key");
    return;
  }
  values.forEach((value, i) => {
    issues.invalidFor(`${path}.values[${i}]`, value, dns1123SubdomainErrors(value));
  });
}

function validateNodeSelectorTerm(term: NodeSelectorTerm, path: string, issues: FieldIssues): void {
  (term.matchExpressions ?? []).forEach((expression, i) => {
    validateExpression(expression, `${path}.matchExpressions[${i}]`, issues);
  });
  (term.matchFields ?? []).forEach((field, i) => {
    validateTermField(field, `${path}.matchFields[${i}]`, issues);
  });
}

/** The terms of a node selector, of which there must be one. */
export function validateNodeSelector(
  selector: { nodeSelectorTerms?: NodeSelectorTerm[] },
  path: string,
  issues: FieldIssues,
): void {
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) {
    issues.required(`${path}.nodeSelectorTerms`, "must have at least one node selector term");
  }
  terms.forEach((term, i) => {
    validateNodeSelectorTerm(term, `${path}.nodeSelectorTerms[${i}]`, issues);
  });
}

function validateWeight(weight: number | undefined, path: string, issues: FieldIssues): void {
  if (weight === undefined || weight < 1 || weight > 100) {
    issues.invalid(path, weight ?? 0, "must be in the range 1-100");
  }
}

interface KeyChecks {
  /** Of the term or constraint that the keys complete. */
  readonly selector: LabelSelector | null | undefined;
  /** Keys that must not be among them, by where they are. */
  readonly elsewhere?: Readonly<Record<string, readonly string[]>>;
  readonly issues: FieldIssues;
}

/** Keys of labels whose values the pod itself gives. */
function validateLabelKeys(
  keys: readonly string[],
  path: string,
  { selector, elsewhere = {}, issues }: KeyChecks,
): void {
  if (keys.length === 0) return;
  if (!selector) issues.forbidden(path, "must not be specified when labelSelector is not set");
  const list = path.slice(path.lastIndexOf(".") + 1);
  keys.forEach((key, i) => {
    const at = `${path}[${i}]`;
    issues.invalidFor(at, key, qualifiedNameErrors(key));
    for (const [other, there] of Object.entries(elsewhere)) {
      if (there.includes(key)) issues.invalid(at, key, `exists in both ${list} and ${other}`);
    }
  });
}

function selectedKeys(selector: LabelSelector | null | undefined): readonly string[] {
  const expressions = (selector?.matchExpressions ?? []).map(({ key }) => key);
  return [...Object.keys(selector?.matchLabels ?? {}), ...expressions];
}

function validatePodAffinityTerm(term: PodAffinityTerm, path: string, issues: FieldIssues): void {
  if (term.labelSelector) {
    validateLabelSelector(term.labelSelector, `${path}.labelSelector`, issues);
  }
  if (term.namespaceSelector) {
    validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`, issues);
  }
  (term.namespaces ?? []).forEach((namespace) => {
    issues.invalidFor(`${path}.namespace`, namespace, dns1123LabelErrors(namespace));
  });
  const { topologyKey = "", labelSelector: selector } = term;
  if (topologyKey === "") issues.required(`${path}.topologyKey`, "can not be empty");
  else issues.invalidFor(`${path}.topologyKey`, topologyKey, qualifiedNameErrors(topologyKey));
  const keys = term as { matchLabelKeys?: string[]; mismatchLabelKeys?: string[] };
  const { matchLabelKeys = [], mismatchLabelKeys = [] } = keys;
  const elsewhere = { labelSelector: selectedKeys(selector), mismatchLabelKeys };
  validateLabelKeys(matchLabelKeys, `${path}.matchLabelKeys`, { selector, elsewhere, issues });
  validateLabelKeys(mismatchLabelKeys, `${path}.mismatchLabelKeys`, { selector, issues });
}

/** Node affinity, pod affinity and pod anti-affinity. */
export function validateAffinity(affinity: Affinity, path: string, issues: FieldIssues): void {
  const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
  const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
  const node = affinity.nodeAffinity;
  if (node?.[REQUIRED]) {
    validateNodeSelector(node[REQUIRED], `${path}.nodeAffinity.${REQUIRED}`, issues);
  }
  (node?.[PREFERRED] ?? []).forEach((preferred, i) => {
    const at = `${path}.nodeAffinity.${PREFERRED}[${i}]`;
    validateWeight(preferred.weight, `${at}.weight`, issues);
    validateNodeSelectorTerm(preferred.preference ?? {}, `${at}.preference`, issues);
  });
  for (const side of ["podAffinity", "podAntiAffinity"] as const) {
    const pods = affinity[side];
    (pods?.[REQUIRED] ?? []).forEach((term, i) => {
      validatePodAffinityTerm(term, `${path}.${side}.${REQUIRED}[${i}]`, issues);
    });
    (pods?.[PREFERRED] ?? []).forEach((weighted, i) => {
      const at = `${path}.${side}.${PREFERRED}[${i}]`;
      validateWeight(weighted.weight, `${at}.weight`, issues);
      if (!weighted.podAffinityTerm) issues.required(`${at}.podAffinityTerm`);
      else validatePodAffinityTerm(weighted.podAffinityTerm, `${at}.podAffinityTerm`, issues);
    });
  }
}

function validateMinDomains(
  constraint: TopologySpreadConstraint,
  path: string,
  issues: FieldIssues,
): void {
  const { minDomains, whenUnsatisfiable } = constraint;
  if (minDomains == null) return;
  if (minDomains <= 0) {
    issues.invalid(`${path}.minDomains`, minDomains, "must be greater than zero");
  }
  if (whenUnsatisfiable !== "DoNotSchedule") {
    const given = whenUnsatisfiable ?? '""';
    const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${given}`;
    issues.invalid(`${path}.minDomains`, minDomains, detail);
  }
}

export function validateSpreadConstraints(
  constraints: readonly TopologySpreadConstraint[],
  path: string,
  issues: FieldIssues,
): void {
  const identities = constraints.map((one) => `{${one.topologyKey}, ${one.whenUnsatisfiable}}`);
  constraints.forEach((constraint, i) => {
    const at = `${path}[${i}]`;
    if (!(constraint.maxSkew > 0)) {
      issues.invalid(`${at}.maxSkew`, constraint.maxSkew ?? 0, "must be greater than zero");
    }
    // Its form is not looked at, other than in pod affinity.
    if (!constraint.topologyKey) issues.required(`${at}.topologyKey`, "can not be empty");
    const when = constraint.whenUnsatisfiable;
    issues.oneOf(`${at}.whenUnsatisfiable`, when, ["DoNotSchedule", "ScheduleAnyway"]);
    const identity = identities[i]!;
    if (identities.includes(identity, i + 1)) {
      issues.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, identity);
    }
    validateMinDomains(constraint, at, issues);
    for (const field of ["nodeAffinityPolicy", "nodeTaintsPolicy"] as const) {
      const policy = constraint[field];
      if (policy != null) issues.oneOf(`${at}.${field}`, policy, ["Honor", "Ignore"]);
    }
    const selector = constraint.labelSelector;
    if (selector) validateLabelSelector(selector, `${at}.labelSelector`, issues);
    const keys = constraint.matchLabelKeys ?? [];
    const elsewhere = { labelSelector: selectedKeys(selector) };
    validateLabelKeys(keys, `${at}.matchLabelKeys`, { selector, elsewhere, issues });
  });
}
