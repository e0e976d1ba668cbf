import { objectKey } from "../../api/object-version.js";
import { type PersistentVolume, className } from "../../api/volumes/claims.js";
import { ObjectTable, type VolumeLister } from "./listers.js";

/** PersistentVolumes in memory, in groups by their class or by the claim that they are reserved for. */
export class VolumeTable extends ObjectTable<"PersistentVolume"> implements VolumeLister {
  private readonly byClass = new Map<string, Map<string, PersistentVolume>>();
  private readonly byClaim = new Map<string, Map<string, PersistentVolume>>();

  constructor(volumes: readonly PersistentVolume[] = []) {
    super();
    for (const volume of volumes) this.set(volume);
  }

  override set(volume: PersistentVolume): void {
    this.take(volume.name);
    super.set(volume);
    const [groups, key] = this.groupOf(volume);
    const group = groups.get(key) ?? new Map<string, PersistentVolume>();
    groups.set(key, group.set(volume.name, volume));
  }

  override delete(namespace: string, name: string): void {
    this.take(name);
    super.delete(namespace, name);
  }

  unclaimed(storageClass: string): Iterable<PersistentVolume> {
    return this.byClass.get(storageClass)?.values() ?? [];
  }

  reservedFor(claim: {
    readonly namespace: string;
    readonly name: string;
  }): Iterable<PersistentVolume> {
    return this.byClaim.get(objectKey(claim))?.values() ?? [];
  }

  private take(name: string): void {
    const volume = this.get(name);
    if (volume === undefined) return;
    const [groups, key] = this.groupOf(volume);
    const group = groups.get(key);
    group?.delete(name);
    if (group?.size === 0) groups.delete(key);
  }

  private groupOf(
    volume: PersistentVolume,
  ): readonly [Map<string, Map<string, PersistentVolume>>, string] {
    const { namespace = "", name = "" } = volume.spec.claimRef ?? {};
    if (name === "") return [this.byClass, className(volume)];
    return [this.byClaim, objectKey({ namespace, name })];
  }
}
