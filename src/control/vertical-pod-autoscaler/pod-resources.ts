import type { PodSpec, ResourceRequirements } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";

/** What of a pod tells what its containers ask for. */
export interface PodResources {
  readonly spec: PodSpec;
  readonly status: Pick<PodVersion["status"], "resources">;
}

const NOTHING: ResourceRequirements = Object.freeze({});

/**
 * The requests and limits of a container: what its status says it has, else what its spec asks for.
 * Source: VPA, ContainerRequestsAndLimits (1.8).
 */
export function resourcesOf(
  { spec, status }: PodResources,
  container: string,
): ResourceRequirements {
  const byName = ({ name }: { readonly name: string }): boolean => name === container;
  const stated = status.resources?.containerStatuses?.find(byName)?.resources;
  return stated ?? spec.containers.find(byName)?.resources ?? NOTHING;
}
