import type { ContainerStatus, RawPodStatus } from "./kubernetes.js";
import {
  type ConditionStatus,
  type ContainerState,
  type PodCondition,
  type PodStatus,
  EMPTY_POD_STATUS,
  type PodVersion,
} from "./pod-version.js";
import type { PodResourcesStatus } from "./pod-resources.js";
import { qosClass } from "./qos.js";
import { formatTimestamp, parseTimestamp } from "./timestamp.js";

type RawCondition = NonNullable<RawPodStatus["conditions"]>[number];
type RawTermination = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

const CONDITION_STATUSES: readonly ConditionStatus[] = ["True", "False", "Unknown"];

function readCondition(raw: RawCondition, startTimeMs: number): PodCondition {
  return {
    type: raw.type ?? "",
    status: CONDITION_STATUSES.find((status) => status === raw.status) ?? "Unknown",
    lastTransitionTimeMicros: parseTimestamp(raw.lastTransitionTime, startTimeMs) ?? 0,
    reason: raw.reason ?? "",
    message: raw.message ?? "",
  };
}

function readTermination(raw: RawTermination, startTimeMs: number) {
  return {
    exitCode: raw.exitCode ?? 0,
    reason: raw.reason ?? "",
    startedAtMicros: parseTimestamp(raw.startedAt, startTimeMs),
    finishedAtMicros: parseTimestamp(raw.finishedAt, startTimeMs),
  };
}

function readContainer(raw: ContainerStatus, startTimeMs: number): ContainerState {
  const { running, terminated, waiting } = raw.state ?? {};
  const last = raw.lastState?.terminated;
  const shared = {
    name: raw.name ?? "",
    ready: raw.ready === true,
    started: raw.started ?? running !== undefined,
    restartCount: raw.restartCount ?? 0,
    lastTermination: last === undefined ? null : readTermination(last, startTimeMs),
  };
  if (terminated !== undefined) {
    return { ...shared, state: "terminated", ...readTermination(terminated, startTimeMs) };
  }
  return {
    ...shared,
    state: running === undefined ? "waiting" : "running",
    reason: waiting?.reason ?? "",
    exitCode: null,
    startedAtMicros: parseTimestamp(running?.startedAt, startTimeMs),
    finishedAtMicros: null,
  };
}

function resourcesOf(
  raw: Pick<PodResourcesStatus, "resources" | "allocatedResources">,
): Pick<PodResourcesStatus, "resources" | "allocatedResources"> {
  return {
    ...(raw.resources === undefined ? {} : { resources: raw.resources }),
    ...(raw.allocatedResources === undefined ? {} : { allocatedResources: raw.allocatedResources }),
  };
}

/** What is granted and there, of the containers whose status says it and of the pod; null for nothing. */
function readResources(raw: RawPodStatus): PodResourcesStatus | null {
  const read = (list: readonly ContainerStatus[] | undefined) =>
    (list ?? [])
      .map((status) => ({ name: status.name ?? "", ...resourcesOf(status) }))
      .filter((status) => Object.keys(status).length > 1);
  const containerStatuses = read(raw.containerStatuses);
  const initContainerStatuses = read(raw.initContainerStatuses);
  const ofPod = resourcesOf(raw);
  const says = containerStatuses.length + initContainerStatuses.length + Object.keys(ofPod).length;
  return says === 0 ? null : { containerStatuses, initContainerStatuses, ...ofPod };
}

/** The modelled part of a pod's status in Kubernetes' shape. */
export function readPodStatus(raw: RawPodStatus, startTimeMs: number): PodStatus {
  if (Object.keys(raw).length === 0) return EMPTY_POD_STATUS;
  return {
    conditions: (raw.conditions ?? []).map((condition) => readCondition(condition, startTimeMs)),
    initContainers: (raw.initContainerStatuses ?? []).map((c) => readContainer(c, startTimeMs)),
    containers: (raw.containerStatuses ?? []).map((c) => readContainer(c, startTimeMs)),
    startTimeMicros: parseTimestamp(raw.startTime, startTimeMs),
    reason: raw.reason ?? "",
    message: raw.message ?? "",
    podIP: raw.podIP ?? "",
    resources: readResources(raw),
    ...(raw.resourceClaimStatuses === undefined
      ? {}
      : { resourceClaimStatuses: raw.resourceClaimStatuses }),
    ...(raw.extendedResourceClaimStatus === undefined
      ? {}
      : { extendedResourceClaimStatus: raw.extendedResourceClaimStatus }),
  };
}

