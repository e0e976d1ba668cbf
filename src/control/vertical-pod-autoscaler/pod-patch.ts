import type { Labels, PodSpec } from "../../api/kubernetes.js";
import { Quantity } from "../../api/quantity.js";
import type { VerticalPodAutoscalerSpecStartupBoost } from "../../api/schemas/types.js";
import type { NamespaceBounds } from "./capped-recommendation.js";
import { controlsRequestsOnly, isContainerOff, updateModeOf } from "./container-policy.js";
import { type ContainerResources, containerResources } from "./container-resources.js";
import { OBSERVED_CONTAINERS, observedContainersText } from "./observed-containers.js";
import { type PodResources, resourcesOf } from "./pod-resources.js";
import type { AutoscalerObject } from "./recommender.js";
import { listOf } from "./resource-lists.js";
import { boostedCpu, boostPolicy, BoostError, originalResourcesText } from "./startup-boost.js";

const UPDATES = "vpaUpdates";

/** What the admission controller knows of. */
export interface AdmissionSettings {
  /** Upstream's gate CPUStartupBoost. */
  readonly startsBoosted: boolean;
  readonly maxAllowedCpuBoost: Quantity | null;
}

/** A pod as admission changes it. */
export interface PodPatch {
  readonly spec: PodSpec;
  readonly annotations: Labels;
}

/**
 * What an autoscaler makes of a new pod: its containers get what is recommended, limits in proportion.
 * Source: VPA, pkg/admission-controller (1.8).
 */
export function podPatch(
  pod: PodResources & { readonly annotations: Labels },
  autoscaler: Pick<AutoscalerObject, "name" | "spec" | "status">,
  bounds: NamespaceBounds,
  settings: AdmissionSettings,
): PodPatch | BoostError {
  const isOff = updateModeOf(autoscaler.spec) === "Off";
  const wanted = containerResources(pod, autoscaler, bounds).map((one) =>
    isOff ? { requests: new Map(), limits: new Map(), notes: [] } : one,
  );
  const annotations: Record<string, string> = { ...pod.annotations };
  const updates: string[] = [];
  const containers: PodSpec["containers"][number][] = [];
  for (const [i, container] of pod.spec.containers.entries()) {
    let resources: ContainerResources = wanted[i]!;
    const { resourcePolicy } = autoscaler.spec;
    if (settings.startsBoosted) {
      if (isContainerOff(container.name, resourcePolicy)) {
        containers.push(container);
        continue;
      }
      const boost = boostPolicy(container.name, autoscaler.spec);
      if (boost !== undefined) {
        const boosted = withBoost(container, resources, boost, {
          requestsOnly: controlsRequestsOnly(container.name, resourcePolicy),
          most: settings.maxAllowedCpuBoost,
        });
        if (boosted instanceof BoostError) return boosted;
        resources = boosted;
        annotations[`vpaCpuStartupBoost/${container.name}`] = originalResourcesText(container);
      }
    }
    const has = resourcesOf(pod, container.name);
    const { requests, limits, notes } = resources;
    const isBare = has.requests === undefined && has.limits === undefined;
    if (isBare || requests.size > 0 || limits.size > 0) {
      const said = [
        ...notes,
        ...[...requests.keys()].map((resource) => `${resource} request`),
        ...[...limits.keys()].map((resource) => `${resource} limit`),
      ];
      updates.push(`container ${i}: ${said.join(", ")}`);
    }
    containers.push(withResources(container, resources));
  }
  if (updates.length > 0) {
    annotations[UPDATES] = `Pod resources updated by ${autoscaler.name}: ${updates.join("; ")}`;
  }
  annotations[OBSERVED_CONTAINERS] = observedContainersText(
    pod.spec.containers.map(({ name }) => name),
  );
  return { spec: { ...pod.spec, containers }, annotations };
}

/** A container with what it is to have laid over what its spec says. */
export function withResources(
  container: PodSpec["containers"][number],
  { requests, limits }: Pick<ContainerResources, "requests" | "limits">,
): PodSpec["containers"][number] {
  if (requests.size === 0 && limits.size === 0) return container;
  const { resources = {} } = container;
  return {
    ...container,
    resources: {
      ...resources,
      ...(requests.size > 0 && { requests: { ...resources.requests, ...listOf(requests) } }),
      ...(limits.size > 0 && { limits: { ...resources.limits, ...listOf(limits) } }),
    },
  };
}

function withBoost(
  container: PodSpec["containers"][number],
  { requests, limits, notes }: ContainerResources,
  boost: VerticalPodAutoscalerSpecStartupBoost,
  { requestsOnly, most }: { readonly requestsOnly: boolean; readonly most: Quantity | null },
): ContainerResources | BoostError {
  const cpu = boostedCpu(container, requests.get("cpu") ?? Quantity.of(0), boost, {
    requestsOnly,
    most,
  });
  if (cpu instanceof BoostError) return cpu;
  return {
    requests: new Map([...requests, ["cpu", cpu.request]]),
    limits: cpu.limit === null ? limits : new Map([...limits, ["cpu", cpu.limit]]),
    notes,
  };
}
