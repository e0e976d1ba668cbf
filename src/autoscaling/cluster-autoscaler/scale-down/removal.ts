import type { VersionOf } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";

/** A node that could go, as a simulation found. */
export interface Removable {
  readonly node: VersionOf<"Node">;
  /** Its pods that found a place elsewhere. */
  readonly move: readonly PodVersion[];
  /** Its pods that must have ended by themselves. */
  readonly waitFor: readonly PodVersion[];
  /** More pods of a budget are on it than may be disrupted at once. */
  readonly isRisky: boolean;
}
