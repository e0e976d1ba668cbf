import type {
  HTTPRouteSpec,
  HTTPRouteSpecRules,
  HTTPRouteSpecRulesMatches,
} from "../schemas/types.js";
import { each, fill, within } from "./fill.js";

const GATEWAY_GROUP = "gateway.networking.k8s.io";
const EVERY_PATH = { type: "PathPrefix", value: "/" };

/** What the CustomResourceDefinition of an HTTPRoute fills in. Source: Gateway API 1.4, `httproutes.yaml`. */
export function defaultHttpRoute(spec: HTTPRouteSpec): HTTPRouteSpec {
  const filled = fill(spec, { rules: [{}] });
  const parents = within(filled, "parentRefs", (refs) =>
    each(refs, (ref) => fill(ref, { group: GATEWAY_GROUP, kind: "Gateway" })),
  );
  return within(parents, "rules", (rules) => each(rules, defaultRule));
}

function defaultRule(rule: HTTPRouteSpecRules): HTTPRouteSpecRules {
  const matched = within(fill(rule, { matches: [{}] }), "matches", (all) =>
    each(all, defaultMatch),
  );
  return within(matched, "backendRefs", (refs) =>
    each(refs, (ref) => fill(ref, { group: "", kind: "Service", weight: 1 })),
  );
}

function defaultMatch(match: HTTPRouteSpecRulesMatches): HTTPRouteSpecRulesMatches {
  let filled = within(fill(match, { path: EVERY_PATH }), "path", (path) => fill(path, EVERY_PATH));
  for (const list of ["headers", "queryParams"] as const) {
    filled = within(filled, list, (all) => each(all, (one) => fill(one, { type: "Exact" })));
  }
  return filled;
}
