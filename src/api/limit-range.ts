import type {
  LimitRangeSpec,
  PersistentVolumeClaimSpec,
  PodSpec,
  ResourceList,
  ResourceRequirements,
} from "./kubernetes.js";
import { type Amounts, podLimits, podRequests } from "./pod-resources.js";
import { type Quantity, mustParseQuantity } from "./quantity.js";
import { isContainerResource } from "./validation/resources.js";

type LimitRangeItem = LimitRangeSpec["limits"][number];
type Container = PodSpec["containers"][number];

/** Requests and limits that a LimitRange speaks about. */
interface Usage {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

function exact(list: ResourceList | undefined): Amounts {
  return new Map(
    Object.entries(list ?? {}).map(([name, quantity]) => [name, mustParseQuantity(quantity)]),
  );
}

function minError(what: string, min: Quantity, usage: Usage, name: string): string | undefined {
  const request = usage.requests.get(name);
  const limit = usage.limits.get(name);
  const rule = `minimum ${name} usage per ${what} is ${min}`;
  if (request === undefined) return `${rule}; no request is specified`;
  if (request.compare(min) < 0) return `${rule}, but request is ${request}`;
  if (limit !== undefined && limit.compare(min) < 0) return `${rule}, but limit is ${limit}`;
  return undefined;
}

function maxError(what: string, max: Quantity, usage: Usage, name: string): string | undefined {
  const request = usage.requests.get(name);
  const limit = usage.limits.get(name);
  const rule = `maximum ${name} usage per ${what} is ${max}`;
  if (limit === undefined) return `${rule}; no limit is specified`;
  if (limit.compare(max) > 0) return `${rule}, but limit is ${limit}`;
  if (request !== undefined && request.compare(max) > 0)
    return `${rule}, but request is ${request}`;
  return undefined;
}

function ratioError(what: string, ratio: Quantity, usage: Usage, name: string): string | undefined {
  const request = usage.requests.get(name);
  const limit = usage.limits.get(name);
  const rule = `${name} max limit to request ratio per ${what} is ${ratio}`;
  if (request === undefined || request.isZero) return `${rule}; no request is specified or it is 0`;
  if (limit === undefined || limit.isZero) return `${rule}; no limit is specified or it is 0`;
  return limit.compare(request.multiply(ratio)) > 0
    ? `${rule}, but limit is ${limit} and request ${request}`
    : undefined;
}

function usageErrors(item: LimitRangeItem, usage: Usage): readonly string[] {
  const errors: (string | undefined)[] = [];
  for (const [name, min] of exact(item.min)) errors.push(minError(item.type, min, usage, name));
  for (const [name, max] of exact(item.max)) errors.push(maxError(item.type, max, usage, name));
  for (const [name, ratio] of exact(item.maxLimitRequestRatio)) {
    errors.push(ratioError(item.type, ratio, usage, name));
  }
  return errors.filter((error) => error !== undefined);
}

/**
 * Why a pod is not admitted under a LimitRange; none when it is.
 *
 * Source: Kubernetes documentation, "Limit Ranges".
 */
export function limitRangePodErrors(limitRange: LimitRangeSpec, pod: PodSpec): readonly string[] {
  return (limitRange.limits ?? []).flatMap((item) => {
    if (item.type === "Container") {
      return [...pod.containers, ...(pod.initContainers ?? [])].flatMap((container) =>
        usageErrors(item, {
          requests: exact(container.resources?.requests),
          limits: exact(container.resources?.limits),
        }),
      );
    }
    if (item.type !== "Pod") return [];
    const options = { excludeOverhead: true };
    const input = { spec: pod };
    return usageErrors(item, {
      requests: podRequests(input, options),
      limits: podLimits(input, options),
    });
  });
}

function maxRequestError(
  what: string,
  max: Quantity,
  usage: Usage,
  name: string,
): string | undefined {
  const request = usage.requests.get(name);
  const rule = `maximum ${name} usage per ${what} is ${max}`;
  if (request === undefined) return `${rule}; no request is specified`;
  return request.compare(max) > 0 ? `${rule}, but request is ${request}` : undefined;
}

/** Why a claim is not admitted under a LimitRange; a claim has requests only. */
export function limitRangeClaimErrors(
  limitRange: LimitRangeSpec,
  claim: PersistentVolumeClaimSpec,
): readonly string[] {
  const usage = { requests: exact(claim.resources?.requests), limits: new Map() };
  return (limitRange.limits ?? [])
    .filter((item) => item.type === "PersistentVolumeClaim")
    .flatMap(({ type, min, max }) => [
      ...[...exact(min)].map(([name, bound]) => minError(type, bound, usage, name)),
      ...[...exact(max)].map(([name, bound]) => maxRequestError(type, bound, usage, name)),
    ])
    .filter((error) => error !== undefined);
}

/** Names of a LimitRange's defaults that no container may have: they are no default of any. */
export function unknownDefaults(limitRange: LimitRangeSpec): readonly string[] {
  const names = (limitRange.limits ?? []).flatMap(({ type, default: limits, defaultRequest }) =>
    type === "Container" ? Object.keys({ ...limits, ...defaultRequest }) : [],
  );
  return names.filter((name) => !isContainerResource(name));
}

function withDefaults(
  resources: ResourceRequirements | undefined,
  item: LimitRangeItem,
): ResourceRequirements {
  return {
    ...resources,
    limits: { ...ofContainers(item.default), ...resources?.limits },
    requests: { ...ofContainers(item.defaultRequest), ...resources?.requests },
  };
}

function ofContainers<T>(list: Readonly<Record<string, T>> | undefined): Record<string, T> {
  return Object.fromEntries(
    Object.entries(list ?? {}).filter(([name]) => isContainerResource(name)),
  );
}

/** `container` with the LimitRange's defaults for what it does not state. */
export function withLimitRangeDefaults(
  limitRange: LimitRangeSpec,
  container: Container,
): Container {
  let resources = container.resources;
  for (const item of limitRange.limits ?? []) {
    if (item.type === "Container") resources = withDefaults(resources, item);
  }
  return resources === container.resources || resources === undefined
    ? container
    : { ...container, resources };
}
