import { parseInt64 } from "../label-selector.js";
import type {
  NodePoolSpecTemplateSpecRequirements as NodePoolRequirement,
  NodePoolSpec,
  NodePoolSpecDisruption,
} from "../schemas/types.js";
import type { FieldIssues } from "./field-issue.js";
import { requireFields } from "./node-pool-required.js";

const DURATION = /^(([0-9]+(s|m|h))+|Never)$/;
const BUDGET_NODES = /^((100|[0-9]{1,2})%|[0-9]+)$/;
const BUDGET_DURATION = /^((([0-9]+(h|m))|([0-9]+h[0-9]+m))(0s)?)$/;
const SCHEDULE =
  /^(@(annually|yearly|monthly|weekly|daily|midnight|hourly))|((.+)\s(.+)\s(.+)\s(.+)\s(.+))$/;
const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"];
const COMPARISONS: ReadonlySet<string> = new Set(["Gt", "Lt", "Gte", "Lte"]);
const POLICIES = ["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"];
const REASONS = ["Underutilized", "Empty", "Drifted", "Unhealthy"];
const MAX_WEIGHT = 100;
const MAX_MIN_VALUES = 50;

/** What the CustomResourceDefinition of a NodePool refuses. Source: karpenter 1.15, `karpenter.sh_nodepools.yaml`. */
export function validateNodePool(spec: NodePoolSpec, issues: FieldIssues): void {
  if (!requireFields(spec, issues)) return;
  const { weight, disruption, template, replicas, limits = {} } = spec;
  if (weight != null && (weight < 1 || weight > MAX_WEIGHT)) {
    issues.invalid("spec.weight", weight, `must be between 1 and ${MAX_WEIGHT}`);
  }
  if (replicas != null) {
    if (Object.keys(limits).some((name) => name !== "nodes")) {
      issues.forbidden("spec.limits", "only 'limits.nodes' is supported on static NodePools");
    }
    if (weight != null) issues.forbidden("spec.weight", "is not supported on static NodePools");
  }
  for (const [i, one] of template.spec.requirements.entries()) {
    validateRequirement(one, `spec.template.spec.requirements[${i}]`, issues);
  }
  for (const key of Object.keys(template.metadata?.labels ?? {})) {
    forbidLabel(key, "spec.template.metadata.labels", issues);
  }
  const { expireAfter, terminationGracePeriod } = template.spec;
  duration(expireAfter, "spec.template.spec.expireAfter", issues);
  duration(terminationGracePeriod, "spec.template.spec.terminationGracePeriod", issues);
  if (disruption != null) validateDisruption(disruption, issues);
}

function validateRequirement(
  { key, operator, values = [], minValues }: NodePoolRequirement,
  path: string,
  issues: FieldIssues,
): void {
  forbidLabel(key, `${path}.key`, issues);
  issues.oneOf(`${path}.operator`, operator, OPERATORS);
  if (operator === "In" && values.length === 0) {
    issues.required(`${path}.values`, "requirements with operator 'In' must have a value defined");
  }
  if (COMPARISONS.has(operator)) {
    const number = values.length === 1 ? parseInt64(values[0]!) : undefined;
    if (number === undefined || number < 0n) {
      const detail = "with this operator there must be a single integer that is not negative";
      issues.invalid(`${path}.values`, values.join(", "), detail);
    }
  }
  if (minValues == null) return;
  if (minValues < 1 || minValues > MAX_MIN_VALUES) {
    issues.invalid(`${path}.minValues`, minValues, `must be between 1 and ${MAX_MIN_VALUES}`);
  } else if (operator === "In" && values.length < minValues) {
    issues.invalid(`${path}.minValues`, minValues, "must be at most the number of values");
  }
}

function forbidLabel(key: string, path: string, issues: FieldIssues): void {
  const [domain = ""] = key.split("/");
  const isKarpenters = domain.endsWith("karpenter.sh") && key !== "karpenter.sh/capacity-type";
  if (isKarpenters || key === "kubernetes.io/hostname") {
    issues.invalid(path, key, `the label ${JSON.stringify(key)} is restricted`);
  }
}

function validateDisruption(disruption: NodePoolSpecDisruption, issues: FieldIssues): void {
  const path = "spec.disruption";
  const { consolidateAfter, consolidationPolicy, budgets = [] } = disruption;
  duration(consolidateAfter, `${path}.consolidateAfter`, issues);
  if (consolidationPolicy != null) {
    issues.oneOf(`${path}.consolidationPolicy`, consolidationPolicy, POLICIES);
  }
  for (const [i, budget] of budgets.entries()) {
    const at = `${path}.budgets[${i}]`;
    const { nodes, schedule, duration: lasts, reasons = [] } = budget;
    if (nodes != null && !BUDGET_NODES.test(nodes)) {
      issues.invalid(`${at}.nodes`, nodes, 'must be a count such as "5" or a share such as "10%"');
    }
    if (schedule != null && !SCHEDULE.test(schedule)) {
      issues.invalid(`${at}.schedule`, schedule, "must be a line of cron");
    }
    if (lasts != null && !BUDGET_DURATION.test(lasts)) {
      issues.invalid(`${at}.duration`, lasts, 'must be hours and minutes such as "1h30m"');
    }
    if ((schedule == null) !== (lasts == null)) {
      issues.invalid(at, schedule ?? lasts, "'schedule' must be set with 'duration'");
    }
    for (const [j, reason] of reasons.entries()) {
      issues.oneOf(`${at}.reasons[${j}]`, reason, REASONS);
    }
  }
}

function duration(text: string | undefined | null, path: string, issues: FieldIssues): void {
  if (text == null || DURATION.test(text)) return;
  issues.invalid(path, text, 'must be a duration such as "1h30m", or "Never"');
}
