import type { AnyVersion } from "../../api/object-version.js";
import {
  type Claim,
  type PersistentVolume,
  isBoundTo,
  isFullyBound,
} from "../../api/volumes/claims.js";
import { defaultStorageClass } from "../../api/volumes/default-class.js";
import { canKeep } from "../../api/volumes/matching.js";
import { INSTANT_VOLUMES } from "../../api/volumes/volume-times.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { WriteQueue } from "../write-queue.js";
import { type ClaimPlan, type VolumeWorld, planClaim } from "./claim-plan.js";
import { Provisioning } from "./provisioning.js";
import { provisioningZone } from "./provisioning-zone.js";
import { isBoundElsewhere, planRelease } from "./release-plan.js";
import { ReservedVolumes } from "./reserved-volumes.js";
import { UnclaimedVolumes } from "./unclaimed-volumes.js";

/** Upstream's `--pvclaimbinder-sync-period`. */
const RESYNC_MICROS = 15 * MICROS_PER_SECOND;
/** Upstream has one worker for claims and one for volumes. */
const WORKERS = 1;
/** The version from which on a claim without a class gets the default class later, too. KEP-3333. */
const RETROACTIVE_MINOR = 26;

/**
 * Binds claims to volumes, those that wait for their first consumer as the scheduler has decided and
 * others without regard to nodes; has volumes made for those of a class with a provisioner; releases
 * and reclaims the volumes of claims that are gone.
 *
 * It acts on what happens in the run only: claims and volumes of a dump that do not fit each other
 * stay as they are.
 * Source: Kubernetes, "Persistent Volumes"; upstream's pkg/controller/volume/persistentvolume.
 */
