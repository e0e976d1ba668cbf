import type { Container } from "../../api/kubernetes.js";
import { isPodLevelSideSet, podRequests } from "../../api/pod-resources.js";
import type { PodVersion } from "../../api/pod-version.js";
import { mustParseQuantity, parseCpuMillis } from "../../api/quantity.js";
import { MetricsError } from "./metrics-client.js";

export interface RequestOptions {
  readonly resource: string;
  /** Empty: all containers of the pod. */
  readonly container: string;
  /** Whether what is requested for a pod as a whole counts. Source: KEP-2837. */
  readonly podLevel: boolean;
  /** Whether sidecars count. Source: replica_calculator.go (v1.29). */
  readonly sidecars: boolean;
  /** Whether a container that a pod does not have is an error; else it requests nothing. */
  readonly missingIsError: boolean;
}

/** What each pod requests of a resource, in thousandths of its unit, by its place. */
export function requestsOf(
  pods: readonly PodVersion[],
  options: RequestOptions,
): Float64Array | MetricsError {
  const requests = new Float64Array(pods.length);
  let before: PodVersion | null = null;
  for (let place = 0; place < pods.length; place++) {
    const pod: PodVersion = pods[place]!;
    if (pod.spec === before?.spec) {
      requests[place] = requests[place - 1]!;
      continue;
    }
    const request = requestOf(pod, options);
    if (request instanceof MetricsError) return request;
    requests[place] = request;
    before = pod;
  }
  return requests;
}

function requestOf(pod: PodVersion, options: RequestOptions): number | MetricsError {
  const whole = options.container === "" && options.podLevel;
  return whole && isPodLevelSideSet(pod.spec.resources ?? null, "requests")
    ? ofPod(pod, options.resource)
    : ofContainers(pod, options);
}

function ofPod(pod: PodVersion, resource: string): number | MetricsError {
  const request = podRequests({ spec: pod.spec }).get(resource);
  if (request !== undefined) return Number(request.milliValue());
  return new MetricsError(`missing pod-level request for ${resource} in Pod ${pod.name}`);
}

function ofContainers(pod: PodVersion, options: RequestOptions): number | MetricsError {
  const { resource, container: only } = options;
  let sum = 0;
  for (const container of countedContainers(pod, options)) {
    if (only !== "" && only !== container.name) continue;
    const request = container.resources?.requests?.[resource];
    if (request === undefined) {
      const where = `container ${container.name} of Pod ${pod.name}`;
      return new MetricsError(`missing request for ${resource} in ${where}`);
    }
    sum += millisOf(resource, request);
    if (only !== "") return sum;
  }
  if (only !== "" && options.missingIsError) {
    return new MetricsError(`container ${only} not found in Pod ${pod.name}`);
  }
  return sum;
}

function* countedContainers(pod: PodVersion, { sidecars }: RequestOptions): Iterable<Container> {
  yield* pod.spec.containers;
  if (!sidecars) return;
  for (const container of pod.spec.initContainers ?? []) {
    if (container.restartPolicy === "Always") yield container;
  }
}

function millisOf(resource: string, quantity: string | number): number {
  return resource === "cpu"
    ? parseCpuMillis(quantity)
    : Number(mustParseQuantity(quantity).milliValue());
}
