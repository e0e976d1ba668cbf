import { reservation } from "../../../api/volumes/binding-outcome.js";
import type { Listers } from "../../framework/listers.js";
import {
  type Claim,
  type PersistentVolume,
  SELECTED_NODE,
  className,
} from "../../../api/volumes/claims.js";

/** So many assumptions at least are made before those that are outdated are looked for. */
const TIDY_AT = 256;

/**
 * Objects of one kind as they are assumed to be, by their key. An assumption has the resourceVersion
 * that it was made on; a later one replaces it. `listed` tells what the watches say.
 */
class Assumptions<T extends { readonly resourceVersion: number }> {
  private readonly byKey = new Map<string, T>();
  /** Grows with every assumption that is made or given up. */
  version = 0;
  private tidyAt = TIDY_AT;

  constructor(private readonly listed: (key: string) => T | undefined) {}

  /** The assumption, unless the object is gone or was written since. */
  current(key: string): T | undefined {
    const listed = this.listed(key);
    const assumed = this.byKey.get(key);
    if (assumed === undefined) return listed;
    if (listed !== undefined && listed.resourceVersion <= assumed.resourceVersion) return assumed;
    this.byKey.delete(key);
    return listed;
  }

  set(key: string, object: T): void {
    this.version += 1;
    this.byKey.set(key, object);
    if (this.byKey.size < this.tidyAt) return;
    for (const known of [...this.byKey.keys()]) this.current(known);
    this.tidyAt = Math.max(TIDY_AT, this.byKey.size * 2);
  }

  delete(key: string): void {
    this.version += 1;
    this.byKey.delete(key);
  }
}

/**
 * Volumes and claims as the scheduler believes them to be: what its watches say, and over that what
 * it has reserved and not yet seen written. Source: kube-scheduler `volumebinding`, assume cache.
 */
export class AssumedVolumes {
  private readonly volumes: Assumptions<PersistentVolume>;
  private readonly claims: Assumptions<Claim>;

  constructor(private readonly listers: Listers) {
    const { persistentVolumes, persistentVolumeClaims } = listers;
    this.volumes = new Assumptions((name) => persistentVolumes.get(name));
    this.claims = new Assumptions((key) => {
      const [namespace = "", name = ""] = key.split("/");
      return persistentVolumeClaims.get(namespace, name);
    });
  }

  /** Grows with everything that may make one of the others answer otherwise. */
  get version(): number {
    const { persistentVolumes, persistentVolumeClaims } = this.listers;
    const listed = persistentVolumes.version + persistentVolumeClaims.version;
    return listed + this.volumes.version + this.claims.version;
  }

  volume(name: string): PersistentVolume | undefined {
    return this.volumes.current(name);
  }

  claim(namespace: string, name: string): Claim | undefined {
    return this.claims.current(`${namespace}/${name}`);
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
    this.volumes.set(volume.name, { ...volume, ...reservation(claim, volume) });
  }

  /** Believes that the claim is about to be provisioned for the node. */
  assumeProvisioning(claim: Claim, nodeName: string): void {
    const annotations = { ...claim.annotations, [SELECTED_NODE]: nodeName };
    this.claims.set(`${claim.namespace}/${claim.name}`, { ...claim, annotations });
  }

  forgetVolume(name: string): void {
    this.volumes.delete(name);
  }

  forgetClaim(namespace: string, name: string): void {
    this.claims.delete(`${namespace}/${name}`);
  }
}
