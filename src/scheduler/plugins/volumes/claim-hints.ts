import type { QueueingHintFn } from "../../framework/cluster-event.js";
import { claimUses } from "./claims.js";

/** A claim matters that the waiting pod uses. */
export const ownClaimHint: QueueingHintFn = (pod, before, after) => {
  const claim = after ?? before;
  if (claim?.kind !== "PersistentVolumeClaim" || claim.namespace !== pod.namespace) return "Skip";
  const used = claimUses(pod.spec, pod.name).some(({ claimName }) => claimName === claim.name);
  return used ? "Queue" : "Skip";
};

/** A pod that leaves its node matters if it had volumes to free there. */
export const freedVolumesHint: QueueingHintFn = (_pod, gone) =>
  gone?.kind === "Pod" && gone.nodeName !== "" && (gone.spec.volumes?.length ?? 0) > 0
    ? "Queue"
    : "Skip";
