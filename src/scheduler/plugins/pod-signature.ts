import type { PodSpec, Toleration } from "../../api/kubernetes.js";
import { canonicalJson } from "../../base/canonical-json.js";
import type { PodTemplateInfo } from "../framework/pod-template-info.js";

/**
 * What plugins put into the signature of a pod: two pods with equal signatures are told apart by none of
 * the plugins. Source: `k8s.io/kube-scheduler/framework`, signers.go (KEP-5598).
 */

export function signTolerations({ tolerations }: PodTemplateInfo): string {
  const key = ({ key: name = "", value = "" }: Toleration): string => `${name}\u0000${value}`;
  return canonicalJson([...tolerations].sort((a, b) => (key(a) < key(b) ? -1 : 1)));
}

export function signVolumes({ spec }: PodTemplateInfo): string {
  const sources = (spec.volumes ?? [])
    .filter(({ configMap, secret }) => configMap === undefined && secret === undefined)
    .map(({ name: _, ...source }) => canonicalJson(source));
  return canonicalJson(sources.sort());
}

export function signHostPorts({ spec }: PodTemplateInfo): string {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  if (containers.every((container) => container.ports === undefined)) return "[]";
  const ports = containers.flatMap((container) => container.ports ?? []);
  const taken = ports.map(({ hostPort = 0 }) => hostPort).filter((port) => port > 0);
  return canonicalJson([...new Set(taken)].sort((a, b) => a - b));
}

export function signRequests({ resources }: PodTemplateInfo): string {
  const { cpuMillis, memoryBytes, ephemeralStorageBytes, scalars } = resources.requests;
  return canonicalJson([cpuMillis, memoryBytes, ephemeralStorageBytes, scalars]);
}

type Terms = readonly {
  readonly matchExpressions?: readonly { readonly values?: readonly string[] }[];
  readonly matchFields?: readonly { readonly values?: readonly string[] }[];
}[];

/** Terms, expressions and values in order: they mean the same in any. */
function inOrder(terms: Terms): readonly string[] {
  const expressions = (list: Terms[number]["matchFields"]) =>
    (list ?? [])
      .map((one) => canonicalJson({ ...one, values: [...(one.values ?? [])].sort() }))
      .sort();
  return terms
    .map(({ matchExpressions, matchFields }) =>
      canonicalJson([expressions(matchExpressions), expressions(matchFields)]),
    )
    .sort();
}

export function signNodeAffinity(spec: PodSpec): string {
  const {
    requiredDuringSchedulingIgnoredDuringExecution: required,
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
  } = spec.affinity?.nodeAffinity ?? {};
  return canonicalJson([
    spec.nodeSelector ?? {},
    required === undefined ? null : inOrder(required.nodeSelectorTerms),
    (preferred ?? []).map(({ weight, preference }) => [weight, inOrder([preference])]).sort(),
  ]);
}
