import type { NodeAffinity } from "../../../api/kubernetes.js";
import { parseInt64 } from "../../../api/label-selector.js";
import { labelValueErrors, qualifiedNameErrors } from "../../../api/label-validation.js";
import type { ObjectReader } from "../../framework/configuration/object-reader.js";
import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import type { NodeAffinityArgs } from "./node-affinity.js";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
const TERM_FIELDS = ["matchExpressions", "matchFields"];
const REQUIREMENT_FIELDS = ["key", "operator", "values"];
const OPERATORS = ["DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"];

/** What is wrong with the number of an operator's values, if anything. */
function countProblem(operator: string, count: number): string | null {
  switch (operator) {
    case "In":
    case "NotIn":
      return count === 0 ? "for 'in', 'notin' operators, values set can't be empty" : null;
    case "Exists":
    case "DoesNotExist":
      return count > 0 ? "values set must be empty for exists and does not exist" : null;
    default:
      return count === 1 ? null : "for 'Gt', 'Lt' operators, exactly one value is required";
  }
}

function checkExpression(requirement: ObjectReader): void {
  const { issues } = requirement;
  const key = requirement.string("key") ?? "";
  const operator = requirement.string("operator") ?? "";
  const values = requirement.strings("values");
  if (!OPERATORS.includes(operator)) {
    issues.oneOf(requirement.at("operator"), operator, OPERATORS);
    return;
  }
  issues.invalidFor(requirement.at("key"), key, qualifiedNameErrors(key));
  const at = requirement.at("values");
  const problem = countProblem(operator, values.length);
  if (problem !== null) issues.invalid(at, values, problem);
  values.forEach((value, i) => {
    if ((operator === "Gt" || operator === "Lt") && parseInt64(value) === undefined) {
      const detail = "for 'Gt', 'Lt' operators, the value must be an integer";
      issues.invalid(`${at}[${i}]`, value, detail);
    }
    issues.invalidFor(`${at}[${i}]`, value, labelValueErrors(value));
  });
}

function checkField(requirement: ObjectReader): void {
  const { issues } = requirement;
  requirement.string("key");
  const operator = requirement.string("operator") ?? "";
  const values = requirement.strings("values");
  issues.oneOf(requirement.at("operator"), operator, ["In", "NotIn"]);
  if (values.length !== 1)
    issues.invalid(requirement.at("values"), values, "must have one element");
}

function checkTerm(term: ObjectReader): void {
  term.objects("matchExpressions", REQUIREMENT_FIELDS).forEach(checkExpression);
  term.objects("matchFields", REQUIREMENT_FIELDS).forEach(checkField);
}

/**
 * The scheduler's own affinity is looked at as the scheduler would use it: terms may be missing, and
 * a weight may be any, unlike in a pod's. Source: `ValidateNodeAffinityArgs`, nodeaffinity.
 */
export const nodeAffinityArgs: ArgsReader = {
  fields: ["addedAffinity"],
  read(args): NodeAffinityArgs {
    const affinity = args?.object("addedAffinity", [REQUIRED, PREFERRED]) ?? null;
    if (args === null || affinity === null) return {};
    const required = affinity.object(REQUIRED, ["nodeSelectorTerms"]);
    required?.objects("nodeSelectorTerms", TERM_FIELDS).forEach(checkTerm);
    for (const term of affinity.objects(PREFERRED, ["weight", "preference"])) {
      term.integer("weight");
      const preference = term.object("preference", TERM_FIELDS);
      if (preference !== null) checkTerm(preference);
    }
    return { addedAffinity: args.raw("addedAffinity") as NodeAffinity };
  },
};
