import { RE2JS } from "re2js";
import type {
  HTTPRouteSpec,
  HTTPRouteSpecRules,
  HTTPRouteSpecRulesMatches,
  HTTPRouteSpecRulesMatchesHeaders,
} from "../../api/schemas/types.js";
import { own } from "../../base/own.js";
import type { Backend, Backends } from "../cluster/traffic-spec.js";
import { hasPathPrefix, hostMatch, type RequestShape } from "./request-shape.js";
import { type FindService, NO_BACKEND, NO_ROUTE, serviceBackend } from "./route-backend.js";

/**
 * Where an HTTPRoute sends requests: by weight to the backends of the rule that meets them best. What a reference
 * that leads nowhere would get, and all of a rule without any, is answered with 500. `spec` has its defaults.
 *
 * Source: Gateway API 1.4, HTTPRouteRule (precedence of matches; backendRefs) and HTTPBackendRef (weights).
 */
export function httpRouteBackends(
  { hostnames = [], rules = [] }: HTTPRouteSpec,
  namespace: string,
  request: RequestShape,
  find: FindService,
): Backends {
  const { host } = request;
  const isForHost =
    host === null ||
    hostnames.length === 0 ||
    hostnames.some((one) => hostMatch(host, one, "labels") > 0);
  const rule = isForHost ? bestRule(rules, request) : null;
  if (rule === null) return [NO_ROUTE];
  const backends = (rule.backendRefs ?? []).map(
    ({ group, kind, name, namespace: its, port, weight = 1 }): Backend =>
      (group ?? "") === "" && (kind ?? "Service") === "Service"
        ? serviceBackend({ namespace: its ?? namespace, name }, { number: port }, weight, find)
        : { ...NO_BACKEND, weight },
  );
  return backends.some(({ weight }) => weight > 0) ? backends : [NO_BACKEND];
}

/** The rule with the best match; the first of equals. */
function bestRule(
  rules: readonly HTTPRouteSpecRules[],
  request: RequestShape,
): HTTPRouteSpecRules | null {
  let best: HTTPRouteSpecRules | null = null;
  let bestRank: readonly number[] = [];
  for (const rule of rules) {
    for (const match of rule.matches ?? [{}]) {
      const rank = rankOf(match, request);
      if (rank === null || (best !== null && !isAbove(rank, bestRank))) continue;
      best = rule;
      bestRank = rank;
    }
  }
  return best;
}

function isAbove(rank: readonly number[], other: readonly number[]): boolean {
  const at = rank.findIndex((value, i) => value !== other[i]);
  return at >= 0 && rank[at]! > other[at]!;
}

/**
 * How narrow a match is that a request meets: its kind of path, the length of that, whether it names a method, how many headers and
 * parameters. Null: the request does not meet it. A regular expression comes behind an exact path, as Envoy's gateways have it.
 */
function rankOf(
  { path, method, headers = [], queryParams = [] }: HTTPRouteSpecRulesMatches,
  request: RequestShape,
): readonly number[] | null {
  const { type = "PathPrefix", value = "/" } = path ?? {};
  if (!meetsPath(request.path, type, value)) return null;
  if (method !== undefined && method !== request.method) return null;
  const given = Object.fromEntries(
    Object.entries(request.headers).map(([name, text]) => [name.toLowerCase(), text]),
  );
  if (!headers.every((one) => meetsValue(own(given, one.name.toLowerCase()), one))) return null;
  if (!queryParams.every((one) => meetsValue(own(request.query, one.name), one))) return null;
  const kinds = ["PathPrefix", "RegularExpression", "Exact"];
  const named = method === undefined ? 0 : 1;
  return [kinds.indexOf(type), value.length, named, headers.length, queryParams.length];
}

function meetsPath(path: string, type: string, value: string): boolean {
  if (type === "Exact") return path === value;
  if (type === "RegularExpression") return isMatch(value, path);
  return hasPathPrefix(path, value);
}

function meetsValue(
  given: string | undefined,
  { type = "Exact", value }: HTTPRouteSpecRulesMatchesHeaders,
): boolean {
  if (given === undefined) return false;
  return type === "RegularExpression" ? isMatch(value, given) : given === value;
}

/** Of the whole text; an expression that cannot be read meets nothing. */
function isMatch(expression: string, text: string): boolean {
  try {
    return RE2JS.matches(expression, text);
  } catch {
    return false;
  }
}
