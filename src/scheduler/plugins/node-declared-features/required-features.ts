import type { Container, PodSpec } from "../../../api/kubernetes.js";

type RuledContainer = Container & {
  readonly restartPolicyRules?: readonly { readonly action: string }[];
};
interface BoundMount {
  readonly name?: string;
  readonly bindMountOptions?: readonly string[];
}

function allContainers(spec: PodSpec): readonly RuledContainer[] {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
}

function restartsAll(spec: PodSpec): boolean {
  return allContainers(spec).some(({ restartPolicyRules }) =>
    restartPolicyRules?.some(({ action }) => action === "RestartAllContainers"),
  );
}

function usersOnHostNetwork(spec: PodSpec): boolean {
  return spec.hostNetwork === true && spec.hostUsers === false;
}

function bindsMountsWithOptions(spec: PodSpec): boolean {
  const containers = [...allContainers(spec), ...(spec.ephemeralContainers ?? [])];
  const mounts: readonly BoundMount[] = containers.flatMap(
    ({ volumeMounts }) => volumeMounts ?? [],
  );
  return mounts.some(({ bindMountOptions }) => (bindMountOptions ?? []).length > 0);
}

/** What of a pod asks for which feature of a kubelet, by the feature's name. */
const REQUIREMENTS: readonly (readonly [string, (spec: PodSpec) => boolean])[] = [
  ["RestartAllContainersOnContainerExits", restartsAll],
  ["UserNamespacesHostNetworkSupport", usersOnHostNetwork],
  ["VolumeBindMountOptions", bindsMountsWithOptions],
];

/**
 * The features that the kubelet of a pod's node must declare, sorted. Source: KEP-5328;
 * `component-helpers/nodedeclaredfeatures`, InferForPodScheduling.
 */
export function requiredFeatures(spec: PodSpec): readonly string[] {
  return REQUIREMENTS.filter(([, isRequired]) => isRequired(spec)).map(([name]) => name);
}
