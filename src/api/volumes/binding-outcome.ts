import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  type Claim,
  type PersistentVolume,
  type StorageClass,
  PROVISIONED_BY,
  isBoundTo,
} from "./claims.js";
import { inTreeSource } from "./csi-migration.js";

/** The label of a node that says where its volumes can be. */
export const ZONE = "topology.kubernetes.io/zone";

const BY_CONTROLLER = { [BOUND_BY_CONTROLLER]: "yes" };

/** The fields of a claim or volume that binding changes. */
type ClaimChange = Pick<Claim, "annotations" | "spec" | "status">;
type VolumeChange = Pick<PersistentVolume, "annotations" | "spec" | "status">;

/**
 * A volume once it is reserved for the claim. What a user had tied together already is not marked as
 * the controller's doing.
 */
export function reservation(
  claim: Claim,
  volume: Pick<PersistentVolume, "annotations" | "spec">,
): Pick<PersistentVolume, "annotations" | "spec"> {
  const mark = isBoundTo(volume, claim) ? {} : BY_CONTROLLER;
  return {
    annotations: { ...volume.annotations, ...mark },
    spec: { ...volume.spec, claimRef: claimReference(claim) },
  };
}

/** Claim and volume once they are bound to each other, as the volume controller leaves them. */
export function bindOutcome(
  claim: Claim,
  volume: Pick<PersistentVolume, "name" | "annotations" | "spec">,
): { readonly claim: ClaimChange; readonly volume: VolumeChange } {
  const { accessModes, capacity, volumeAttributesClassName } = volume.spec;
  const mark = claim.spec.volumeName === volume.name ? {} : BY_CONTROLLER;
  return {
    claim: {
      annotations: { ...claim.annotations, [BIND_COMPLETED]: "yes", ...mark },
      spec: { ...claim.spec, volumeName: volume.name },
      status: {
        ...claim.status,
        phase: "Bound",
        ...(accessModes === undefined ? {} : { accessModes }),
        ...(capacity === undefined ? {} : { capacity }),
        ...(volumeAttributesClassName === undefined
          ? {}
          : { currentVolumeAttributesClassName: volumeAttributesClassName }),
      },
    },
    volume: { ...reservation(claim, volume), status: { phase: "Bound" } },
  };
}

type ClaimReference = NonNullable<PersistentVolume["spec"]["claimRef"]>;

function claimReference({ namespace, name, uid }: Claim): ClaimReference {
  return { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace, name, uid };
}

/** Provisioned volumes of a zone can only be used in that zone. */
function zoneAffinity(zone: string | undefined): Partial<PersistentVolume["spec"]> {
  if (zone === undefined) return {};
  const term = { matchExpressions: [{ key: ZONE, operator: "In", values: [zone] }] };
  return { nodeAffinity: { required: { nodeSelectorTerms: [term] } } };
}

/**
 * The volume that a provisioner makes for a claim and reserves for it: as large as the claim asks,
 * reachable from that zone, or from everywhere if it is undefined.
 */
export function provisionOutcome(
  claim: Claim,
  storageClass: StorageClass,
  zone: string | undefined,
): Pick<PersistentVolume, "name" | "annotations" | "spec"> {
  const name = `pvc-${claim.uid}`;
  const storage = claim.spec.resources?.requests?.storage;
  const { provisioner, reclaimPolicy } = storageClass.spec;
  return {
    name,
    annotations: { [PROVISIONED_BY]: provisioner },
    spec: {
      ...(storage === undefined ? {} : { capacity: { storage } }),
      ...(claim.spec.accessModes === undefined ? {} : { accessModes: claim.spec.accessModes }),
      ...(claim.spec.volumeMode === undefined ? {} : { volumeMode: claim.spec.volumeMode }),
      ...(claim.spec.volumeAttributesClassName === undefined
        ? {}
        : { volumeAttributesClassName: claim.spec.volumeAttributesClassName }),
      storageClassName: storageClass.name,
      persistentVolumeReclaimPolicy: reclaimPolicy ?? "Delete",
      ...(inTreeSource(provisioner, name) ?? { csi: { driver: provisioner, volumeHandle: name } }),
      claimRef: claimReference(claim),
      ...zoneAffinity(zone),
    },
  };
}
