import type { Features } from "../features.js";
import type { AutoscalerOptions } from "./autoscaler-options.js";
import type { RestartOptions } from "./container.js";
import type { PlacementOptions } from "./placement.js";

/** What of storage is so in some versions only. */
export interface StorageOptions {
  /** A claim may ask for less than before, as long as that is more than it has. KEP-1790. */
  readonly claimsMayShrink?: boolean;
}

/** What of names is so in some versions only. */
interface NameOptions {
  /** The name of a Service that an Ingress leads to may begin with a digit. KEP-5311. */
  readonly relaxedServiceNames?: boolean;
}

/** What the API servers of some versions take, and those of others refuse; absent: refused. */
export type VersionOptions = PlacementOptions &
  AutoscalerOptions &
  RestartOptions &
  StorageOptions &
  NameOptions;

export function versionOptions(features: Features): VersionOptions {
  return {
    comparisonOperators: features.TaintTolerationComparisonOperators,
    scalesToZero: features.HPAScaleToZero,
    namesTargetGroup: features.HPATargetNamesGroup,
    containerRestartRules: features.ContainerRestartRules,
    relaxedServiceNames: features.RelaxedServiceNameValidation,
    claimsMayShrink: features.RecoverVolumeExpansionFailure,
    restartsAllContainers: features.RestartAllContainersOnContainerExits,
  };
}