/** `{ [field]: text }`, or nothing for an empty text: the API leaves out what is empty. */
function unlessEmpty<K extends string>(field: K, text: string): { [F in K]?: string } {
  return (text === "" ? {} : { [field]: text }) as { [F in K]?: string };
}

function writeTermination(
  termination: NonNullable<ContainerState["lastTermination"]>,
  startTimeMs: number,
): RawTermination {
  const { startedAtMicros, finishedAtMicros } = termination;
  const time = (micros: number | null): string | null =>
    micros === null ? null : formatTimestamp(micros, startTimeMs);
  return {
    exitCode: termination.exitCode,
    ...unlessEmpty("reason", termination.reason),
    ...(startedAtMicros === null ? {} : { startedAt: time(startedAtMicros)! }),
    ...(finishedAtMicros === null ? {} : { finishedAt: time(finishedAtMicros)! }),
  };
}

function writeState(
  container: ContainerState,
  startTimeMs: number,
): NonNullable<ContainerStatus["state"]> {
  switch (container.state) {
    case "waiting":
      return { waiting: unlessEmpty("reason", container.reason) };
    case "running":
      return container.startedAtMicros === null
        ? { running: {} }
        : { running: { startedAt: formatTimestamp(container.startedAtMicros, startTimeMs) } };
    case "terminated": {
      const exitCode = container.exitCode ?? 0;
      return { terminated: writeTermination({ ...container, exitCode }, startTimeMs) };
    }
  }
}

function writeContainer(
  container: ContainerState,
  image: string,
  startTimeMs: number,
): ContainerStatus {
  const last = container.lastTermination;
  return {
    name: container.name,
    image,
    imageID: "",
    ready: container.ready,
    started: container.started,
    restartCount: container.restartCount,
    state: writeState(container, startTimeMs),
    lastState: last === null ? {} : { terminated: writeTermination(last, startTimeMs) },
  };
}

/** A pod's status in Kubernetes' shape. */
export function writePodStatus(pod: PodVersion, startTimeMs: number): RawPodStatus {
  const { status, spec } = pod;
  const images = new Map(
    [...spec.containers, ...(spec.initContainers ?? [])].map((c) => [c.name, c.image ?? ""]),
  );
  const said = status.resources;
  const resourcesByName = new Map(
    [...(said?.containerStatuses ?? []), ...(said?.initContainerStatuses ?? [])].map((c) => [
      c.name,
      resourcesOf(c),
    ]),
  );
  const write = (list: readonly ContainerState[]): ContainerStatus[] =>
    list.map((c) => ({
      ...writeContainer(c, images.get(c.name) ?? "", startTimeMs),
      ...(resourcesByName.get(c.name) as object | undefined),
    }));
  return {
    phase: pod.phase,
    ...(status.conditions.length === 0
      ? {}
      : {
          conditions: status.conditions.map((condition) => ({
            type: condition.type,
            status: condition.status,
            lastTransitionTime: formatTimestamp(condition.lastTransitionTimeMicros, startTimeMs),
            ...unlessEmpty("reason", condition.reason),
            ...unlessEmpty("message", condition.message),
          })),
        }),
    ...unlessEmpty("nominatedNodeName", pod.nominatedNodeName),
    ...unlessEmpty("reason", status.reason),
    ...unlessEmpty("message", status.message),
    ...(status.podIP === "" ? {} : { podIP: status.podIP, podIPs: [{ ip: status.podIP }] }),
    ...(status.startTimeMicros === null
      ? {}
      : { startTime: formatTimestamp(status.startTimeMicros, startTimeMs) }),
    ...(status.initContainers.length === 0
      ? {}
      : { initContainerStatuses: write(status.initContainers) }),
    ...(status.containers.length === 0 ? {} : { containerStatuses: write(status.containers) }),
    ...(said === null ? {} : (resourcesOf(said) as object)),
    ...(status.resourceClaimStatuses === undefined
      ? {}
      : { resourceClaimStatuses: [...status.resourceClaimStatuses] }),
    ...(status.extendedResourceClaimStatus === undefined
      ? {}
      : { extendedResourceClaimStatus: status.extendedResourceClaimStatus }),
    qosClass: qosClass(spec, { podLevelResources: true }),
  };
}
