import type { PodSpec, ResourceList } from "../../api/kubernetes.js";
import { podRequests, scaledAmounts } from "../../api/pod-resources.js";
import { parseResource } from "../../api/quantity.js";
import type { Features } from "./features.js";
import {
  type ReadonlyResources,
  Resources,
  type ScalarResources,
  isScalarResource,
} from "./resources.js";

/** Upstream's stand-ins for a container without a request, in scores. */
const DEFAULT_MILLI_CPU_REQUEST = 100;
const DEFAULT_MEMORY_REQUEST = 200 * 1024 * 1024;
const NON_MISSING = { cpu: `${DEFAULT_MILLI_CPU_REQUEST}m`, memory: DEFAULT_MEMORY_REQUEST };

/** What a pod asks for, in the forms in which filters and scores count it. */
export interface PodResourcesInfo {
  readonly requests: ReadonlyResources;
  /** The same, with upstream's defaults for containers that state no cpu or memory. */
  readonly nonZeroCpuMillis: number;
  readonly nonZeroMemoryBytes: number;
  /** As the incoming pod counts in scores: differs up to v1.26 where a pod has cpu overhead. */
  readonly scoreRequests: ReadonlyResources;
  readonly scoreNonZeroCpuMillis: number;
  readonly scoreNonZeroMemoryBytes: number;
  /** The pod requests no resource at all. */
  readonly isEmpty: boolean;
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
  let cpuExcess = 0;
  const overheadCpu = given.overhead?.cpu;
  if (features.OverheadCpuScoredInCores && overheadCpu !== undefined) {
    const millis = parseResource("cpu", overheadCpu);
    cpuExcess = millis - Math.ceil(millis / 1000);
  }
  const score = cpuExcess === 0 ? requests : requests.clone();
  if (cpuExcess !== 0) score.cpuMillis -= cpuExcess;
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

/** More different ones than this are not remembered. */
const MAX_REMEMBERED = 4096;

/**
 * What pods ask for, worked out once for pods that ask for the same: many specs differ in everything
 * else. Belongs to one run.
 */
export class PodResourcesInfos {
  private readonly remembered = new Map<string, PodResourcesInfo>();

  constructor(private readonly compiling: Compiling) {}

  of(spec: PodSpec): PodResourcesInfo {
    const key = resourcesText(spec);
    let known = this.remembered.get(key);
    if (known === undefined) {
      known = compileResources(spec, this.compiling);
      if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
      this.remembered.set(key, known);
    }
    return known;
  }
}

/** All of a spec that its resources are worked out from. */
function resourcesText({ containers, initContainers, overhead, resources }: PodSpec): string {
  let text = "";
  for (const container of containers) text += `c${listText(container.resources?.requests)}`;
  for (const { resources: own, restartPolicy } of initContainers ?? []) {
    text += `i${restartPolicy ?? ""}${listText(own?.requests)}`;
  }
  if (overhead !== undefined) text += `o${listText(overhead)}`;
  if (resources !== undefined) text += `p${listText(resources.requests)}`;
  return text;
}

function listText(list: ResourceList | undefined): string {
  let text = "{";
  for (const name in list) text += `${name}=${list[name]},`;
  return text;
}
