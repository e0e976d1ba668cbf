import type { ContainerState, PodVersion } from "../../api/pod-version.js";
import { parseBytes, parseQuantity, Quantity } from "../../api/quantity.js";
import type { TimeMicros } from "../../base/time.js";
import { resourcesOf } from "./pod-resources.js";

/** That a container was killed for want of memory; the time is virtual. */
export interface OomKill {
  readonly namespace: string;
  readonly podName: string;
  readonly container: string;
  readonly finishedMicros: TimeMicros;
  /** The request that was in force. */
  readonly requestBytes: number;
}

const KILLED = "OOMKilled";

/** What a change of a pod tells of kills. Source: VPA, pkg/recommender/input/oom (1.8). */
export function observedKills(before: PodVersion, after: PodVersion): readonly OomKill[] {
  if (before.status === after.status) return [];
  const kills: OomKill[] = [];
  for (const now of after.status.containers) {
    const then = before.status.containers.find(({ name }) => name === now.name);
    if (then === undefined || then === now) continue;
    const restarted = now.restartCount > then.restartCount;
    const isNew = isKilled(now) && (then.state !== "terminated" || restarted);
    const isPrevious = wasKilled(now) && then.state === "running" && restarted;
    if (!isNew && !isPrevious) continue;
    const finished = isNew ? now.finishedAtMicros : now.lastTermination!.finishedAtMicros;
    const { namespace, name: podName } = after;
    const { requests } = resourcesOf(isNew ? after : before, now.name);
    kills.push({
      namespace,
      podName,
      container: now.name,
      finishedMicros: finished ?? 0,
      requestBytes: parseBytes(requests?.["memory"] ?? 0),
    });
  }
  return kills;
}

function isKilled({ state, reason }: ContainerState): boolean {
  return state === "terminated" && reason === KILLED;
}

function wasKilled({ state, lastTermination }: ContainerState): boolean {
  return state === "running" && lastTermination?.reason === KILLED;
}

/** What of an Event is read. */
interface PodEvent {
  readonly reason: string;
  readonly involvedObject: {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  };
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdMicros: TimeMicros;
}

/** An eviction for want of memory on the node counts as a kill of the containers that the kubelet blames. */
export function killsOfEviction({
  reason,
  involvedObject,
  annotations,
  createdMicros,
}: PodEvent): readonly OomKill[] {
  if (reason !== "Evicted" || involvedObject.kind !== "Pod") return [];
  const list = (key: string) => annotations[key]?.split(",") ?? [];
  const containers = list("offending_containers");
  const usage = list("offending_containers_usage");
  const starved = list("starved_resource");
  if (containers.length !== usage.length || containers.length !== starved.length) return [];
  const { namespace, name: podName } = involvedObject;
  return containers.flatMap((container, i) => {
    const used = starved[i] === "memory" ? parseQuantity(usage[i]!) : null;
    if (!(used instanceof Quantity)) return [];
    const requestBytes = Number(used.value());
    return [{ namespace, podName, container, finishedMicros: createdMicros, requestBytes }];
  });
}
