import type { PodSpec, ResourceList } from "../../api/kubernetes.js";
import {
  type Amounts,
  type PodResourceOptions,
  type PodResourcesStatus,
  isPodLevelSideSet,
  isResizeInfeasible,
  podRequests,
  scaledAmounts,
} from "../../api/pod-resources.js";
import type { PodVersion } from "../../api/pod-version.js";
import { parseResource } from "../../api/quantity.js";
import type { Features } from "../../api/features.js";
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
  /** As it counts once it is placed, with upstream's defaults for containers that state no cpu or memory. */
  readonly nonZeroCpuMillis: number;
  readonly nonZeroMemoryBytes: number;
  /**
   * As the incoming pod counts in scores: differs up to v1.26 where a pod has cpu overhead, and where
   * the pod as a whole requests something.
   */
  readonly scoreRequests: ReadonlyResources;
  /** The same for NodeResourcesFit's strategies, which leave out what the pod as a whole requests. */
  readonly strategyRequests: ReadonlyResources;
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

/** The stand-ins for a placed pod: where the pod as a whole requests something, only for what it lacks. */
function standIns(
  requests: Amounts,
  spec: PodSpec,
  { PodLevelResources }: Features,
): Readonly<Partial<typeof NON_MISSING>> {
  if (!PodLevelResources || !isPodLevelSideSet(spec.resources, "requests")) return NON_MISSING;
  return {
    ...(requests.has("cpu") ? {} : { cpu: NON_MISSING.cpu }),
    ...(requests.has("memory") ? {} : { memory: NON_MISSING.memory }),
  };
}

function compileResources(
  given: PodSpec,
  status: PodResourcesStatus | undefined,
  { features, scalars }: Compiling,
): PodResourcesInfo {
  const spec = features.RequestsRoundedPerContainer ? roundedPerContainer(given) : given;
  const pod = { spec, status };
  const options: PodResourceOptions = {
    skipPodLevelResources: !features.PodLevelResources,
    usePodLevelStatus: features.InPlacePodLevelResourcesVerticalScaling,
    useStatusResources: status !== undefined,
    compareSums: features.ResizeSummedOverPod,
  };
  const amounts = podRequests(pod, options);
  const requests = toResources(scaledAmounts(amounts), scalars);
  const withStandIns = (nonMissingContainerRequests: Partial<typeof NON_MISSING>) =>
    scaledAmounts(podRequests(pod, { ...options, nonMissingContainerRequests }));
  const nonZero = withStandIns(standIns(amounts, spec, features));
  const nonZeroCpuMillis = nonZero.get("cpu") ?? 0;
  const nonZeroMemoryBytes = nonZero.get("memory") ?? 0;
  // NodeResourcesFit never hands the gate of pod-level resources to its scorer.
  const ofContainers = { skipPodLevelResources: true };
  const scored = scaledAmounts(
    podRequests(pod, { ...ofContainers, nonMissingContainerRequests: NON_MISSING }),
  );
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
    strategyRequests: isPodLevelSideSet(spec.resources, "requests")
      ? toResources(scaledAmounts(podRequests(pod, ofContainers)), scalars)
      : score,
    scoreNonZeroCpuMillis: (scored.get("cpu") ?? 0) - cpuExcess,
    scoreNonZeroMemoryBytes: scored.get("memory") ?? 0,
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
    return this.remember(resourcesText(spec), spec, undefined);
  }

  /** The same of a pod with a node, whose status may say of a resize in place. */
  ofPlaced(pod: PodVersion): PodResourcesInfo | null {
    const status = this.compiling.features.InPlacePodVerticalScaling
      ? resizeStatusOf(pod)
      : undefined;
    if (status === undefined) return null;
    const { containerStatuses, initContainerStatuses, resources, allocatedResources } = status;
    const said = [containerStatuses, initContainerStatuses, resources, allocatedResources];
    const names = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map((c) => c.name);
    const text = `${resourcesText(pod.spec)}s${JSON.stringify([said, names])}${isResizeInfeasible(status)}`;
    return this.remember(text, pod.spec, status);
  }

  private remember(
    key: string,
    spec: PodSpec,
    status: PodResourcesStatus | undefined,
  ): PodResourcesInfo {
    let known = this.remembered.get(key);
    if (known === undefined) {
      known = compileResources(spec, status, this.compiling);
      if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
      this.remembered.set(key, known);
    }
    return known;
  }
}

/** What the status of a pod says of its resources, where it says anything. */
function resizeStatusOf({ status }: PodVersion): PodResourcesStatus | undefined {
  const { conditions } = status;
  if (status.resources === null && !isResizeInfeasible({ conditions })) return undefined;
  return { ...status.resources, conditions };
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
