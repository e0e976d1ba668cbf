import type { Labels, PodSpec, Toleration } from "../../api/kubernetes.js";
import { SelectorError } from "../../api/label-selector.js";
import { PreferredNodeTerms, RequiredNodeAffinity } from "../../api/node-selector.js";
import { podRequests, scaledAmounts } from "../../api/pod-resources.js";
import { parseResource } from "../../api/quantity.js";
import {
  type AffinityTerm,
  type WeightedAffinityTerm,
  compileAffinityTerm,
} from "./affinity-term.js";
import type { Features } from "./features.js";
import { type HostPort, hostPortsOf } from "./host-ports.js";
import { Resources, type ScalarResources, isScalarResource } from "./resources.js";

/** Upstream's stand-ins for a container without a request, in scores. */
const DEFAULT_MILLI_CPU_REQUEST = 100;
const DEFAULT_MEMORY_REQUEST = 200 * 1024 * 1024;
const NON_MISSING = { cpu: `${DEFAULT_MILLI_CPU_REQUEST}m`, memory: DEFAULT_MEMORY_REQUEST };

/** What a pod asks for, in the forms in which filters and scores count it. */
interface PodResourcesInfo {
  readonly requests: Resources;
  /** The same, with upstream's defaults for containers that state no cpu or memory. */
  readonly nonZeroCpuMillis: number;
  readonly nonZeroMemoryBytes: number;
  /** As the incoming pod counts in scores: differs up to v1.26 where a pod has cpu overhead. */
  readonly scoreRequests: Resources;
  readonly scoreNonZeroCpuMillis: number;
  readonly scoreNonZeroMemoryBytes: number;
  /** The pod requests no resource at all. */
  readonly isEmpty: boolean;
}

/** All that the scheduler reads from a pod's spec alone. */
export interface PodSpecInfo {
  readonly spec: PodSpec;
  readonly priority: number;
  readonly resources: PodResourcesInfo;
  readonly hostPorts: readonly HostPort[];
  readonly requiredNodeAffinity: RequiredNodeAffinity;
  readonly preferredNodeAffinity: PreferredNodeTerms;
  readonly tolerations: readonly Toleration[];
  /** Names of the claims of `spec.volumes`, generic ephemeral ones included by their index. */
  readonly hasVolumes: boolean;
}

/**
 * What the pods of one template have in common: spec, labels and namespace, compiled. One object
 * stands for all of them, so plugins may remember by its identity or by `id`.
 */
export interface PodTemplateInfo extends PodSpecInfo {
  /** Dense from 0 in the order of first use within a run. */
  readonly id: number;
  readonly namespace: string;
  readonly labels: Labels;
  readonly requiredAffinityTerms: readonly AffinityTerm[];
  readonly requiredAntiAffinityTerms: readonly AffinityTerm[];
  readonly preferredAffinityTerms: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinityTerms: readonly WeightedAffinityTerm[];
  /** Any pod affinity or anti-affinity at all. */
  readonly hasAffinity: boolean;
  /** Why an affinity term cannot be used; empty if all can. */
  readonly parseError: string;
}

interface Compiling {
  readonly features: Features;
  readonly scalars: ScalarResources;
}

function toResources(amounts: ReadonlyMap<string, number>, scalars: ScalarResources): Resources {
  const resources = new Resources();
  for (const [name, amount] of amounts) {
    if (name === "cpu") resources.cpuMillis = amount;
    else if (name === "memory") resources.memoryBytes = amount;
    else if (name === "ephemeral-storage") resources.ephemeralStorageBytes = amount;
    else if (isScalarResource(name)) resources.scalars[scalars.intern(name)] = amount;
  }
  return resources;
}

