import type { PodSpec, ResourceList, ResourceRequirements } from "./kubernetes.js";
import { type Quantity, mustParseQuantity } from "./quantity.js";

/** Exact amounts by resource name. */
export type Amounts = ReadonlyMap<string, Quantity>;

export interface PodResourceOptions {
  /** Leave out `spec.overhead`. */
  readonly excludeOverhead?: boolean;
  /** Count what the status says of a resize in place, too: the larger of what is asked for, granted and there. */
  readonly useStatusResources?: boolean;
  /** With it: compare the sums over the pod, not the amounts of each container. Source: v1.37. */
  readonly compareSums?: boolean;
  /** Count what the status says of a resize of the pod as a whole. */
  readonly usePodLevelStatus?: boolean;
  /** Look at the containers alone. */
  readonly skipPodLevelResources?: boolean;
  /** Stands for a container's request of a resource that it does not state; one stated as 0 stays 0. */
  readonly nonMissingContainerRequests?: ResourceList;
}

/** What a container was granted by its node's kubelet, and what it has. Source: KEP-1287. */
interface ContainerResources {
  readonly name: string;
  readonly resources?: ResourceRequirements;
  readonly allocatedResources?: ResourceList;
}

/** What a pod's status says of its resources. */
export interface PodResourcesStatus {
  readonly containerStatuses?: readonly ContainerResources[];
  readonly initContainerStatuses?: readonly ContainerResources[];
  /** Of the pod as a whole. Source: KEP-5419. */
  readonly resources?: ResourceRequirements;
  readonly allocatedResources?: ResourceList;
  readonly conditions?: readonly { readonly type: string; readonly reason?: string }[];
}

/** The part of a pod that its effective resources come from. */
interface PodResourceInput {
  readonly spec: PodSpec;
  readonly status?: PodResourcesStatus | undefined;
}

type ContainerLike = PodSpec["containers"][number];
type Side = "requests" | "limits";
type MutableAmounts = Map<string, Quantity>;

/** Resources that may be set for a pod as a whole. Source: KEP-2837. */
export function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory" || name.startsWith("hugepages-");
}

/** True when `spec.resources` sets a resource that counts. */
export function isPodLevelResourcesSet(resources: PodSpec["resources"] | null): boolean {
  return (["requests", "limits"] as const).some((side) => isPodLevelSideSet(resources, side));
}

/** True when `spec.resources` sets a resource that counts, on that side. */
export function isPodLevelSideSet(resources: PodSpec["resources"] | null, side: Side): boolean {
  return Object.keys(resources?.[side] ?? {}).some(isPodLevelResource);
}

function isSidecar(container: ContainerLike): boolean {
  return container.restartPolicy === "Always";
}

function amountsOf(list: ResourceList | undefined): MutableAmounts {
  const amounts: MutableAmounts = new Map();
  for (const [name, quantity] of Object.entries(list ?? {})) {
    amounts.set(name, mustParseQuantity(quantity));
  }
  return amounts;
}

function addAmounts(to: MutableAmounts, more: Amounts): void {
  for (const [name, quantity] of more) {
    const have = to.get(name);
    to.set(name, have === undefined ? quantity : have.add(quantity));
  }
}

function raiseAmounts(to: MutableAmounts, floor: Amounts): void {
  for (const [name, quantity] of floor) {
    const have = to.get(name);
    if (have === undefined || quantity.compare(have) > 0) to.set(name, quantity);
  }
}

/** True when the kubelet has said that the resize that is asked for can never be done on this node. */
export function isResizeInfeasible(
  status: Pick<PodResourcesStatus, "conditions"> | undefined,
): boolean {
  const pending = status?.conditions?.find((condition) => condition.type === "PodResizePending");
  return pending?.reason === "Infeasible";
}

function statusOf(pod: PodResourceInput, container: string): ContainerResources | undefined {
  const byName = ({ name }: ContainerResources): boolean => name === container;
  return (
    pod.status?.containerStatuses?.find(byName) ?? pod.status?.initContainerStatuses?.find(byName)
  );
}

type AmountsFor = (container: ContainerLike) => MutableAmounts;

/** Of what a container asks for, was granted and has the larger; the latter two if it cannot be done. */
function largestOfContainer(pod: PodResourceInput, side: Side): AmountsFor {
  const infeasible = isResizeInfeasible(pod.status);
  const isInit = new Set(pod.spec.initContainers ?? []);
  return (container) => {
    const spec = amountsOf(container.resources?.[side]);
    const status = statusOf(pod, container.name);
    if (status?.resources === undefined) return spec;
    if (isInit.has(container) && !isSidecar(container)) return spec;
    const amounts = infeasible ? new Map<string, Quantity>() : spec;
    raiseAmounts(amounts, amountsOf(status.resources[side]));
    if (side === "requests") raiseAmounts(amounts, amountsOf(status.allocatedResources));
    return amounts;
  };
}

/** What each container was granted, or what it has; what it asks for where its status does not say. */
function statedByStatus(
  pod: PodResourceInput,
  side: Side,
  what: "allocated" | "actuated",
): AmountsFor {
  const infeasible = isResizeInfeasible(pod.status);
  return (container) => {
    const status = statusOf(pod, container.name);
    const actual = what === "actuated" ? status?.resources?.[side] : undefined;
    const granted = side === "requests" ? status?.allocatedResources : undefined;
    const stated = actual ?? granted;
    if (stated !== undefined) return amountsOf(stated);
    return infeasible ? new Map() : amountsOf(container.resources?.[side]);
  };
}

/**
 * What the containers need together: the sum of containers and sidecars, or the peak while the init
 * containers run, each on top of the sidecars started before it.
 */
