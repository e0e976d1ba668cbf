import { deepEqual } from "../../../api/deep-equal.js";
import { mustParseQuantity } from "../../../api/quantity.js";
import type { QueueingHintFn } from "../../framework/cluster-event.js";
import { claimUses } from "../../../api/volumes/claims.js";
import { csiDriverOf, inTreeVolume, migratedPlugins } from "../../../api/volumes/csi-migration.js";

/** A claim matters that the waiting pod uses; with `named`, one that its spec names. */
export function ownClaimHint(options: { readonly named: boolean }): QueueingHintFn {
  return (pod, before, after) => {
    const claim = after ?? before;
    if (claim?.kind !== "PersistentVolumeClaim" || claim.namespace !== pod.namespace) return "Skip";
    const used = claimUses(pod.spec, pod.name).some(
      ({ claimName, ephemeral }) => claimName === claim.name && !(ephemeral && options.named),
    );
    return used ? "Queue" : "Skip";
  };
}

/** A pod that leaves its node matters if it may have had volumes attached there. */
export const freedAttachmentsHint: QueueingHintFn = (_pod, gone) => {
  if (gone?.kind !== "Pod" || gone.nodeName === "") return "Skip";
  const attached = (gone.spec.volumes ?? []).some((volume) => {
    if (volume.persistentVolumeClaim || volume.ephemeral) return true;
    const inTree = inTreeVolume(volume);
    return inTree !== null && csiDriverOf(inTree.plugin) !== undefined;
  });
  return attached ? "Queue" : "Skip";
};

/** A new class of volumes matters; of one that is there, other topologies. */
export const storageClassHint: QueueingHintFn = (_pod, before, after) => {
  if (before?.kind !== "StorageClass" || after?.kind !== "StorageClass") return "Queue";
  const same = deepEqual(before.spec.allowedTopologies, after.spec.allowedTopologies);
  return same ? "Skip" : "Queue";
};

/** A new class matters if its volumes wait for their first consumer. */
export const lateBindingClassHint: QueueingHintFn = (_pod, _before, after) =>
  after?.kind === "StorageClass" && after.spec.volumeBindingMode !== "WaitForFirstConsumer"
    ? "Skip"
    : "Queue";

/** What a node knows of CSI matters when it is new, or hands other in-tree plugins over. */
export const csiNodeHint: QueueingHintFn = (_pod, before, after) => {
  if (before?.kind !== "CSINode" || after?.kind !== "CSINode") return "Queue";
  return migratedPlugins(before) === migratedPlugins(after) ? "Skip" : "Queue";
};

/** A driver matters whose in-line volumes the pod has, and which no longer tracks capacity. */
export const csiDriverHint: QueueingHintFn = (pod, before, after) => {
  if (before?.kind !== "CSIDriver" || after?.kind !== "CSIDriver") return "Queue";
  const used = (pod.spec.volumes ?? []).some(({ csi }) => csi?.driver === after.name);
  const relaxed = before.spec.storageCapacity === true && after.spec.storageCapacity !== true;
  return used && relaxed ? "Queue" : "Skip";
};

/** Capacity matters when it is new, or its limit for one volume has grown. */
export const capacityHint: QueueingHintFn = (_pod, before, after) => {
  if (before?.kind !== "CSIStorageCapacity" || after?.kind !== "CSIStorageCapacity") return "Queue";
  const was = before.spec.maximumVolumeSize ?? before.spec.capacity;
  const is = after.spec.maximumVolumeSize ?? after.spec.capacity;
  if (is === undefined) return "Skip";
  const grown = was === undefined || mustParseQuantity(is).compare(mustParseQuantity(was)) > 0;
  return grown ? "Queue" : "Skip";
};
