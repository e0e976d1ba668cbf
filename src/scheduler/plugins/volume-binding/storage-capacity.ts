import type { Labels } from "../../../api/kubernetes.js";
import { SelectorError, compileLabelSelector } from "../../../api/label-selector.js";
import { parseBytes } from "../../../api/quantity.js";
import type { Listers } from "../../framework/listers.js";
import type { Claim, StorageClass } from "../../../api/volumes/claims.js";

/**
 * What the class's driver reports to have, in bytes, of the first report that is large enough and within
 * reach of the node; null where the driver reports nothing. Source: KEP-1472.
 */
export function findCapacity(
  claim: Claim,
  storageClass: StorageClass,
  labels: Labels,
  listers: Listers,
): number | null | "not enough" {
  const wanted = claim.spec.resources?.requests?.storage;
  if (wanted === undefined) return null;
  const driver = listers.csiDrivers.get(storageClass.spec.provisioner);
  if (driver?.spec.storageCapacity !== true) return null;
  const bytes = parseBytes(wanted);
  const found = listers.csiStorageCapacities.list().find(({ spec }) => {
    if (spec.storageClassName !== storageClass.name) return false;
    const limit = spec.maximumVolumeSize ?? spec.capacity;
    if (limit === undefined || parseBytes(limit) < bytes) return false;
    if (spec.nodeTopology === undefined) return false;
    const selector = compileLabelSelector(spec.nodeTopology);
    return !(selector instanceof SelectorError) && selector.matches(labels);
  });
  if (found === undefined) return "not enough";
  const { capacity } = found.spec;
  return capacity === undefined ? 0 : parseBytes(capacity);
}
