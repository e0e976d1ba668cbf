import type { Labels } from "../../../api/kubernetes.js";
import { SelectorError, compileLabelSelector } from "../../../api/label-selector.js";
import { parseBytes } from "../../../api/quantity.js";
import type { Listers } from "../../framework/listers.js";
import type { Claim, StorageClass } from "../../../api/volumes/claims.js";

/**
 * True unless the class's driver reports its capacity and none of what it reports is large enough and
 * within reach of the node. Source: KEP-1472.
 */
export function hasEnoughCapacity(
  claim: Claim,
  storageClass: StorageClass,
  labels: Labels,
  listers: Listers,
): boolean {
  const wanted = claim.spec.resources?.requests?.storage;
  if (wanted === undefined) return true;
  const driver = listers.csiDrivers.get(storageClass.spec.provisioner);
  if (driver?.spec.storageCapacity !== true) return true;
  const bytes = parseBytes(wanted);
  return listers.csiStorageCapacities.list().some(({ spec }) => {
    if (spec.storageClassName !== storageClass.name) return false;
    const limit = spec.maximumVolumeSize ?? spec.capacity;
    if (limit === undefined || parseBytes(limit) < bytes) return false;
    if (spec.nodeTopology === undefined) return false;
    const selector = compileLabelSelector(spec.nodeTopology);
    return !(selector instanceof SelectorError) && selector.matches(labels);
  });
}
