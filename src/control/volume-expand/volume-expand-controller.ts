import {
  type Claim,
  isBoundTo,
  isFullyBound,
  type PersistentVolume,
} from "../../api/volumes/claims.js";
import { identityOf } from "../../api/volumes/attachable.js";
import {
  expandedStatus,
  expandingStatus,
  nodePendingStatus,
} from "../../api/volumes/expansion-status.js";
import { capacityBytes, requestedBytes } from "../../api/volumes/matching.js";
import { INSTANT_VOLUMES } from "../../api/volumes/volume-times.js";
import { parseBytes } from "../../api/quantity.js";
import type { TimeMicros } from "../../base/time.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { WriteQueue } from "../write-queue.js";

const NO_WRITES: readonly WriteRequest[] = [];

/** How far a volume is that is being made larger. */
interface Expansion {
  readonly uid: string;
  /** What the claim asked for when it began. */
  readonly storage: string;
  readonly untilMicros: TimeMicros;
}

/**
 * Makes volumes larger whose claims ask for more than they have: upstream's expand controller, which leaves that to
 * the driver, and the driver's external-resizer. A file system is then made larger by the node that has it mounted.
 * Source: Kubernetes, "Persistent Volumes: Expanding Persistent Volumes Claims"; upstream's
 * pkg/controller/volume/expand; Kubernetes CSI, `external-resizer`.
 */
export class VolumeExpandController implements Controller {
  private readonly claims: FreshView<"PersistentVolumeClaim">;
  private readonly volumes: FreshView<"PersistentVolume">;
  private readonly classes: Informer<"StorageClass">;
  private readonly queue: WriteQueue;
  /** By the claim's row. */
  private readonly expansions = new Map<number, Expansion>();

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.claims = new FreshView(informers.informer("PersistentVolumeClaim"));
    this.volumes = new FreshView(informers.informer("PersistentVolume"));
    this.classes = informers.informer("StorageClass");
    this.queue = new WriteQueue({
      engine,
      client,
      name: "volume-expand",
      workers: options.workers,
      plan: (row) => this.planOf(row),
      wrote: (object) => {
        if (object.kind === "PersistentVolumeClaim") this.claims.wrote(object);
        if (object.kind === "PersistentVolume") this.volumes.wrote(object);
      },
    });
  }

  start(): void {
    this.claims.start();
    this.volumes.start();
    const look = (claim: Claim): void => {
      if (isFullyBound(claim) && requestedBytes(claim) > hasBytes(claim)) this.queue.add(claim.row);
    };
    this.claims.informer.addHandler({
      added: look,
      updated: (_, claim) => look(claim),
      deleted: ({ row }) => this.expansions.delete(row),
    });
  }

  private planOf(row: number): readonly WriteRequest[] {
    const claim = this.claims.at(row);
    const seen = this.volumes.informer.find("", claim?.spec.volumeName ?? "");
    const volume = seen === undefined ? undefined : this.volumes.at(seen.row);
    if (claim === undefined || volume === undefined || !isBoundTo(volume, claim)) return NO_WRITES;
    const wanted = requestedBytes(claim);
    if (claim.deletionTimeMicros !== null || wanted <= hasBytes(claim)) return NO_WRITES;
    // What is left is the node's to do.
    if (wanted <= capacityBytes(volume)) return NO_WRITES;
    const known = this.expansions.get(row);
    if (known?.uid !== claim.uid) return this.begin(claim, volume);
    const left = known.untilMicros - this.options.engine.now;
    if (left > 0) {
      this.queue.addAfter(row, left);
      return NO_WRITES;
    }
    this.expansions.delete(row);
    return this.finish(claim, volume, known.storage);
  }

  private begin(claim: Claim, volume: PersistentVolume): readonly WriteRequest[] {
    const { engine, startTimeMs, volumeTimes = INSTANT_VOLUMES } = this.options;
    const identity = identityOf(volume);
    const mayGrow =
      this.classes.find("", identity.storageClass)?.spec.allowVolumeExpansion === true;
    if (!mayGrow || identity.driver === "") return NO_WRITES;
    const takes = Math.max(1, volumeTimes.micros("expand", identity));
    const storage = claim.spec.resources!.requests!.storage!;
    const untilMicros = engine.now + takes;
    this.expansions.set(claim.row, { uid: claim.uid, storage, untilMicros });
    this.queue.addAfter(claim.row, takes);
    this.tell(claim, "ExternalExpanding", "waiting for an external controller to expand this PVC");
    this.tell(claim, "Resizing", `External resizer is resizing volume ${volume.name}`);
    const status = expandingStatus(claim, { startTimeMs, nowMicros: engine.now });
    return [{ verb: "patch", target: claim, change: { status } }];
  }

  private finish(claim: Claim, volume: PersistentVolume, storage: string): readonly WriteRequest[] {
    const { engine, startTimeMs } = this.options;
    const capacity = { ...volume.spec.capacity, storage };
    const grown = { ...volume.spec, capacity };
    const isBlock = volume.spec.volumeMode === "Block";
    if (isBlock) this.tell(claim, "VolumeResizeSuccessful", "Resize volume succeeded");
    else {
      const message = "Require file system resize of volume on node";
      this.tell(claim, "FileSystemResizeRequired", message);
    }
    const clock = { startTimeMs, nowMicros: engine.now };
    const status = isBlock
      ? expandedStatus(claim, storage)
      : nodePendingStatus(claim, storage, clock);
    // The claim first: the node does its part when it sees the volume's new size.
    return [
      { verb: "patch", target: claim, change: { status } },
      { verb: "patch", target: volume, change: { spec: grown } },
    ];
  }

  private tell(claim: Claim, reason: string, message: string): void {
    const { observer, engine } = this.options;
    observer.event("Normal", reason, claim, message, engine.now);
  }
}

function hasBytes({ status }: Claim): number {
  const storage = status.capacity?.storage;
  return storage === undefined ? Number.POSITIVE_INFINITY : parseBytes(storage);
}
