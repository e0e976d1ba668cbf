import type { PodVersion } from "../../api/pod-version.js";
import type { PodNeeds } from "./pod-needs.js";
import type { Requirements } from "./requirements.js";
import type { ResourceAmounts } from "./resource-amounts.js";
import type { AttachedVolumes } from "./volume-needs.js";

/** A pod that a node is looked for, with the preferences that it has left. */
export interface PodToPlace {
  readonly pod: PodVersion;
  readonly requests: ResourceAmounts;
  /** Its volumes, by driver. */
  readonly volumes: AttachedVolumes;
  /** Where these can be; none: anywhere. */
  readonly volumeAlternatives: readonly Requirements[];
  needs: PodNeeds;
}