/** Each container's requests as whole units: until v1.26 the scheduler rounded before it summed. */
function roundedPerContainer(spec: PodSpec): PodSpec {
  const round = <C extends PodSpec["containers"][number]>(container: C): C => {
    const requests = container.resources?.requests;
    if (requests === undefined) return container;
    const whole: Record<string, string> = {};
    for (const [name, quantity] of Object.entries(requests)) {
      whole[name] = `${parseResource(name, quantity)}${name === "cpu" ? "m" : ""}`;
    }
    return { ...container, resources: { ...container.resources, requests: whole } };
  };
  const init = spec.initContainers;
  return {
    ...spec,
    containers: spec.containers.map(round),
    ...(init === undefined ? {} : { initContainers: init.map(round) }),
  };
}

function compileResources(given: PodSpec, { features, scalars }: Compiling): PodResourcesInfo {
  const spec = features.RequestsRoundedPerContainer ? roundedPerContainer(given) : given;
  const options = { skipPodLevelResources: !features.PodLevelResources };
  const requests = toResources(scaledAmounts(podRequests({ spec }, options)), scalars);
  const nonZero = scaledAmounts(
    podRequests({ spec }, { ...options, nonMissingContainerRequests: NON_MISSING }),
  );
  const nonZeroCpuMillis = nonZero.get("cpu") ?? 0;
  const nonZeroMemoryBytes = nonZero.get("memory") ?? 0;
  const score = requests.clone();
  let cpuExcess = 0;
  const overheadCpu = given.overhead?.cpu;
  if (features.OverheadCpuScoredInCores && overheadCpu !== undefined) {
    const millis = parseResource("cpu", overheadCpu);
    cpuExcess = millis - Math.ceil(millis / 1000);
  }
  score.cpuMillis -= cpuExcess;
  return {
    requests,
    nonZeroCpuMillis,
    nonZeroMemoryBytes,
    scoreRequests: score,
    scoreNonZeroCpuMillis: nonZeroCpuMillis - cpuExcess,
    scoreNonZeroMemoryBytes: nonZeroMemoryBytes,
    isEmpty: requests.isEmpty,
  };
}

/** Compiles what depends on the spec alone. The spec must be defaulted and valid. */
export function compilePodSpec(spec: PodSpec, compiling: Compiling): PodSpecInfo {
  return {
    spec,
    priority: spec.priority ?? 0,
    resources: compileResources(spec, compiling),
    hostPorts: hostPortsOf(spec, { sidecars: compiling.features.HostPortsOfSidecars }),
    requiredNodeAffinity: new RequiredNodeAffinity(spec),
    preferredNodeAffinity: new PreferredNodeTerms(
      spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [],
    ),
    tolerations: spec.tolerations ?? [],
    hasVolumes: (spec.volumes?.length ?? 0) > 0,
  };
}

interface TemplateOwner {
  readonly id: number;
  readonly namespace: string;
  readonly labels: Labels;
}

/** Adds what depends on labels and namespace too. */
export function compilePodTemplate(
  specInfo: PodSpecInfo,
  owner: TemplateOwner,
  features: Features,
): PodTemplateInfo {
  const errors: string[] = [];
  const compile = (raw: Parameters<typeof compileAffinityTerm>[0]): AffinityTerm[] => {
    const term = compileAffinityTerm(raw, owner, {
      matchLabelKeys: features.MatchLabelKeysInPodAffinity,
    });
    if (!(term instanceof SelectorError)) return [term];
    errors.push(term.message);
    return [];
  };
  const { podAffinity, podAntiAffinity } = specInfo.spec.affinity ?? {};
  const required = (side: typeof podAffinity): AffinityTerm[] =>
    (side?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(compile);
  const preferred = (side: typeof podAffinity): WeightedAffinityTerm[] =>
    (side?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((weighted) =>
      compile(weighted.podAffinityTerm).map((term) => ({ term, weight: weighted.weight })),
    );
  return {
    ...specInfo,
    ...owner,
    requiredAffinityTerms: required(podAffinity),
    requiredAntiAffinityTerms: required(podAntiAffinity),
    preferredAffinityTerms: preferred(podAffinity),
    preferredAntiAffinityTerms: preferred(podAntiAffinity),
    hasAffinity: podAffinity !== undefined || podAntiAffinity !== undefined,
    parseError: errors.join("; "),
  };
}
