import type { HTTPIngressPath, IngressBackend, IngressSpec } from "../../api/schemas/types.js";
import type { Backends } from "../cluster/traffic-spec.js";
import { hasPathPrefix, hostMatch, type RequestShape } from "./request-shape.js";
import { type FindService, NO_BACKEND, NO_ROUTE, serviceBackend } from "./route-backend.js";

/**
 * Where an Ingress sends requests: to the backend of the longest path that meets them, of the rules of the nearest host, else
 * to its default backend. A path of its implementation's own type is taken as a prefix.
 *
 * Source: Kubernetes, "Ingress" (path types, multiple matches, hostname wildcards, default backend).
 */
export function ingressBackends(
  { rules = [], defaultBackend }: IngressSpec,
  namespace: string,
  { host, path }: RequestShape,
  find: FindService,
): Backends {
  const nearness = rules.map((rule) => hostNearness(rule.host ?? "", host));
  const nearest = Math.max(0, ...nearness);
  const paths = rules.flatMap(({ http }, i) =>
    nearness[i] === nearest && nearest > 0 ? (http?.paths ?? []) : [],
  );
  // A host's own rules without any path: all of it goes to the default backend.
  const backend = bestPath(paths, path)?.backend ?? defaultBackend;
  if (backend == null) return [NO_ROUTE];
  return backendsOf(backend, namespace, find);
}

/** 3: the very host, or one that is not known; 2: its wildcard; 1: rules of every host; 0: another host. */
function hostNearness(pattern: string, host: string | null): number {
  if (host === null) return 3;
  if (pattern === "") return 1;
  const met = hostMatch(host, pattern, "oneLabel");
  return met === 0 ? 0 : met + 1;
}

/** The longest path that is met; of equals an exact one, then the first. */
function bestPath(paths: readonly HTTPIngressPath[], path: string): HTTPIngressPath | null {
  let best: HTTPIngressPath | null = null;
  for (const one of paths) {
    const { path: wanted = "", pathType } = one;
    const isMet = pathType === "Exact" ? path === wanted : hasPathPrefix(path, wanted);
    if (!isMet) continue;
    const length = best?.path?.length ?? -1;
    const isExacter = pathType === "Exact" && best?.pathType !== "Exact";
    if (wanted.length > length || (wanted.length === length && isExacter)) best = one;
  }
  return best;
}

function backendsOf({ service }: IngressBackend, namespace: string, find: FindService): Backends {
  if (service == null) return [NO_BACKEND];
  return [serviceBackend({ namespace, name: service.name }, service.port ?? {}, 1, find)];
}
