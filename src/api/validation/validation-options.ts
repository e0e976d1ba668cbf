import type { Features } from "../features.js";
import type { AutoscalerOptions } from "./autoscaler-options.js";
import type { RestartOptions } from "./container.js";
import type { PlacementOptions } from "./placement.js";

/** What the API servers of some versions take, and those of others refuse; absent: refused. */
export type VersionOptions = PlacementOptions & AutoscalerOptions & RestartOptions;

export function versionOptions(features: Features): VersionOptions {
  return {
    comparisonOperators: features.TaintTolerationComparisonOperators,
    scalesToZero: features.HPAScaleToZero,
    namesTargetGroup: features.HPATargetNamesGroup,
    containerRestartRules: features.ContainerRestartRules,
    restartsAllContainers: features.RestartAllContainersOnContainerExits,
  };
}
