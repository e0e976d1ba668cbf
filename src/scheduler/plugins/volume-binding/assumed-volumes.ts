import type { Listers } from "../../framework/listers.js";
import {
  type Claim,
  type PersistentVolume,
  SELECTED_NODE,
  className,
} from "../../../api/volumes/claims.js";

interface Assumed<T> {
  readonly object: T;
  /** Version that the assumption was made on; a later one replaces it. */
  readonly resourceVersion: number;
}

/**
 * Volumes and claims as the scheduler believes them to be: what its watches say, and over that what
 * it has reserved and not yet seen written. Source: kube-scheduler `volumebinding`, assume cache.
 */
export class AssumedVolumes {
  private readonly volumes = new Map<string, Assumed<PersistentVolume>>();
  private readonly claims = new Map<string, Assumed<Claim>>();

  constructor(private readonly listers: Listers) {}

  volume(name: string): PersistentVolume | undefined {
    return current(this.volumes, name, this.listers.persistentVolumes.get(name));
  }

  claim(namespace: string, name: string): Claim | undefined {
    const listed = this.listers.persistentVolumeClaims.get(namespace, name);
    return current(this.claims, `${namespace}/${name}`, listed);
  }

  /** The volumes of the claim's storage class that it, or nobody, has. */
  volumesFor(claim: Claim): readonly PersistentVolume[] {
    const { persistentVolumes } = this.listers;
    const storageClass = className(claim);
    const found: PersistentVolume[] = [];
    for (const volume of persistentVolumes.reservedFor(claim)) {
      if (className(volume) === storageClass) found.push(this.volume(volume.name) ?? volume);
    }
    for (const volume of persistentVolumes.unclaimed(storageClass)) {
      found.push(this.volume(volume.name) ?? volume);
    }
    return found;
  }

  /** Believes the volume to be reserved for the claim. */
  assumeBinding(volume: PersistentVolume, claim: Claim): void {
    const claimRef = {
      kind: "PersistentVolumeClaim",
      apiVersion: "v1",
      namespace: claim.namespace,
      name: claim.name,
      uid: claim.uid,
    };
    this.volumes.set(volume.name, {
      object: { ...volume, spec: { ...volume.spec, claimRef } },
      resourceVersion: volume.resourceVersion,
    });
  }

  /** Believes that the claim is about to be provisioned for the node. */
  assumeProvisioning(claim: Claim, nodeName: string): void {
    this.claims.set(`${claim.namespace}/${claim.name}`, {
      object: { ...claim, annotations: { ...claim.annotations, [SELECTED_NODE]: nodeName } },
      resourceVersion: claim.resourceVersion,
    });
  }

  forgetVolume(name: string): void {
    this.volumes.delete(name);
  }

  forgetClaim(namespace: string, name: string): void {
    this.claims.delete(`${namespace}/${name}`);
  }
}

/** The assumption, unless the object is gone or was written since. */
function current<T extends { readonly resourceVersion: number }>(
  assumed: Map<string, Assumed<T>>,
  key: string,
  listed: T | undefined,
): T | undefined {
  const assumption = assumed.get(key);
  if (assumption === undefined) return listed;
  if (listed !== undefined && listed.resourceVersion <= assumption.resourceVersion) {
    return assumption.object;
  }
  assumed.delete(key);
  return listed;
}
