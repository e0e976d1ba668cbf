import type { PodSpec, RawPodStatus, ResourceList } from "./kubernetes.js";
import { type Quantity, mustParseQuantity } from "./quantity.js";

/** Exact amounts by resource name. */
export type Amounts = ReadonlyMap<string, Quantity>;

export interface PodResourceOptions {
  /** Leave out `spec.overhead`. */
  readonly excludeOverhead?: boolean;
  /** Count what the status says of a resize in place, too. */
  readonly useStatusResources?: boolean;
  /** Look at the containers alone. */
  readonly skipPodLevelResources?: boolean;
  /** Stands for a container's request of a resource that it does not state; one stated as 0 stays 0. */
  readonly nonMissingContainerRequests?: ResourceList;
}

/** The part of a pod that its effective resources come from. */
interface PodResourceInput {
  readonly spec: PodSpec;
  readonly status?: RawPodStatus | undefined;
}

type ContainerLike = PodSpec["containers"][number];
type Side = "requests" | "limits";
type MutableAmounts = Map<string, Quantity>;

/** Resources that may be set for a pod as a whole. Source: KEP-2837. */
export function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory";
}

/** True when `spec.resources` sets a resource that counts. */
export function isPodLevelResourcesSet(resources: PodSpec["resources"] | null): boolean {
  return (["requests", "limits"] as const).some((side) => isPodLevelSideSet(resources, side));
}

function isPodLevelSideSet(resources: PodSpec["resources"] | null, side: Side): boolean {
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
function isResizeInfeasible(status: RawPodStatus | undefined): boolean {
  const pending = status?.conditions?.find((condition) => condition.type === "PodResizePending");
  return pending?.reason === "Infeasible";
}

/** What one container counts for: of spec and status the larger, the status alone if the resize cannot be done. */
function containerAmounts(
  pod: PodResourceInput,
  container: ContainerLike,
  { side, options }: { side: Side; options: PodResourceOptions },
): MutableAmounts {
  const spec = amountsOf(container.resources?.[side]);
  if (options.useStatusResources !== true) return spec;
  const statuses = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ];
  const status = statuses.find((candidate) => candidate.name === container.name);
  if (status?.resources === undefined) return spec;
  const amounts = isResizeInfeasible(pod.status) ? new Map<string, Quantity>() : spec;
  raiseAmounts(amounts, amountsOf(status.resources[side]));
  if (side === "requests") raiseAmounts(amounts, amountsOf(status.allocatedResources));
  return amounts;
}

/**
 * What the containers need together: the sum of containers and sidecars, or the peak while the init
 * containers run, each on top of the sidecars started before it.
 */
function aggregate(pod: PodResourceInput, side: Side, options: PodResourceOptions): MutableAmounts {
  const amountsFor = (container: ContainerLike): MutableAmounts => {
    const amounts = containerAmounts(pod, container, { side, options });
    if (side === "limits") return amounts;
    for (const [name, quantity] of amountsOf(options.nonMissingContainerRequests)) {
      if (!amounts.has(name)) amounts.set(name, quantity);
    }
    return amounts;
  };
  const total: MutableAmounts = new Map();
  for (const container of pod.spec.containers) addAmounts(total, amountsFor(container));
  const sidecars: MutableAmounts = new Map();
  const peak: MutableAmounts = new Map();
  for (const container of pod.spec.initContainers ?? []) {
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

/**
 * The pod's effective requests, as the scheduler and the kubelet count them.
 *
 * Source: KEP-753 (sidecars), KEP-688 (overhead), KEP-2837 (pod level), KEP-1287 (resize in place).
 */
export function podRequests(pod: PodResourceInput, options: PodResourceOptions = {}): Amounts {
  const requests = aggregate(pod, "requests", options);
  if (options.skipPodLevelResources !== true) applyPodLevel(requests, pod.spec, "requests");
  if (options.excludeOverhead !== true) addAmounts(requests, amountsOf(pod.spec.overhead));
  return requests;
}

/** The pod's effective limits; overhead is added only to a resource that has a limit. */
export function podLimits(pod: PodResourceInput, options: PodResourceOptions = {}): Amounts {
  const limits = aggregate(pod, "limits", options);
  if (options.skipPodLevelResources !== true) applyPodLevel(limits, pod.spec, "limits");
  if (options.excludeOverhead === true) return limits;
  for (const [name, overhead] of amountsOf(pod.spec.overhead)) {
    const limit = limits.get(name);
    if (limit !== undefined && !limit.isZero) limits.set(name, limit.add(overhead));
  }
  return limits;
}

function applyPodLevel(amounts: MutableAmounts, spec: PodSpec, side: Side): void {
  for (const [name, quantity] of amountsOf(spec.resources?.[side])) {
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
