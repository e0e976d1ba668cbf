import type { SpecOf, Status } from "../kinds.js";
import { dns1123SubdomainErrors, labelValueErrors, portNameErrors } from "../label-validation.js";
import { mustParseQuantity } from "../quantity.js";
import { validatePortNumber } from "./container.js";
import type { FieldIssues } from "./field-issue.js";
import { validateLabels, validateLabelSelector } from "./metadata.js";
import { validateNodeSelector, validateTaints } from "./placement.js";
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

const ACCESS_MODES = [
  "ReadWriteOnce",
  "ReadOnlyMany",
  "ReadWriteMany",
  "ReadWriteOncePod",
] as const;

function validateAccessModes(modes: readonly string[], path: string, issues: FieldIssues): void {
  if (modes.length === 0) issues.required(path);
  modes.forEach((mode, i) => {
    issues.oneOf(`${path}[${i}]`, mode, ACCESS_MODES);
  });
}

/** Fields of a PersistentVolume's spec that are not where its data is. */
const NOT_A_SOURCE = [
  "accessModes",
  "capacity",
  "claimRef",
  "mountOptions",
  "nodeAffinity",
  "persistentVolumeReclaimPolicy",
  "storageClassName",
  "volumeAttributesClassName",
  "volumeMode",
];

export function validateVolume(spec: SpecOf["PersistentVolume"], issues: FieldIssues): void {
  validateAccessModes(spec.accessModes ?? [], "spec.accessModes", issues);
  if (!spec.capacity?.storage) issues.required("spec.capacity[storage]");
  else if (mustParseQuantity(spec.capacity.storage).sign <= 0) {
    issues.invalid("spec.capacity[storage]", spec.capacity.storage, "must be greater than zero");
  }
  const sources = Object.entries(spec).filter(
    ([field, value]) => !NOT_A_SOURCE.includes(field) && value != null,
  );
  if (sources.length === 0) issues.required("spec", "must specify a volume type");
  for (const [source] of sources.slice(1)) {
    issues.forbidden(`spec.${source}`, "may not specify more than 1 volume type");
  }
  const required = spec.nodeAffinity?.required;
  if (required) validateNodeSelector(required, "spec.nodeAffinity.required", issues);
  else if (spec.local) issues.required("spec.nodeAffinity", "local volume requires node affinity");
  const policies = ["Delete", "Recycle", "Retain"];
  if (spec.persistentVolumeReclaimPolicy != null) {
    const path = "spec.persistentVolumeReclaimPolicy";
    issues.oneOf(path, spec.persistentVolumeReclaimPolicy, policies);
  }
}

export function validateClaim(
  spec: SpecOf["PersistentVolumeClaim"],
  path: string,
  issues: FieldIssues,
): void {
  validateAccessModes(spec.accessModes ?? [], `${path}.accessModes`, issues);
  const storage = spec.resources?.requests?.storage;
  if (!storage) issues.required(`${path}.resources[storage]`);
  else if (mustParseQuantity(storage).sign <= 0) {
    issues.invalid(`${path}.resources[storage]`, storage, "must be greater than zero");
  }
  if (spec.selector) validateLabelSelector(spec.selector, `${path}.selector`, issues);
  if (spec.storageClassName) {
    const reasons = dns1123SubdomainErrors(spec.storageClassName);
    issues.invalidFor(`${path}.storageClassName`, spec.storageClassName, reasons);
  }
}

export function validateStorageClass(spec: SpecOf["StorageClass"], issues: FieldIssues): void {
  if (!spec.provisioner) issues.required("provisioner");
  if (spec.reclaimPolicy != null) {
    issues.oneOf("reclaimPolicy", spec.reclaimPolicy, ["Delete", "Retain"]);
  }
  const modes = ["Immediate", "WaitForFirstConsumer"];
  issues.oneOf("volumeBindingMode", spec.volumeBindingMode, modes);
  (spec.allowedTopologies ?? []).forEach((term, i) => {
    (term.matchLabelExpressions ?? []).forEach((expression, j) => {
      const path = `allowedTopologies[${i}].matchLabelExpressions[${j}].values`;
      if ((expression.values ?? []).length === 0) issues.required(path);
      for (const value of expression.values ?? []) {
        issues.invalidFor(path, value, labelValueErrors(value));
      }
    });
  });
}
