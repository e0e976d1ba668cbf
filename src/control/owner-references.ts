import { KINDS } from "../api/kinds.js";
import type { OwnerReference } from "../api/kubernetes.js";
import type { AnyVersion } from "../api/object-version.js";

/** The reference by which `owner` controls an object that it makes or adopts. */
export function controllerReference(
  owner: Pick<AnyVersion, "kind" | "name" | "uid">,
): OwnerReference {
  return {
    apiVersion: KINDS[owner.kind].apiVersion,
    kind: owner.kind,
    name: owner.name,
    uid: owner.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
