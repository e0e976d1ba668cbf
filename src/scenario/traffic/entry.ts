import { defaultSpec } from "../../api/defaults.js";
import type { Manifest } from "../../api/kubernetes.js";
import { kindOf, toCurrentVersion } from "../../api/legacy-versions.js";
import type { HTTPRouteSpec, IngressSpec, ServiceSpec } from "../../api/schemas/types.js";
import { nearestName } from "../../base/near-name.js";
import { partsOfName } from "../../traffic/cluster/service-name.js";
import type { Backends, RouteEntry, TrafficSpec } from "../../traffic/cluster/traffic-spec.js";
import { httpRouteBackends } from "../../traffic/routes/http-route-backends.js";
import { ingressBackends } from "../../traffic/routes/ingress-backends.js";
import { ANY_REQUEST, type RequestShape } from "../../traffic/routes/request-shape.js";
import { type FindService, hasPort } from "../../traffic/routes/route-backend.js";
import type { Target } from "../schema/scenario.js";
import { podNameFlaw } from "./pod-names.js";

export interface EntryFlaw {
  readonly message: string;
  /** The key beside `to` that is wrong; absent: `to` itself. */
  readonly key?: string;
}

/** Where requests to a target come in. `manifests` hold it, of whatever kind it is. */
export function entryOf(
  target: Target,
  request: RequestShape | null,
  manifests: readonly Manifest[],
): TrafficSpec["to"] | EntryFlaw {
  const { kind, namespace, name } = target;
  if (kind !== "Service" && kind !== "Ingress" && kind !== "HTTPRoute") {
    return { message: `requests go to a Service, an Ingress or an HTTPRoute, not to a ${kind}` };
  }
  const flaw = objectFlaw(target, manifests);
  if (flaw !== null) return { message: flaw };
  if (kind !== "Service") return { kind, namespace, name, request: request ?? ANY_REQUEST };
  if (request === null) return { namespace, name };
  const message = "a Service takes requests whatever they say: expected it with a route only";
  return { message, key: "request" };
}

/** Why a target is none of the manifests' objects, nor the name of one of their pods; null where it is. */
function objectFlaw(target: Target, manifests: readonly Manifest[]): string | null {
  const { kind, name } = target;
  const { service, hostname } = partsOfName(name);
  const isPod = kind === "Service" && hostname !== null;
  const object = isPod ? { ...target, name: service } : target;
  if (isPod && service.includes(".")) {
    const right = `${target.namespace}/Service/${hostname}.${service.split(".", 1)[0]}`;
    return `the namespace stands before the kind, and nothing behind the Service: expected \`${right}\``;
  }
  const manifest = found(object, manifests);
  if (manifest === undefined) return missing(object, manifests);
  return isPod ? podNameFlaw(target, manifest, manifests) : null;
}

/** What a route lacks, as the manifests have it: requests that get no answer at the start. */
export function routeNotes(entry: RouteEntry, manifests: readonly Manifest[]): readonly string[] {
  const name = `${entry.kind} \`${entry.namespace}/${entry.name}\``;
  const notes = manifestBackends(entry, manifests).flatMap(({ to, weight, lacks }) => {
    if (lacks === undefined) return [];
    if (lacks === "noRoute") return [`${name} has no rule for such requests: they fail (404)`];
    const share = weight === 0 ? "requests that its weight would give it would fail" : "they fail";
    if (to === null) return [`${name} leads some requests to no Service: ${share} (500)`];
    const service = { kind: "Service", ...to };
    const why =
      found(service, manifests) === undefined
        ? missing(service, manifests)
        : `Service \`${to.namespace}/${to.name}\` has no such port`;
    return [`${name} leads requests astray, ${share} (500): ${why}`];
  });
  return [...new Set(notes)];
}

function manifestBackends(entry: RouteEntry, manifests: readonly Manifest[]): Backends {
  const { kind, namespace, name, request } = entry;
  const manifest = found({ kind, namespace, name }, manifests)!;
  const { spec } = toCurrentVersion(kind, manifest) as { readonly spec?: unknown };
  const find: FindService = (to, port) => {
    const service = found({ kind: "Service", ...to }, manifests);
    return service !== undefined && hasPort((service.spec ?? {}) as ServiceSpec, port);
  };
  if (kind === "Ingress") {
    return ingressBackends((spec ?? {}) as IngressSpec, namespace, request, find);
  }
  const filled = defaultSpec(kind, (spec ?? {}) as HTTPRouteSpec);
  return httpRouteBackends(filled, namespace, request, find);
}

/** The newest form of an object. */
function found(target: Target, manifests: readonly Manifest[]): Manifest | undefined {
  return alike(target, manifests).findLast(({ metadata }) => metadata.name === target.name);
}

function alike({ kind, namespace }: Target, manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.filter(
    (one) =>
      one.kind === kind &&
      kindOf(one.apiVersion, kind) !== undefined &&
      (one.metadata.namespace ?? "default") === namespace,
  );
}

function missing(target: Target, manifests: readonly Manifest[]): string {
  const there = alike(target, manifests).map(({ metadata }) => metadata.name ?? "");
  const { kind, namespace, name } = target;
  const wanted = `there is no ${kind} \`${namespace}/${name}\` in the manifests`;
  return there.length === 0 ? wanted : `${wanted}; the nearest is \`${nearestName(name, there)}\``;
}

/** What is wrong with a Service that a figure is of. */
export function serviceFlaw(target: Target, manifests: readonly Manifest[]): string | null {
  const entry = entryOf(target, null, manifests);
  return "message" in entry ? entry.message : null;
}
