import { objectKey, type AnyVersion } from "../../../api/object-version.js";
import { conflictMessage } from "../../../api/object-named.js";
import { reservation } from "../../../api/volumes/binding-outcome.js";
import {
  type Claim,
  type PersistentVolume,
  SELECTED_NODE,
  isFullyBound,
} from "../../../api/volumes/claims.js";
import { VolumeNodeAffinity } from "../../../api/volumes/matching.js";
import type { Handle, PreBindStep, PreBindWrite } from "../../framework/interfaces.js";

const affinity = new VolumeNodeAffinity();

/**
 * A claim on its way to its volume, for a pod on its way to a node.
 * Source: kube-scheduler `volumebinding`, checkBindings.
 */
abstract class ClaimStep implements PreBindStep {
  /** `namespace/name` */
  readonly claim: string;
  /** The resourceVersion that the write was answered with: what is older tells nothing yet. */
  protected writtenVersion = 0;

  constructor(
    claim: Claim,
    protected readonly nodeName: string,
    protected readonly handle: Pick<Handle, "listers" | "snapshot">,
  ) {
    this.claim = objectKey(claim);
  }

  written(object: AnyVersion): void {
    this.writtenVersion = object.resourceVersion;
  }

  write(): PreBindWrite | null | string {
    const claim = this.known();
    if (claim === undefined) return `persistentvolumeclaims "${this.claimName}" not found`;
    return this.writeFor(claim);
  }

  isDone(): boolean | string {
    const claim = this.known();
    if (claim === undefined) {
      return `failed to check binding: persistentvolumeclaim "${this.claimName}" not found`;
    }
    const labels = this.handle.snapshot.get(this.nodeName)?.labels;
    if (labels === undefined) return `failed to get node "${this.nodeName}"`;
    return this.isBound(claim, (volume) => affinity.allows(volume, labels));
  }

  protected abstract writeFor(claim: Claim): PreBindWrite | null | string;
  protected abstract isBound(
    claim: Claim,
    isReached: (volume: PersistentVolume) => boolean,
  ): boolean | string;

  protected unreachable(volumeName: string): string {
    return `pv "${volumeName}" node affinity doesn't match node "${this.nodeName}": no matching NodeSelectorTerms`;
  }

  private get claimName(): string {
    return this.claim.slice(this.claim.indexOf("/") + 1);
  }

  private known(): Claim | undefined {
    const [namespace = "", name = ""] = this.claim.split("/");
    return this.handle.listers.persistentVolumeClaims.get(namespace, name);
  }
}

/** A volume is reserved for the claim, and bound to it by the controller of volumes. */
export class BindClaim extends ClaimStep {
  readonly volume: string;
  /** Of the volume, as the decision saw it. */
  private readonly version: number;

  constructor(
    claim: Claim,
    volume: PersistentVolume,
    nodeName: string,
    handle: Pick<Handle, "listers" | "snapshot">,
  ) {
    super(claim, nodeName, handle);
    this.volume = volume.name;
    this.version = volume.resourceVersion;
  }

  protected writeFor(claim: Claim): PreBindWrite | null | string {
    const volume = this.handle.listers.persistentVolumes.get(this.volume);
    if (volume === undefined) return `persistentvolumes "${this.volume}" not found`;
    if (volume.resourceVersion !== this.version) return conflictMessage(volume);
    if (volume.spec.claimRef?.uid === claim.uid) return null;
    return { verb: "update", base: volume, change: reservation(claim, volume) };
  }

  protected isBound(
    claim: Claim,
    isReached: (volume: PersistentVolume) => boolean,
  ): boolean | string {
    const volume = this.handle.listers.persistentVolumes.get(this.volume);
    if (volume === undefined) {
      return `failed to check binding: persistentvolume "${this.volume}" not found`;
    }
    if (volume.resourceVersion < this.writtenVersion) return false;
    if (!isReached(volume)) return this.unreachable(this.volume);
    if ((volume.spec.claimRef?.uid ?? "") === "")
      return `ClaimRef got reset for pv "${this.volume}"`;
    return isFullyBound(claim);
  }
}

/** The node is chosen for the claim, and a volume is made there by its provisioner. */
export class ProvisionClaim extends ClaimStep {
  /** Of the claim, as the decision saw it. */
  private readonly version: number;

  constructor(claim: Claim, nodeName: string, handle: Pick<Handle, "listers" | "snapshot">) {
    super(claim, nodeName, handle);
    this.version = claim.resourceVersion;
  }

  protected writeFor(claim: Claim): PreBindWrite | null | string {
    if (claim.resourceVersion !== this.version) return conflictMessage(claim);
    if (claim.annotations[SELECTED_NODE] === this.nodeName) return null;
    const annotations = { ...claim.annotations, [SELECTED_NODE]: this.nodeName };
    return { verb: "update", base: claim, change: { annotations } };
  }

  protected isBound(
    claim: Claim,
    isReached: (volume: PersistentVolume) => boolean,
  ): boolean | string {
    if (claim.resourceVersion < this.writtenVersion) return false;
    if (claim.annotations[SELECTED_NODE] !== this.nodeName) {
      return `provisioning failed for PVC "${claim.name}"`;
    }
    const volume = this.handle.listers.persistentVolumes.get(claim.spec.volumeName ?? "");
    if (volume !== undefined && !isReached(volume)) return this.unreachable(volume.name);
    return isFullyBound(claim) && volume !== undefined;
  }
}
