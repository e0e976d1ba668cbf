import type { Labels } from "./kubernetes.js";

/**
 * `region:\0:zone` of a node, empty for a node without either; the labels of before v1.17 go before
 * the present ones. Source: Kubernetes `component-helpers/node/topology`, GetZoneKey.
 */
export function zoneKey(labels: Labels): string {
  const zone =
    labels["failure-domain.beta.kubernetes.io/zone"] ?? labels["topology.kubernetes.io/zone"] ?? "";
  const region =
    labels["failure-domain.beta.kubernetes.io/region"] ??
    labels["topology.kubernetes.io/region"] ??
    "";
  return region === "" && zone === "" ? "" : `${region}:\u0000:${zone}`;
}

/** The zone of a node by its labels; undefined for one without. */
export function zoneOf(labels: Labels): string | undefined {
  return labels["topology.kubernetes.io/zone"] ?? labels["failure-domain.beta.kubernetes.io/zone"];
}
