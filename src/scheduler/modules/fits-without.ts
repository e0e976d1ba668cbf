import type { CycleState } from "../framework/cycle-state.js";
import type { Handle } from "../framework/interfaces.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Node, Pod } from "./define-plugin.js";

/** Whether the pod would fit the node if some of its pods were gone: a what-if on copies, by all filters of the profile. */
export function fitsWithout(
  handle: Handle,
  {
    state,
    pod,
    node,
    gone,
  }: {
    readonly state: CycleState;
    readonly pod: Pod;
    readonly node: Node;
    readonly gone: readonly Pod[];
  },
): boolean {
  const copy = (node as NodeInfo).clone();
  const without = state.clone();
  for (const victim of gone as readonly PodInfo[]) {
    copy.removePod(victim);
    const refused = handle.runPreFilterExtensionRemovePod(without, pod as PodInfo, victim, copy);
    if (refused !== null) return false;
  }
  return handle.runFilterPluginsWithNominatedPods(without, pod as PodInfo, copy) === null;
}
