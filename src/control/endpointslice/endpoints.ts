import type { SpecOf } from "../../api/kinds.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { isPodReady, isPodTerminal, type PodVersion } from "../../api/pod-version.js";

export type Service = ObjectVersion<"Service">;
type SliceBody = SpecOf["EndpointSlice"];
export type Endpoint = SliceBody["endpoints"][number];
export type EndpointPort = NonNullable<SliceBody["ports"]>[number];
export type AddressType = "IPv4" | "IPv6";

/** Endpoints that have the same ports: they share slices. */
export interface EndpointGroup {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Endpoint[];
}

/** A pod is an endpoint, ready or not, from its address to its end. */
function hasEndpoint(pod: PodVersion): boolean {
  return pod.status.podIP !== "" && !isPodTerminal(pod);
}

/** Whether what a Service's slices say of a pod may differ between two versions of it. */
export function endpointChanged(before: PodVersion, after: PodVersion): boolean {
  return (
    before.status.podIP !== after.status.podIP ||
    before.nodeName !== after.nodeName ||
    before.labels !== after.labels ||
    (before.deletionTimeMicros === null) !== (after.deletionTimeMicros === null) ||
    isPodReady(before) !== isPodReady(after) ||
    isPodTerminal(before) !== isPodTerminal(after)
  );
}

/**
 * The endpoints of a Service's pods, grouped by their ports. A port that is named is looked up in
 * each pod; a pod that lacks it has the others. Without any there is one group, which is empty.
 * Source: Kubernetes, "EndpointSlices: Conditions"; "Service: Field spec.ports".
 */
export function endpointGroups(
  service: Service,
  pods: Iterable<PodVersion>,
  zoneOf: (nodeName: string) => string | undefined,
): readonly EndpointGroup[] {
  const families = service.spec.ipFamilies ?? ["IPv4"];
  const groups = new Map<string, EndpointGroup>();
  for (const pod of pods) {
    if (!hasEndpoint(pod)) continue;
    const addressType: AddressType = pod.status.podIP.includes(":") ? "IPv6" : "IPv4";
    if (!families.includes(addressType)) continue;
    const ports = portsOf(service, pod);
    const key = groupKey(addressType, ports);
    let group = groups.get(key);
    if (group === undefined) {
      group = { addressType, ports, endpoints: [] };
      groups.set(key, group);
    }
    group.endpoints.push(endpointOf(service, pod, zoneOf(pod.nodeName)));
  }
  if (groups.size > 0) return [...groups.values()];
  return [{ addressType: families[0] === "IPv6" ? "IPv6" : "IPv4", ports: [], endpoints: [] }];
}

/** Equal for equal address types and ports, whatever their order. */
export function groupKey(addressType: string, ports: readonly EndpointPort[]): string {
  const texts = ports.map(
    ({ name = "", port = 0, protocol = "TCP", appProtocol = "" }) =>
      `${name}/${port}/${protocol}/${appProtocol}`,
  );
  return `${addressType} ${texts.sort().join(" ")}`;
}

function endpointOf(service: Service, pod: PodVersion, zone: string | undefined): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.deletionTimeMicros !== null;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { hostname, subdomain } = pod.spec;
  const named = hostname !== undefined && hostname !== "" && subdomain === service.name;
  return {
    addresses: [pod.status.podIP],
    conditions: { ready, serving, terminating },
    ...(named && { hostname }),
    ...(pod.nodeName !== "" && { nodeName: pod.nodeName }),
    targetRef: { kind: "Pod", namespace: pod.namespace, name: pod.name, uid: pod.uid },
    ...(zone !== undefined && { zone }),
  };
}

function portsOf(service: Service, pod: PodVersion): readonly EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const servicePort of service.spec.ports ?? []) {
    const { name = "", protocol = "TCP", appProtocol } = servicePort;
    const target = servicePort.targetPort ?? servicePort.port;
    const port = typeof target === "number" ? target : namedPort(pod, target, protocol);
    if (port === undefined) continue;
    ports.push({ name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) });
  }
  return ports;
}

function namedPort(pod: PodVersion, name: string, protocol: string): number | undefined {
  if (/^[0-9]+$/.test(name)) return Number(name);
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === "Always");
  for (const container of [...pod.spec.containers, ...sidecars]) {
    for (const port of container.ports ?? []) {
      if (port.name === name && (port.protocol ?? "TCP") === protocol) return port.containerPort;
    }
  }
  return undefined;
}

/** Which endpoint it is, whatever its state. */
export function endpointKey(endpoint: Endpoint): string {
  return `${endpoint.addresses[0] ?? ""} ${endpoint.hostname ?? ""} ${endpoint.targetRef?.uid ?? ""}`;
}

export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    (a.conditions?.ready ?? true) === (b.conditions?.ready ?? true) &&
    (a.conditions?.serving ?? true) === (b.conditions?.serving ?? true) &&
    (a.conditions?.terminating ?? false) === (b.conditions?.terminating ?? false)
  );
}
