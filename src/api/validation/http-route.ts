import type {
  HTTPRouteSpec,
  HTTPRouteSpecRules,
  HTTPRouteSpecRulesBackendRefs,
  HTTPRouteSpecRulesMatches,
} from "../schemas/types.js";
import type { FieldIssues } from "./field-issue.js";

const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
const PATH_TYPES = ["Exact", "PathPrefix", "RegularExpression"];
const VALUE_TYPES = ["Exact", "RegularExpression"];
const NOT_IN_PATHS = ["//", "/./", "/../", "%2f", "%2F", "#"];
const NOT_AT_THE_END = ["/..", "/."];
const PATH = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;
const TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;
const MAX = { rules: 16, matches: 64, allMatches: 128, refs: 16, values: 16, weight: 1_000_000 };

/**
 * What the CustomResourceDefinition of an HTTPRoute refuses of what is modelled. `spec` has its defaults. Source: Gateway API 1.4,
 * `gateway.networking.k8s.io_httproutes.yaml`.
 */
export function validateHttpRoute(
  { hostnames = [], rules = [], parentRefs = [] }: HTTPRouteSpec,
  issues: FieldIssues,
): void {
  atMost(hostnames, "spec.hostnames", MAX.values, issues);
  for (const [i, hostname] of hostnames.entries()) {
    if (HOSTNAME.test(hostname)) continue;
    issues.invalid(`spec.hostnames[${i}]`, hostname, `must match ${HOSTNAME.source}`);
  }
  for (const [i, { name }] of parentRefs.entries()) {
    if (!name) issues.required(`spec.parentRefs[${i}].name`);
  }
  atMost(rules, "spec.rules", MAX.rules, issues);
  const matches = rules.reduce((sum, rule) => sum + (rule.matches ?? []).length, 0);
  if (matches > MAX.allMatches) {
    issues.invalid("spec.rules", matches, "the total number of matches must be at most 128");
  }
  for (const [i, rule] of rules.entries()) validateRule(rule, `spec.rules[${i}]`, issues);
}

function validateRule(rule: HTTPRouteSpecRules, path: string, issues: FieldIssues): void {
  const { matches = [], backendRefs = [], filters = [] } = rule;
  atMost(matches, `${path}.matches`, MAX.matches, issues);
  for (const [i, match] of matches.entries()) {
    validateMatch(match, `${path}.matches[${i}]`, issues);
  }
  atMost(backendRefs, `${path}.backendRefs`, MAX.refs, issues);
  for (const [i, ref] of backendRefs.entries()) {
    validateBackendRef(ref, `${path}.backendRefs[${i}]`, issues);
  }
  if (backendRefs.length > 0 && filters.some(({ requestRedirect }) => requestRedirect != null)) {
    issues.invalid(path, "", "RequestRedirect filter must not be used together with backendRefs");
  }
}

function validateBackendRef(
  { name, group, kind, port, weight }: HTTPRouteSpecRulesBackendRefs,
  path: string,
  issues: FieldIssues,
): void {
  if (!name) issues.required(`${path}.name`);
  if (group === "" && kind === "Service" && port == null) {
    issues.invalid(path, "", "Must have port for Service reference");
  }
  issues.inRange(`${path}.port`, port, { min: 1, max: 65_535 });
  issues.inRange(`${path}.weight`, weight, { min: 0, max: MAX.weight });
}

function validateMatch(match: HTTPRouteSpecRulesMatches, path: string, issues: FieldIssues): void {
  const { path: wanted, method } = match;
  if (wanted != null) validatePath(wanted, `${path}.path`, issues);
  if (method != null) issues.oneOf(`${path}.method`, method, METHODS);
  for (const key of ["headers", "queryParams"] as const) {
    const values = match[key] ?? [];
    atMost(values, `${path}.${key}`, MAX.values, issues);
    for (const [i, { name, value, type }] of values.entries()) {
      const at = `${path}.${key}[${i}]`;
      if (!name) issues.required(`${at}.name`);
      else if (!TOKEN.test(name)) issues.invalid(`${at}.name`, name, `must match ${TOKEN.source}`);
      if (!value) issues.required(`${at}.value`);
      issues.oneOf(`${at}.type`, type, VALUE_TYPES);
    }
  }
}

function validatePath(
  { type, value = "" }: NonNullable<HTTPRouteSpecRulesMatches["path"]>,
  path: string,
  issues: FieldIssues,
): void {
  issues.oneOf(`${path}.type`, type, PATH_TYPES);
  if (type !== "Exact" && type !== "PathPrefix") return;
  const wrong = (detail: string) => issues.invalid(`${path}.value`, value, detail);
  const forType = "when type one of ['Exact', 'PathPrefix']";
  if (!value.startsWith("/")) wrong(`must be an absolute path and start with '/' ${forType}`);
  for (const part of NOT_IN_PATHS) {
    if (value.includes(part)) wrong(`must not contain '${part}' ${forType}`);
  }
  for (const end of NOT_AT_THE_END) {
    if (value.endsWith(end)) wrong(`must not end with '${end}' ${forType}`);
  }
  if (!PATH.test(value)) wrong(`must only contain valid characters (matching ${PATH.source})`);
}

function atMost(list: readonly unknown[], path: string, most: number, issues: FieldIssues): void {
  if (list.length <= most) return;
  issues.invalid(path, list.length, `must have at most ${most} items`);
}