function aggregate(
  spec: PodSpec,
  amountsOfContainer: AmountsFor,
  nonMissing: ResourceList | undefined,
): MutableAmounts {
  const amountsFor = (container: ContainerLike): MutableAmounts => {
    const amounts = amountsOfContainer(container);
    for (const [name, quantity] of amountsOf(nonMissing)) {
      if (!amounts.has(name)) amounts.set(name, quantity);
    }
    return amounts;
  };
  const total: MutableAmounts = new Map();
  for (const container of spec.containers) addAmounts(total, amountsFor(container));
  const sidecars: MutableAmounts = new Map();
  const peak: MutableAmounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const amounts = amountsFor(container);
    if (isSidecar(container)) {
      addAmounts(total, amounts);
      addAmounts(sidecars, amounts);
      raiseAmounts(peak, sidecars);
    } else {
      addAmounts(amounts, sidecars);
      raiseAmounts(peak, amounts);
    }
  }
  raiseAmounts(total, peak);
  return total;
}

/** The larger of the sums that the pod asks for, was granted and has. Source: v1.37's helpers. */
function largestOfPod(
  pod: PodResourceInput,
  side: Side,
  options: PodResourceOptions,
): MutableAmounts {
  const nonMissing = side === "requests" ? options.nonMissingContainerRequests : undefined;
  const sum = (amountsFor: AmountsFor): MutableAmounts =>
    aggregate(pod.spec, amountsFor, nonMissing);
  const { status } = pod;
  const ofPod = options.usePodLevelStatus === true ? status?.resources?.[side] : undefined;
  const granted = side === "requests" ? status?.allocatedResources : ofPod;
  const saysOfPod = ofPod !== undefined && granted !== undefined;
  const amounts = saysOfPod ? amountsOf(ofPod) : sum(statedByStatus(pod, side, "actuated"));
  raiseAmounts(
    amounts,
    saysOfPod ? amountsOf(granted) : sum(statedByStatus(pod, side, "allocated")),
  );
  if (!isResizeInfeasible(status)) {
    raiseAmounts(
      amounts,
      sum(({ resources }) => amountsOf(resources?.[side])),
    );
  }
  return amounts;
}

function containersTogether(
  pod: PodResourceInput,
  side: Side,
  options: PodResourceOptions,
): MutableAmounts {
  const { useStatusResources = false, compareSums = false } = options;
  if (useStatusResources && compareSums) return largestOfPod(pod, side, options);
  const amountsFor: AmountsFor = useStatusResources
    ? largestOfContainer(pod, side)
    : ({ resources }) => amountsOf(resources?.[side]);
  const nonMissing = side === "requests" ? options.nonMissingContainerRequests : undefined;
  return aggregate(pod.spec, amountsFor, nonMissing);
}

/**
 * The pod's effective requests, as the scheduler and the kubelet count them.
 *
 * Source: KEP-753 (sidecars), KEP-688 (overhead), KEP-2837 (pod level), KEP-1287 and KEP-5419 (resize).
 */
export function podRequests(pod: PodResourceInput, options: PodResourceOptions = {}): Amounts {
  const requests = containersTogether(pod, "requests", options);
  if (options.skipPodLevelResources !== true) applyPodLevel(requests, pod, "requests", options);
  if (options.excludeOverhead !== true) addAmounts(requests, amountsOf(pod.spec.overhead));
  return requests;
}

/** What a pod with a node takes of it, a resize in place included. Source: KEP-1287. */
export function placedRequests(pod: {
  readonly spec: PodSpec;
  readonly status: { readonly resources: PodResourcesStatus | null } & Pick<
    PodResourcesStatus,
    "conditions"
  >;
}): Amounts {
  const { resources, conditions } = pod.status;
  if (resources === null) return podRequests({ spec: pod.spec });
  const status = { ...resources, ...(conditions === undefined ? {} : { conditions }) };
  return podRequests({ spec: pod.spec, status }, { useStatusResources: true });
}

/** The pod's effective limits; overhead is added only to a resource that has a limit. */
export function podLimits(pod: PodResourceInput, options: PodResourceOptions = {}): Amounts {
  const limits = containersTogether(pod, "limits", options);
  if (options.skipPodLevelResources !== true) applyPodLevel(limits, pod, "limits", options);
  if (options.excludeOverhead === true) return limits;
  for (const [name, overhead] of amountsOf(pod.spec.overhead)) {
    const limit = limits.get(name);
    if (limit !== undefined && !limit.isZero) limits.set(name, limit.add(overhead));
  }
  return limits;
}

/** What the pod as a whole sets stands in place of what its containers come to. */
function applyPodLevel(
  amounts: MutableAmounts,
  { spec, status }: PodResourceInput,
  side: Side,
  options: PodResourceOptions,
): void {
  if (!isPodLevelSideSet(spec.resources, side)) return;
  const usesStatus = options.useStatusResources === true && options.usePodLevelStatus === true;
  const says = usesStatus && status?.resources !== undefined;
  const effective =
    says && isResizeInfeasible(status) ? new Map() : amountsOf(spec.resources?.[side]);
  if (says) {
    raiseAmounts(effective, amountsOf(status.resources?.[side]));
    if (side === "requests") raiseAmounts(effective, amountsOf(status.allocatedResources));
  }
  for (const [name, quantity] of effective) {
    if (isPodLevelResource(name)) amounts.set(name, quantity);
  }
}

/** `cpu` in milli-units and other resources in whole units, rounded up: what the scheduler counts. */
export function scaledAmounts(amounts: Amounts): ReadonlyMap<string, number> {
  const scaled = new Map<string, number>();
  for (const [name, quantity] of amounts) {
    scaled.set(name, Number(name === "cpu" ? quantity.milliValue() : quantity.value()));
  }
  return scaled;
}
