import type { Manifest } from "../../api/kubernetes.js";
import { nearestName } from "../../base/near-name.js";
import type { Backends } from "../../traffic/cluster/traffic-spec.js";
import type { Target } from "../schema/scenario.js";

interface BackendRef {
  readonly name?: string;
  readonly namespace?: string;
  readonly kind?: string;
  readonly weight?: number;
}

type BackendsOrFlaw = Backends | { readonly message: string };

/** The Services behind a target, with their weights. `manifests` hold it, of whatever kind it is. */
export function backendsOf(target: Target, manifests: readonly Manifest[]): BackendsOrFlaw {
  const { kind, namespace, name } = target;
  if (!["Service", "Ingress", "HTTPRoute"].includes(kind)) {
    return { message: `requests go to a Service, an Ingress or an HTTPRoute, not to a ${kind}` };
  }
  const alike = manifests.filter(
    (one) => one.kind === kind && (one.metadata.namespace ?? "default") === namespace,
  );
  const found = alike.findLast((one) => one.metadata.name === name);
  if (found === undefined) return { message: missing(target, alike) };
  if (kind === "Service") return [{ to: { namespace, name }, weight: 1 }];
  const led = kind === "Ingress" ? ofIngress(found, namespace) : ofRoute(found, namespace);
  return "message" in led ? led : thatAreThere(kind, led, manifests);
}

/** The Services that a route leads to, if all of them are in the manifests. */
function thatAreThere(
  kind: string,
  backends: Backends,
  manifests: readonly Manifest[],
): BackendsOrFlaw {
  for (const { to } of backends) {
    const alike = manifests.filter(
      (one) => one.kind === "Service" && (one.metadata.namespace ?? "default") === to.namespace,
    );
    if (alike.some(({ metadata }) => metadata.name === to.name)) continue;
    return { message: `the ${kind} leads astray: ${missing({ kind: "Service", ...to }, alike)}` };
  }
  return backends;
}

function missing({ kind, namespace, name }: Target, alike: readonly Manifest[]): string {
  const there = alike.map(({ metadata }) => metadata.name ?? "");
  const wanted = `there is no ${kind} \`${namespace}/${name}\` in the manifests`;
  return there.length === 0 ? wanted : `${wanted}; the nearest is \`${nearestName(name, there)}\``;
}

/**
 * All rules of an Ingress must lead to one Service: which requests have which path is not modelled.
 * Source: Kubernetes, "Ingress".
 */
function ofIngress({ spec }: Manifest, namespace: string): BackendsOrFlaw {
  interface Backend {
    readonly service?: { readonly name?: string };
  }
  const { rules = [], defaultBackend } = (spec ?? {}) as {
    readonly rules?: readonly { http?: { paths?: readonly { backend?: Backend }[] } }[];
    readonly defaultBackend?: Backend;
  };
  const byPath = rules.flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend));
  const backends = byPath.length > 0 ? byPath : [defaultBackend];
  const names = [...new Set(backends.flatMap((backend) => backend?.service?.name ?? []))];
  if (names.length === 1) return [{ to: { namespace, name: names[0]! }, weight: 1 }];
  if (names.length === 0) return { message: "the Ingress leads to no Service" };
  const list = names.join(", ");
  return { message: `the Ingress leads to several Services (${list}): expected one of them` };
}

/** Source: Gateway API, "HTTPRoute: Weighted backends"; a weight that is not given is 1. */
function ofRoute({ spec }: Manifest, namespace: string): BackendsOrFlaw {
  const { rules = [] } = (spec ?? {}) as {
    readonly rules?: readonly { readonly backendRefs?: readonly BackendRef[] }[];
  };
  const filled = rules.filter(({ backendRefs = [] }) => backendRefs.length > 0);
  if (filled.length > 1) {
    return {
      message: `the HTTPRoute has ${filled.length} rules: expected a Service of one of them`,
    };
  }
  const backends = (filled[0]?.backendRefs ?? [])
    .filter(({ kind = "Service" }) => kind === "Service")
    .map((ref) => ({
      to: { namespace: ref.namespace ?? namespace, name: ref.name ?? "" },
      weight: ref.weight ?? 1,
    }));
  return backends.some(({ weight }) => weight > 0)
    ? backends
    : { message: "the HTTPRoute leads to no Service with a weight above 0" };
}
