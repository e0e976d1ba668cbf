import { deepEqual } from "../../../api/deep-equal.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import {
  type FilterPlugin,
  PRE_FILTER_SUCCESS,
  type PreFilterPlugin,
  type PreFilterResult,
  type Result,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import { requiredFeatures } from "./required-features.js";

const NAME = "NodeDeclaredFeatures";
const SKIP: PreFilterResult = { status: new Status("Skip", [], NAME), nodeNames: null };
const MISMATCH = new Status(
  "UnschedulableAndUnresolvable",
  ["node(s) didn't match Pod's required features"],
  NAME,
);

/** A pod that needs a feature of the kubelet goes to nodes that declare it. Source: KEP-5328. */
export class NodeDeclaredFeatures implements PreFilterPlugin, FilterPlugin {
  readonly name = NAME;
  readonly preFilterExtensions = null;

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      {
        event: clusterEvent("Node", Action.Add, Action.UpdateNodeDeclaredFeature),
        hint: (_pod, before, after) =>
          before?.kind === "Node" &&
          after?.kind === "Node" &&
          deepEqual(before.status?.declaredFeatures, after.status?.declaredFeatures)
            ? "Skip"
            : "Queue",
      },
      {
        event: clusterEvent("Pod", Action.Update),
        hint: (pod, before, after) => {
          if (after?.kind !== "Pod" || after.uid !== pod.uid) return "Skip";
          const had = before?.kind === "Pod" ? requiredFeatures(before.spec) : [];
          return deepEqual(had, requiredFeatures(after.spec)) ? "Skip" : "Queue";
        },
      },
    ];
  }

  concerns({ template }: PodInfo): boolean {
    return requiredFeatures(template.spec).length > 0;
  }

  signPod({ template }: PodInfo): string {
    return requiredFeatures(template.spec).join();
  }

  preFilter(_state: CycleState, pod: PodInfo): PreFilterResult {
    return this.concerns(pod) ? PRE_FILTER_SUCCESS : SKIP;
  }

  filter(_state: CycleState, pod: PodInfo, { node }: NodeInfo): Result {
    const declared = node?.status?.declaredFeatures ?? [];
    const has = (feature: string): boolean => declared.includes(feature);
    return requiredFeatures(pod.template.spec).every(has) ? null : MISMATCH;
  }
}