export class PersistentVolumeController implements Controller {
  private readonly claims: FreshView<"PersistentVolumeClaim">;
  private readonly volumes: FreshView<"PersistentVolume">;
  private readonly classes: Informer<"StorageClass">;
  private readonly nodes: Informer<"Node">;
  private readonly claimQueue: WriteQueue;
  private readonly volumeQueue: WriteQueue;
  private readonly unclaimed = new UnclaimedVolumes();
  private readonly reserved = new ReservedVolumes();
  /** Claims that found nothing to be bound to, and what was said about each. */
  private readonly waiting = new Map<number, string>();
  /** Claims that have lost their volume in this run. */
  private readonly lost = new Set<number>();
  private readonly planned = new Map<number, ClaimPlan>();
  private readonly resyncEvent: HandlerId;
  private resyncArmed = false;
  private readonly provisioning: Provisioning;
  private readonly world: VolumeWorld;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    const workers = options.workers ?? WORKERS;
    this.claims = new FreshView(informers.informer("PersistentVolumeClaim"));
    this.volumes = new FreshView(informers.informer("PersistentVolume"));
    this.classes = informers.informer("StorageClass");
    this.nodes = informers.informer("Node");
    const wrote = (object: AnyVersion): void => this.wrote(object);
    this.claimQueue = new WriteQueue({
      engine,
      client,
      name: "persistentvolume-claims",
      workers,
      plan: (row) => this.planOf(row),
      wrote,
      done: (row) => {
        this.tellOutcome(row);
        return true;
      },
    });
    this.volumeQueue = new WriteQueue({
      engine,
      client,
      name: "persistentvolume-volumes",
      workers,
      plan: (row) => this.planVolume(row),
      wrote,
    });
    this.resyncEvent = engine.registerHandler("control/persistentvolume/resync", () => {
      this.resyncArmed = false;
      for (const row of this.waiting.keys()) this.claimQueue.add(row);
    });
    this.provisioning = new Provisioning({
      engine,
      times: options.volumeTimes ?? INSTANT_VOLUMES,
      queue: this.claimQueue,
    });
    this.world = this.volumeWorld(options.kubernetesMinor ?? Number.POSITIVE_INFINITY);
  }

  start(): void {
    this.volumes.start();
    this.claims.start();
    this.volumes.informer.addHandler({
      added: (volume) => this.onVolume(volume, undefined),
      updated: (before, volume) => this.onVolume(volume, before),
      deleted: (volume) => this.onVolumeGone(volume),
    });
    this.claims.informer.addHandler({
      added: (claim) => this.onClaim(claim),
      updated: (_, claim) => {
        this.onClaim(claim);
        this.giveBackOthers(claim);
      },
      deleted: (claim) => this.onClaimGone(claim),
    });
    this.classes.addHandler({ added: () => this.resync(), updated: () => this.resync() });
    this.nodes.addHandler({
      added: () => this.resync(),
      updated: (before, node) => {
        if (before.labels !== node.labels) this.resync();
      },
    });
  }

  /** What it has written itself it knows before its watches tell it. */
  private wrote(object: AnyVersion): void {
    if (object.kind === "PersistentVolumeClaim") this.claims.wrote(object);
    if (object.kind !== "PersistentVolume") return;
    this.volumes.wrote(object);
    this.index(object);
  }

  private index(volume: PersistentVolume): void {
    this.reserved.set(volume);
    if ((volume.spec.claimRef ?? null) === null) this.unclaimed.set(volume);
    else this.unclaimed.delete(volume.row);
  }

  private volumeWorld(minor: number): VolumeWorld {
    return {
      volume: (name) => this.volumeNamed(name),
      reservedFor: (claim) => {
        for (const row of this.reserved.for(claim)) {
          const volume = this.volumes.at(row);
          if (volume === undefined || !isBoundTo(volume, claim)) continue;
          if (canKeep(volume, claim)) return volume;
        }
        return undefined;
      },
      bestFor: (claim) => this.unclaimed.bestFor(claim),
      storageClass: (name) => this.classes.find("", name),
      defaultClass: () =>
        minor >= RETROACTIVE_MINOR ? defaultStorageClass(this.classes.values()) : undefined,
      nodeLabels: (name) => this.nodes.find("", name)?.labels,
      isProvisioned: (claim, storageClass) => this.provisioning.isDone(claim, storageClass),
      zoneFor: (claim, storageClass) =>
        provisioningZone(claim.name, storageClass, this.nodes.values()),
    };
  }

  private volumeNamed(name: string): PersistentVolume | undefined {
    const seen = this.volumes.informer.find("", name);
    return seen === undefined ? undefined : this.volumes.at(seen.row);
  }

  /** The claim of the name that the volume is reserved for, as the watch has brought it. */
  private claimSeenOf({ spec }: PersistentVolume): Claim | undefined {
    const { namespace = "", name = "" } = spec.claimRef ?? {};
    return this.claims.informer.find(namespace, name);
  }

  private onVolume(seen: PersistentVolume, before: PersistentVolume | undefined): void {
    // What it has written itself may be newer than what the watch brings.
    const volume = this.volumes.at(seen.row) ?? seen;
    this.index(volume);
    for (const row of this.lost) {
      if (this.claims.at(row)?.spec.volumeName === volume.name) this.claimQueue.add(row);
    }
    const { name = "", uid = "" } = volume.spec.claimRef ?? {};
    if (name === "") {
      if (before !== undefined) this.volumeQueue.add(volume.row);
      this.resync();
      return;
    }
    const claim = this.claimSeenOf(volume);
    const isHere = claim !== undefined && isBoundTo(volume, claim);
    if (isHere && !isBoundElsewhere(claim, volume)) {
      if (!isFullyBound(claim)) this.claimQueue.add(claim.row);
      return;
    }
    // It was made or reserved in this run for a very claim that went, or was bound, in the meantime.
    const isNew = before === undefined && volume.creationTimeMicros > 0;
    const wasFree = before !== undefined && (before.spec.claimRef ?? null) === null;
    if (uid !== "" && (isNew || wasFree)) this.volumeQueue.add(volume.row);
  }

  private onVolumeGone(volume: PersistentVolume): void {
    this.unclaimed.delete(volume.row);
    this.reserved.delete(volume.row);
    const claim = this.claimSeenOf(volume);
    if (claim?.spec.volumeName !== volume.name) return;
    this.lost.add(claim.row);
    this.claimQueue.add(claim.row);
  }

  private onClaim(claim: Claim): void {
    if (!isFullyBound(claim)) this.claimQueue.add(claim.row);
    else this.waiting.delete(claim.row);
  }

  /** What else was reserved for a claim that has its volume. */
  private giveBackOthers(claim: Claim): void {
    for (const row of this.reserved.for(claim)) {
      const volume = this.volumes.at(row);
      if (volume !== undefined && isBoundElsewhere(claim, volume)) this.volumeQueue.add(row);
    }
  }

  private onClaimGone(claim: Claim): void {
    this.waiting.delete(claim.row);
    this.provisioning.forget(claim);
    this.lost.delete(claim.row);
    for (const row of this.reserved.for(claim)) {
      const volume = this.volumes.at(row);
      if (volume?.spec.claimRef?.uid === claim.uid) this.volumeQueue.add(row);
    }
  }

  /** Has the claims that wait looked at anew, when upstream looks at everything again. */
  private resync(): void {
    if (this.resyncArmed || this.waiting.size === 0) return;
    this.resyncArmed = true;
    const { engine } = this.options;
    const next = (Math.floor(engine.now / RESYNC_MICROS) + 1) * RESYNC_MICROS;
    engine.scheduleAt(next, Phase.react, this.resyncEvent);
  }

  private planOf(row: number): readonly WriteRequest[] {
    const claim = this.claims.at(row);
    if (claim === undefined) return NO_WRITES;
    const plan = this.lossOf(claim) ?? planClaim(claim, this.world);
    this.keepWaiting(claim, plan);
    this.planned.set(row, plan);
    return plan.writes;
  }

  private planVolume(row: number): readonly WriteRequest[] {
    const volume = this.volumes.at(row);
    if (volume === undefined) return NO_WRITES;
    const seen = this.claimSeenOf(volume);
    return planRelease(volume, seen === undefined ? undefined : this.claims.at(seen.row));
  }

  private lossOf(claim: Claim): ClaimPlan | null {
    if (!this.lost.has(claim.row) || claim.deletionTimeMicros !== null) return null;
    if (this.volumeNamed(claim.spec.volumeName ?? "") !== undefined) {
      this.lost.delete(claim.row);
      return null;
    }
    if (claim.status.phase === "Lost") return null;
    const status = { ...claim.status, phase: "Lost" };
    return {
      writes: [{ verb: "patch", target: claim, change: { status } }],
      waits: false,
      event: {
        type: "Warning",
        reason: "ClaimLost",
        message: "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
      },
    };
  }

  /** A claim that waits is told of once for each reason. */
  private keepWaiting(claim: Claim, plan: ClaimPlan): void {
    if (!plan.waits) {
      this.waiting.delete(claim.row);
      return;
    }
    const message = plan.event?.message ?? "";
    if (this.waiting.get(claim.row) !== message && plan.event !== null) this.tell(claim, plan);
    this.waiting.set(claim.row, message);
  }

  private tellOutcome(row: number): void {
    const plan = this.planned.get(row);
    this.planned.delete(row);
    const claim = this.claims.at(row);
    if (plan !== undefined && !plan.waits && claim !== undefined) this.tell(claim, plan);
  }

  private tell(claim: Claim, { event }: ClaimPlan): void {
    if (event === null) return;
    const { observer, engine } = this.options;
    observer.event(event.type, event.reason, claim, event.message, engine.now);
  }
}

const NO_WRITES: readonly WriteRequest[] = [];
