import type { Manifest } from "../kubernetes.js";
import { compact, isObject, type Loose, objectsOf } from "./loose.js";

/**
 * An Ingress of extensions/v1beta1 and networking.k8s.io/v1beta1 named its backends in two fields, and a path
 * without a type had that of its implementation.
 */
export function fromExtensionsIngress(manifest: Manifest): Manifest {
  const { spec } = manifest;
  if (!isObject(spec)) return manifest;
  const { backend, rules, ...rest } = spec;
  return {
    ...manifest,
    spec: compact({
      ...rest,
      defaultBackend: isObject(backend) ? backendOf(backend) : backend,
      rules: Array.isArray(rules) ? objectsOf(rules).map(ruleOf) : rules,
    }),
  };
}

function ruleOf(rule: Loose): Loose {
  if (!isObject(rule.http)) return rule;
  const paths = objectsOf(rule.http.paths).map(({ pathType, backend, ...path }) => ({
    ...path,
    pathType: pathType ?? "ImplementationSpecific",
    ...(isObject(backend) ? { backend: backendOf(backend) } : {}),
  }));
  return { ...rule, http: { ...rule.http, paths } };
}

function backendOf({ serviceName, servicePort, ...backend }: Loose): Loose {
  if (serviceName === undefined && servicePort === undefined) return backend;
  const port = typeof servicePort === "number" ? { number: servicePort } : { name: servicePort };
  const service = compact({
    name: serviceName,
    port: servicePort === undefined ? undefined : port,
  });
  return { ...backend, service };
}
