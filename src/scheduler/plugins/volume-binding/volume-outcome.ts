import type { Labels } from "../../../api/kubernetes.js";
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  type Claim,
  type PersistentVolume,
  type StorageClass,
} from "../volumes/claims.js";

/** The fields of a claim or volume that binding changes. */
export type ClaimChange = Pick<Claim, "annotations" | "spec" | "status">;
export type VolumeChange = Pick<PersistentVolume, "annotations" | "spec" | "status">;

/** Name of the volume that is made for a claim. */
export function provisionedVolumeName(claim: Claim): string {
  return `pvc-${claim.namespace}-${claim.name}`;
}

/** Claim and volume once they are bound to each other, as the volume controller leaves them. */
export function bindOutcome(
  claim: Claim,
  volume: Pick<PersistentVolume, "name" | "annotations" | "spec">,
): { readonly claim: ClaimChange; readonly volume: VolumeChange } {
  return {
    claim: {
      annotations: { ...claim.annotations, [BIND_COMPLETED]: "yes", [BOUND_BY_CONTROLLER]: "yes" },
      spec: { ...claim.spec, volumeName: volume.name },
      status: {
        ...claim.status,
        phase: "Bound",
        ...(volume.spec.accessModes === undefined ? {} : { accessModes: volume.spec.accessModes }),
        ...(volume.spec.capacity === undefined ? {} : { capacity: volume.spec.capacity }),
      },
    },
    volume: {
      annotations: { ...volume.annotations, [BOUND_BY_CONTROLLER]: "yes" },
      spec: {
        ...volume.spec,
        claimRef: {
          kind: "PersistentVolumeClaim",
          apiVersion: "v1",
          namespace: claim.namespace,
          name: claim.name,
          uid: claim.uid,
        },
      },
      status: { phase: "Bound" },
    },
  };
}

/** Provisioned volumes of a zone can only be used in that zone. */
function zoneAffinity(labels: Labels): Partial<PersistentVolume["spec"]> {
  const key = "topology.kubernetes.io/zone";
  const zone = labels[key];
  if (zone === undefined) return {};
  const term = { matchExpressions: [{ key, operator: "In", values: [zone] }] };
  return { nodeAffinity: { required: { nodeSelectorTerms: [term] } } };
}

/**
 * The volume that a CSI driver makes for a claim when a node was selected, not bound yet: as large as
 * the claim asks, reachable from the node's zone, or from everywhere if the node has none.
 */
export function provisionOutcome(
  claim: Claim,
  storageClass: StorageClass,
  nodeLabels: Labels,
): Pick<PersistentVolume, "name" | "annotations" | "spec"> {
  const name = provisionedVolumeName(claim);
  const storage = claim.spec.resources?.requests?.storage;
  const { provisioner, reclaimPolicy } = storageClass.spec;
  return {
    name,
    annotations: { "pv.kubernetes.io/provisioned-by": provisioner },
    spec: {
      ...(storage === undefined ? {} : { capacity: { storage } }),
      ...(claim.spec.accessModes === undefined ? {} : { accessModes: claim.spec.accessModes }),
      ...(claim.spec.volumeMode === undefined ? {} : { volumeMode: claim.spec.volumeMode }),
      storageClassName: storageClass.name,
      persistentVolumeReclaimPolicy: reclaimPolicy ?? "Delete",
      csi: { driver: provisioner, volumeHandle: name },
      ...zoneAffinity(nodeLabels),
    },
  };
}
