import type { SpecOf, Status } from "../kinds.js";
import { dns1123SubdomainErrors, portNameErrors } from "../label-validation.js";
import { validatePortNumber } from "./container.js";
import type { FieldIssues } from "./field-issue.js";
import { validateLabels } from "./metadata.js";
import { validateTaints } from "./placement.js";
import { validateAmounts } from "./resources.js";

export function validateNode(
  spec: SpecOf["Node"],
  status: Status<"Node"> | undefined,
  issues: FieldIssues,
): void {
  validateTaints(spec.taints ?? [], "spec.taints", issues);
  validateAmounts(status?.capacity, "status.capacity", issues);
  validateAmounts(status?.allocatable, "status.allocatable", issues);
}

const SERVICE_TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] as const;

function validateTargetPort(target: unknown, path: string, issues: FieldIssues): void {
  if (typeof target === "number") validatePortNumber(path, target, issues);
  else if (typeof target === "string") issues.invalidFor(path, target, portNameErrors(target));
}

function validateServicePorts(
  ports: NonNullable<SpecOf["Service"]["ports"]>,
  issues: FieldIssues,
): void {
  const names = new Set<string>();
  const numbers = new Set<string>();
  ports.forEach((port, i) => {
    const path = `spec.ports[${i}]`;
    if (!port.name) {
      if (ports.length > 1) issues.required(`${path}.name`);
    } else {
      issues.invalidFor(`${path}.name`, port.name, portNameReasons(port.name));
      if (names.has(port.name)) issues.duplicate(`${path}.name`, port.name);
      names.add(port.name);
    }
    issues.inRange(`${path}.port`, port.port ?? 0, { min: 1, max: 65_535 });
    issues.oneOf(`${path}.protocol`, port.protocol, ["TCP", "UDP", "SCTP"]);
    validateTargetPort(port.targetPort, `${path}.targetPort`, issues);
    const identity = `${port.protocol}/${port.port}`;
    if (numbers.has(identity)) issues.duplicate(path, identity);
    numbers.add(identity);
  });
}

/** A Service's port name is a DNS label. */
function portNameReasons(name: string): readonly string[] {
  return name.length > 63 || name.includes(".")
    ? ["must be a DNS label"]
    : dns1123SubdomainErrors(name);
}

export function validateService(spec: SpecOf["Service"], issues: FieldIssues): void {
  issues.oneOf("spec.type", spec.type, SERVICE_TYPES);
  const ports = spec.ports ?? [];
  const headless = spec.clusterIP === "None";
  if (ports.length === 0 && !headless && spec.type !== "ExternalName") {
    issues.required("spec.ports");
  }
  if (headless && (spec.type === "NodePort" || spec.type === "LoadBalancer")) {
    const detail = "may not be set to 'None' for LoadBalancer services or NodePort services";
    issues.invalid("spec.clusterIP", "None", detail);
  }
  if (spec.type === "ExternalName" && !spec.externalName) issues.required("spec.externalName");
  validateServicePorts(ports, issues);
  validateLabels(spec.selector ?? {}, "spec.selector", issues);
  issues.oneOf("spec.sessionAffinity", spec.sessionAffinity, ["ClientIP", "None"]);
}

/** The most endpoints of one slice that the API server takes. */
const MAX_ENDPOINTS = 1000;

export function validateEndpointSlice(spec: SpecOf["EndpointSlice"], issues: FieldIssues): void {
  issues.oneOf("addressType", spec.addressType, ["IPv4", "IPv6", "FQDN"]);
  const endpoints = spec.endpoints ?? [];
  if (endpoints.length > MAX_ENDPOINTS) {
    issues.invalid("endpoints", endpoints.length, `must have at most ${MAX_ENDPOINTS} items`);
  }
  endpoints.forEach((endpoint, i) => {
    const addresses = endpoint.addresses ?? [];
    if (addresses.length === 0) issues.required(`endpoints[${i}].addresses`);
  });
}
