import type { SpecOf } from "../kinds.js";
import { each, fill, within } from "./fill.js";

/** Seconds for which a client stays with its endpoint under ClientIP affinity. */
const CLIENT_IP_SECONDS = 10_800;

export function defaultService(spec: SpecOf["Service"]): SpecOf["Service"] {
  let filled = fill(spec, { sessionAffinity: "None", type: "ClusterIP" });
  if (filled.sessionAffinity === "ClientIP") {
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: CLIENT_IP_SECONDS } };
    filled = fill(filled, { sessionAffinityConfig });
  }
  if (filled.type === "NodePort" || filled.type === "LoadBalancer") {
    filled = fill(filled, { externalTrafficPolicy: "Cluster" });
  }
  if (filled.type !== "ExternalName") filled = fill(filled, { internalTrafficPolicy: "Cluster" });
  if (filled.type === "LoadBalancer")
    filled = fill(filled, { allocateLoadBalancerNodePorts: true });
  return within(filled, "ports", (ports) =>
    each(ports, (port) => fill(port, { protocol: "TCP", targetPort: port.port })),
  );
}

export function defaultEndpointSlice(spec: SpecOf["EndpointSlice"]): SpecOf["EndpointSlice"] {
  return within(spec, "ports", (ports) =>
    each(ports, (port) => fill(port, { name: "", protocol: "TCP" })),
  );
}
