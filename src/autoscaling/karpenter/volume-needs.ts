import type { PodVersion } from "../../api/pod-version.js";
import {
  BIND_COMPLETED,
  type Claim,
  claimUses,
  className,
  type PersistentVolume,
  type StorageClass,
} from "../../api/volumes/claims.js";
import { csiDriverOf } from "../../api/volumes/csi-migration.js";
import { Requirements } from "./requirements.js";
import { HOSTNAME_LABEL } from "./well-known-labels.js";

/** Where volumes of pods are looked up. */
export interface VolumeObjects {
  claim(namespace: string, name: string): Claim | undefined;
  volume(name: string): PersistentVolume | undefined;
  storageClass(name: string): StorageClass | undefined;
}

/** Claims by CSI driver, as `namespace/name`. */
export type AttachedVolumes = ReadonlyMap<string, ReadonlySet<string>>;

type Pod = Pick<PodVersion, "namespace" | "name" | "spec">;

const NO_VOLUMES: AttachedVolumes = new Map();

/** What the pod's volumes take of a node's limits. Source: karpenter 1.15, `pkg/scheduling/volumeusage.go`. */
export function attachedVolumes(pod: Pod, objects: VolumeObjects): AttachedVolumes {
  const uses = claimUses(pod.spec, pod.name);
  if (uses.length === 0) return NO_VOLUMES;
  const byDriver = new Map<string, Set<string>>();
  for (const { claimName } of uses) {
    const claim = objects.claim(pod.namespace, claimName);
    const driver = claim === undefined ? "" : driverOf(claim, objects);
    if (driver === "") continue;
    const known = byDriver.get(driver) ?? new Set();
    byDriver.set(driver, known.add(`${pod.namespace}/${claimName}`));
  }
  return byDriver;
}

function driverOf(claim: Claim, objects: VolumeObjects): string {
  const { volumeName = "" } = claim.spec;
  if (volumeName !== "") {
    const spec = objects.volume(volumeName)?.spec;
    if (spec?.csi !== undefined) return spec.csi.driver;
    return spec?.awsElasticBlockStore === undefined ? "" : "ebs.csi.aws.com";
  }
  const storageClass = objects.storageClass(className(claim));
  if (storageClass === undefined) return "";
  const { provisioner } = storageClass.spec;
  return csiDriverOf(provisioner) ?? provisioner;
}

export function unionOf(a: AttachedVolumes, b: AttachedVolumes): AttachedVolumes {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const union = new Map(a);
  for (const [driver, claims] of b) {
    union.set(driver, new Set([...(union.get(driver) ?? []), ...claims]));
  }
  return union;
}

export function exceedsLimits(
  volumes: AttachedVolumes,
  limits: ReadonlyMap<string, number>,
): boolean {
  for (const [driver, claims] of volumes) {
    const limit = limits.get(driver);
    if (limit !== undefined && claims.size > limit) return true;
  }
  return false;
}

/**
 * Where the pod's volumes can be: alternatives, each of which is right for all of them; none where they are right for
 * any node. Alternatives that contradict each other are left out, unless all do.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/scheduling/volumetopology.go`.
 */
export function volumeAlternatives(pod: Pod, objects: VolumeObjects): readonly Requirements[] {
  let alternatives: readonly Requirements[] = [];
  for (const { claimName } of claimUses(pod.spec, pod.name)) {
    const claim = objects.claim(pod.namespace, claimName);
    const own = claim === undefined ? [] : alternativesOf(claim, objects);
    if (own.length === 0) continue;
    if (alternatives.length === 0) {
      alternatives = own;
      continue;
    }
    const pairs = alternatives.flatMap((one) => own.map((other) => [one, other] as const));
    const compatible = pairs.filter(([one, other]) => one.intersects(other));
    alternatives = (compatible.length > 0 ? compatible : pairs).map(([one, other]) =>
      one.clone().addAll(other),
    );
  }
  return alternatives;
}

function alternativesOf(claim: Claim, objects: VolumeObjects): readonly Requirements[] {
  const { volumeName = "" } = claim.spec;
  if (volumeName !== "") {
    const volume = objects.volume(volumeName);
    return volume === undefined ? [] : alternativesOfVolume(volume);
  }
  const topologies = objects.storageClass(className(claim))?.spec.allowedTopologies ?? [];
  return topologies
    .map(({ matchLabelExpressions = [] }) => matchLabelExpressions)
    .filter((expressions) => expressions.length > 0)
    .map((expressions) =>
      Requirements.ofRaw(expressions.map(({ key, values }) => ({ key, operator: "In", values }))),
    );
}

/** A local volume's host is no reason for a new node to have that name. */
function alternativesOfVolume({ spec }: PersistentVolume): readonly Requirements[] {
  const isLocal = spec.local !== undefined || spec.hostPath !== undefined;
  return (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap(
    ({ matchExpressions = [] }) => {
      const kept = isLocal
        ? matchExpressions.filter(({ key }) => key !== HOSTNAME_LABEL)
        : matchExpressions;
      return matchExpressions.length === 0 ? [] : [Requirements.ofRaw(kept)];
    },
  );
}

/** Why no node can be looked for because of the pod's volumes; null: there is no reason. */
export function volumeRefusal(pod: Pod, objects: VolumeObjects): string | null {
  for (const { claimName } of claimUses(pod.spec, pod.name)) {
    const claim = objects.claim(pod.namespace, claimName);
    const refusal =
      claim === undefined
        ? `getting persistent volume claim, persistentvolumeclaims "${claimName}" not found`
        : claimRefusal(claim, objects);
    if (refusal !== null) return refusal;
  }
  return null;
}

function claimRefusal(claim: Claim, objects: VolumeObjects): string | null {
  if (claim.deletionTimeMicros !== null) return "persistentvolumeclaim is being deleted";
  if (claim.status.phase === "Lost") {
    return "persistentvolumeclaim bound to non-existent persistentvolume";
  }
  const { volumeName = "" } = claim.spec;
  if (volumeName !== "") {
    const volume = objects.volume(volumeName);
    if (volume === undefined) {
      return `failed to validate pvc, persistentvolumes "${volumeName}" not found`;
    }
    if (volume.deletionTimeMicros !== null) {
      return "failed to validate pvc, persistentvolume is being deleted";
    }
    return claim.annotations[BIND_COMPLETED] === undefined
      ? "pvc is considered unbound because it does not contain annotation"
      : null;
  }
  const name = className(claim);
  if (name === "") return "unbound pvc must define a storage class";
  const storageClass = objects.storageClass(name);
  if (storageClass === undefined) {
    return `failed to validate pvc, failed to get storage class, storageclasses.storage.k8s.io "${name}" not found`;
  }
  return storageClass.spec.volumeBindingMode === "Immediate"
    ? "failed to validate pvc, pvc with immediate volume binding mode must be bound"
    : null;
}
