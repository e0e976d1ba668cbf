import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  portNameErrors,
  wildcardSubdomainErrors,
} from "../label-validation.js";
import type { HTTPIngressPath, IngressBackend, IngressSpec } from "../schemas/types.js";
import { validatePortNumber } from "./container.js";
import type { FieldIssues } from "./field-issue.js";
import type { VersionOptions } from "./validation-options.js";

const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];
const NOT_IN_PATHS = ["//", "/./", "/../", "%2f", "%2F"];
const NOT_AT_THE_END = ["/..", "/."];
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/** What the API server refuses in an Ingress. Source: Kubernetes 1.37, `pkg/apis/networking/validation`. */
export function validateIngress(
  { rules = [], defaultBackend, tls = [], ingressClassName }: IngressSpec,
  issues: FieldIssues,
  options: VersionOptions,
): void {
  if (rules.length === 0 && defaultBackend == null) {
    issues.invalid("spec", rules, "either `defaultBackend` or `rules` must be specified");
  }
  const backends = { issues, options };
  if (defaultBackend != null) validateBackend(defaultBackend, "spec.defaultBackend", backends);
  for (const [i, { host, http }] of rules.entries()) {
    const path = `spec.rules[${i}]`;
    if (host) validateHost(host, `${path}.host`, issues, { addressIsWrong: true });
    if (http == null) continue;
    const paths = http.paths ?? [];
    if (paths.length === 0) issues.required(`${path}.http.paths`);
    for (const [k, one] of paths.entries()) {
      validatePath(one, `${path}.http.paths[${k}]`, backends);
    }
  }
  for (const [i, { hosts = [], secretName }] of tls.entries()) {
    for (const [k, host] of hosts.entries())
      validateHost(host, `spec.tls[${i}].hosts[${k}]`, issues);
    if (secretName) {
      issues.invalidFor(
        `spec.tls[${i}].secretName`,
        secretName,
        dns1123SubdomainErrors(secretName),
      );
    }
  }
  if (ingressClassName != null) {
    const reasons = dns1123SubdomainErrors(ingressClassName);
    issues.invalidFor("spec.ingressClassName", ingressClassName, reasons);
  }
}

function validateHost(
  host: string,
  path: string,
  issues: FieldIssues,
  { addressIsWrong = false } = {},
): void {
  if (addressIsWrong && IPV4.test(host)) {
    issues.invalid(path, host, "must be a DNS name, not an IP address");
  }
  const errors = host.includes("*") ? wildcardSubdomainErrors : dns1123SubdomainErrors;
  issues.invalidFor(path, host, errors(host));
}

interface Backends {
  readonly issues: FieldIssues;
  readonly options: VersionOptions;
}

function validatePath(one: HTTPIngressPath, path: string, backends: Backends): void {
  const { issues } = backends;
  const { pathType, path: text = "" } = one;
  if (pathType == null) {
    issues.required(`${path}.pathType`, "pathType must be specified");
    return;
  }
  issues.oneOf(`${path}.pathType`, pathType, PATH_TYPES);
  const isAny = pathType === "ImplementationSpecific";
  if (!text.startsWith("/") && !(isAny && text === "")) {
    issues.invalid(`${path}.path`, text, "must be an absolute path");
  }
  if (!isAny) {
    for (const part of NOT_IN_PATHS) {
      if (text.includes(part)) issues.invalid(`${path}.path`, text, `must not contain '${part}'`);
    }
    for (const end of NOT_AT_THE_END) {
      if (text.endsWith(end)) issues.invalid(`${path}.path`, text, `cannot end with '${end}'`);
    }
  }
  validateBackend(one.backend ?? {}, `${path}.backend`, backends);
}

function validateBackend(
  { service, resource }: IngressBackend,
  path: string,
  { issues, options }: Backends,
): void {
  if (resource != null && service != null) {
    issues.invalid(path, "", "cannot set both resource and service backends");
    return;
  }
  if (resource != null) {
    if (!resource.kind) issues.required(`${path}.resource.kind`);
    if (!resource.name) issues.required(`${path}.resource.name`);
    return;
  }
  if (service == null) {
    issues.invalid(path, "", "resource or service backend is required");
    return;
  }
  const { name, port: { name: portName, number } = {} } = service;
  if (!name) issues.required(`${path}.service.name`);
  else {
    const errors = options.relaxedServiceNames === true ? dns1123LabelErrors : dns1035LabelErrors;
    issues.invalidFor(`${path}.service.name`, name, errors(name));
  }
  if (portName && number) issues.invalid(path, "", "cannot set both port name & port number");
  else if (portName) {
    issues.invalidFor(`${path}.service.port.name`, portName, portNameErrors(portName));
  } else if (number) validatePortNumber(`${path}.service.port.number`, number, issues);
  else issues.required(path, "port name or number is required");
}
