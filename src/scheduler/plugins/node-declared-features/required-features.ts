import type { Container, PodSpec } from "../../../api/kubernetes.js";

type RuledContainer = Container & {
  readonly restartPolicyRules?: readonly { readonly action: string }[];
};
interface BoundMount {
  readonly name?: string;
  readonly bindMountOptions?: readonly string[];
}

/** Told of every new pod: it makes nothing for those that ask for nothing. */
function hasContainer(spec: PodSpec, isSuch: (container: RuledContainer) => boolean): boolean {
  return spec.containers?.some(isSuch) === true || spec.initContainers?.some(isSuch) === true;
}

function restartsAll(spec: PodSpec): boolean {
  return hasContainer(
    spec,
    ({ restartPolicyRules }) =>
      restartPolicyRules?.some(({ action }) => action === "RestartAllContainers") === true,
  );
}

function usersOnHostNetwork(spec: PodSpec): boolean {
  return spec.hostNetwork === true && spec.hostUsers === false;
}

function bindsItsMounts({ volumeMounts }: Pick<Container, "volumeMounts">): boolean {
  const mounts: readonly BoundMount[] | undefined = volumeMounts;
  return mounts?.some(({ bindMountOptions = [] }) => bindMountOptions.length > 0) === true;
}

function bindsMountsWithOptions(spec: PodSpec): boolean {
  return (
    hasContainer(spec, bindsItsMounts) || spec.ephemeralContainers?.some(bindsItsMounts) === true
  );
}

/** What of a pod asks for which feature of a kubelet, by the feature's name. */
const REQUIREMENTS: readonly (readonly [string, (spec: PodSpec) => boolean])[] = [
  ["RestartAllContainersOnContainerExits", restartsAll],
  ["UserNamespacesHostNetworkSupport", usersOnHostNetwork],
  ["VolumeBindMountOptions", bindsMountsWithOptions],
];

const NONE: readonly string[] = [];

/**
 * The features that the kubelet of a pod's node must declare, sorted. Source: KEP-5328;
 * `component-helpers/nodedeclaredfeatures`, InferForPodScheduling.
 */
export function requiredFeatures(spec: PodSpec): readonly string[] {
  let required = NONE;
  for (const [name, isRequired] of REQUIREMENTS) {
    if (isRequired(spec)) required = [...required, name];
  }
  return required;
}
