import type {
  VerticalPodAutoscalerSpec,
  VerticalPodAutoscalerSpecResourcePolicy,
  VerticalPodAutoscalerSpecResourcePolicyContainerPolicies,
} from "../../api/schemas/types.js";

export type ResourcePolicy = VerticalPodAutoscalerSpecResourcePolicy;
export type ContainerPolicy = VerticalPodAutoscalerSpecResourcePolicyContainerPolicies;

/** The policy for containers that have none of their own. */
const EVERY_CONTAINER = "*";

/** What an autoscaler's policy says of a container: its own entry, else the one for all. */
export function containerPolicy(
  name: string,
  policy: ResourcePolicy | undefined | null,
): ContainerPolicy | undefined {
  const policies = policy?.containerPolicies ?? [];
  return (
    policies.find(({ containerName }) => containerName === name) ??
    policies.findLast(({ containerName }) => containerName === EVERY_CONTAINER)
  );
}

/** The container is left alone. */
export function isContainerOff(name: string, policy: ResourcePolicy | undefined | null): boolean {
  return containerPolicy(name, policy)?.mode === "Off";
}

/** Its limits stay as they are. */
export function controlsRequestsOnly(
  name: string,
  policy: ResourcePolicy | undefined | null,
): boolean {
  return containerPolicy(name, policy)?.controlledValues === "RequestsOnly";
}

export type UpdateMode = "Off" | "Initial" | "Recreate" | "Auto" | "InPlaceOrRecreate" | "InPlace";

/** The mode of an autoscaler; Recreate where it does not say. */
export function updateModeOf({ updatePolicy }: Partial<VerticalPodAutoscalerSpec>): UpdateMode {
  const mode = updatePolicy?.updateMode;
  return mode === undefined || mode === null || mode === "" ? "Recreate" : (mode as UpdateMode);
}
