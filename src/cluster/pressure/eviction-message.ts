import { parseBytes } from "../../api/quantity.js";
import type { BehaviorSource } from "../container-behavior.js";
import type { PodWorker } from "../pod-worker.js";
import {
  binaryText,
  type EvictionThreshold,
  levelText,
  type Observations,
  resourceOf,
} from "./eviction-policy.js";

interface Why {
  /** The first of them is the one that pods are evicted for. */
  readonly met: readonly EvictionThreshold[];
  readonly observed: Observations;
  readonly behavior: BehaviorSource;
  readonly nowMicros: number;
}

/**
 * What the status of an evicted pod says: what was short, by how much, and which containers used more of it
 * than they request. Its words are upstream's, a space at its end included.
 */
export function evictionMessage(worker: PodWorker, { met, observed, ...of }: Why): string {
  const resource = resourceOf(met[0]!);
  let message = `The node was low on resource: ${resource}. `;
  const threshold = met.find((one) => resourceOf(one) === resource)!;
  const found = observed.get(threshold.signal);
  if (found !== undefined) {
    const quantity = levelText(threshold.level, found.capacity);
    message += `Threshold quantity: ${quantity}, available: ${binaryText(found.available)}. `;
  }
  return resource === "memory" ? message + offenders(worker, of) : message;
}

function offenders(
  { pod, containers }: PodWorker,
  { behavior, nowMicros }: Pick<Why, "behavior" | "nowMicros">,
): string {
  let told = "";
  for (const { spec, status } of containers) {
    if (status.state !== "running" || behavior.usage === undefined) continue;
    const used = behavior.usage(pod, spec, nowMicros).memoryBytes;
    const request = String(spec.resources?.requests?.["memory"] ?? "0");
    if (used <= parseBytes(request)) continue;
    told += `Container ${spec.name} was using ${binaryText(used)}, request is ${request}, has larger consumption of memory. `;
  }
  return told;
}
