import { objectKey } from "../../api/object-version.js";
import type { Claim, StorageClass } from "../../api/volumes/claims.js";
import { csiDriverOf } from "../../api/volumes/csi-migration.js";
import type { VolumeTimes } from "../../api/volumes/volume-times.js";
import type { TimeMicros } from "../../base/time.js";
import type { Engine } from "../../kernel/engine.js";
import type { WriteQueue } from "../write-queue.js";

export interface ProvisioningOptions {
  readonly engine: Engine;
  readonly times: VolumeTimes;
  /** Of claims by their rows: one is looked at again when its volume is made. */
  readonly queue: Pick<WriteQueue, "addAfter">;
}

/** How far provisioners are that were asked for volumes. */
export class Provisioning {
  /** By the claim's row: when its volume will be made. */
  private readonly begun = new Map<
    number,
    { readonly uid: string; readonly untilMicros: TimeMicros }
  >();

  constructor(private readonly options: ProvisioningOptions) {}

  /** Begins with the claim, if that has not happened yet; whether the volume is made. */
  isDone(claim: Claim, { name, spec }: StorageClass): boolean {
    const { engine, times, queue } = this.options;
    const known = this.begun.get(claim.row);
    if (known?.uid === claim.uid) {
      const left = known.untilMicros - engine.now;
      if (left > 0) queue.addAfter(claim.row, left);
      return left <= 0;
    }
    const driver = csiDriverOf(spec.provisioner) ?? spec.provisioner;
    const identity = { key: objectKey(claim), storageClass: name, driver };
    const takes = times.micros("provision", identity);
    this.begun.set(claim.row, { uid: claim.uid, untilMicros: engine.now + takes });
    if (takes > 0) queue.addAfter(claim.row, takes);
    return takes === 0;
  }

  forget({ row }: Claim): void {
    this.begun.delete(row);
  }
}
