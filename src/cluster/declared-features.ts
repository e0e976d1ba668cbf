import type { GateValues } from "../api/feature-gates/gate-settings.js";
import { upstreamGate } from "../api/feature-gates/upstream-gate.js";

/** Features that kubelets declare, each called like its gate, with the first version that knows it. */
const DECLARED: readonly (readonly [string, number])[] = [
  ["DRANodeAllocatableResources", 37],
  ["DRAOptionalNodeOperations", 37],
  ["ExtendWebSocketsToKubelet", 36],
  ["InPlacePodLevelResourcesVerticalScaling", 35],
  ["InPlacePodVerticalScalingInitContainers", 36],
  ["InPlacePodVerticalScalingMemoryBackedVolumes", 37],
  ["RestartAllContainersOnContainerExits", 35],
  ["UserNamespacesHostNetworkSupport", 36],
  ["VolumeBindMountOptions", 37],
];

/**
 * What a kubelet of Kubernetes 1.`minor` writes into its node's `declaredFeatures`, sorted: what its
 * gates have on, over a runtime that can do all of it; empty before v1.36. `gates`: those that are not
 * as by default. Source: KEP-5328; `component-helpers/nodedeclaredfeatures`.
 */
export function declaredFeatures(minor: number, gates: GateValues): readonly string[] {
  const isOn = (gate: string): boolean =>
    gates[gate] ?? upstreamGate(gate, minor)?.isOnByDefault ?? false;
  if (!isOn("NodeDeclaredFeatures")) return [];
  return DECLARED.filter(([name, from]) => minor >= from && isOn(name)).map(([name]) => name);
}
