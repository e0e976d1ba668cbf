import type { ObjectVersion } from "../../api/object-version.js";
import { identityOf } from "../../api/volumes/attachable.js";
import {
  INSTANT_VOLUMES,
  type VolumeIdentity,
  type VolumeTimes,
} from "../../api/volumes/volume-times.js";
import { doubled } from "../../base/doubled.js";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../base/time.js";
import type { HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Controller, ControllerOptions } from "../controller.js";

type VolumeAttachment = ObjectVersion<"VolumeAttachment">;

/** The attacher's `--worker-threads`: so many volumes of a driver are attached or detached at once. */
const WORKERS = 10;
/** Its `--retry-interval-start` and `--retry-interval-max`. */
const FIRST_RETRY_MICROS = MICROS_PER_SECOND;
const LONGEST_RETRY_MICROS = 5 * MICROS_PER_MINUTE;

/** What is being done about a VolumeAttachment; by its row. */
interface Work {
  readonly uid: string;
  readonly driver: string;
  readonly nodeName: string;
  step: "idle" | "queued" | "attaching" | "detaching" | "retry" | "detached";
  isAttached: boolean;
  failures: number;
}

/**
 * What attaches and detaches volumes on behalf of all CSI drivers: upstream's external-attacher, and the
 * storage system behind it. A driver does ten at once; a node has no more volumes of it than its CSINode allows.
 * Source: Kubernetes CSI, `external-attacher`.
 */
export class CsiAttacher implements Controller {
  private readonly attachments: Informer<"VolumeAttachment">;
  private readonly volumes: Informer<"PersistentVolume">;
  private readonly csiNodes: Informer<"CSINode">;
  private readonly times: VolumeTimes;
  private readonly works = new Map<number, Work>();
  /** Rows that wait for a worker, and how many are at work, by driver. */
  private readonly queues = new Map<string, { readonly waiting: number[]; busy: number }>();
  /** How many volumes a driver has on a node. */
  private readonly attachedOn = new Map<string, number>();
  private readonly done: HandlerId;
  private readonly retry: HandlerId;
  private readonly told: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client, volumeTimes = INSTANT_VOLUMES } = options;
    this.attachments = informers.informer("VolumeAttachment");
    this.volumes = informers.informer("PersistentVolume");
    this.csiNodes = informers.informer("CSINode");
    this.times = volumeTimes;
    this.told = client.onAnswer(() => {});
    this.done = engine.registerHandler("control/csi-attacher/done", (row) => this.finish(row));
    this.retry = engine.registerHandler("control/csi-attacher/retry", (row) => {
      const work = this.works.get(row);
      if (work?.step !== "retry") return;
      work.step = "idle";
      this.look(row);
    });
  }

  start(): void {
    this.attachments.addHandler({
      added: (attachment) => this.changed(attachment),
      updated: (_, attachment) => this.changed(attachment),
      deleted: ({ row, uid }) => {
        const work = this.works.get(row);
        if (work?.uid !== uid) return;
        this.works.delete(row);
        this.setAttached(work, false);
        if (work.step === "attaching" || work.step === "detaching") this.free(work.driver);
      },
    });
  }

  private changed({ row, uid, spec, status }: VolumeAttachment): void {
    if (this.works.get(row)?.uid !== uid) {
      const { attacher: driver, nodeName } = spec;
      const work: Work = { uid, driver, nodeName, step: "idle", isAttached: false, failures: 0 };
      this.works.set(row, work);
      this.setAttached(work, status.attached === true);
    }
    this.look(row);
  }

  /** Begins what is to be done about a VolumeAttachment, unless something is under way. */
  private look(row: number): void {
    const attachment = this.attachments.at(row);
    const work = this.works.get(row);
    if (attachment === undefined || work === undefined) return;
    const isGoing = attachment.deletionTimeMicros !== null;
    if (work.step === "retry" && isGoing) work.step = "idle";
    if (work.step !== "idle") return;
    if (isGoing ? !attachment.finalizers.includes(finalizerOf(work)) : work.isAttached) return;
    work.step = "queued";
    const queue = this.queueOf(work.driver);
    queue.waiting.push(row);
    this.workOn(work.driver);
  }

  private queueOf(driver: string) {
    const queue = this.queues.get(driver) ?? { waiting: [], busy: 0 };
    this.queues.set(driver, queue);
    return queue;
  }

  private workOn(driver: string): void {
    const queue = this.queueOf(driver);
    while (queue.busy < WORKERS) {
      const row = queue.waiting.shift();
      if (row === undefined) return;
      const work = this.works.get(row);
      const attachment = this.attachments.at(row);
      if (work?.step !== "queued" || attachment === undefined) continue;
      queue.busy += 1;
      this.begin(row, work, attachment);
    }
  }

  private begin(row: number, work: Work, attachment: VolumeAttachment): void {
    const { engine, client } = this.options;
    const isGoing = attachment.deletionTimeMicros !== null;
    const finalizer = finalizerOf(work);
    if (!isGoing && !attachment.finalizers.includes(finalizer)) {
      const change = { finalizers: [...attachment.finalizers, finalizer] };
      client.submit({ verb: "patch", target: attachment, change }, this.told);
    }
    work.step = isGoing ? "detaching" : "attaching";
    const refused = !isGoing && this.isFull(work);
    const identity = this.identityOf(attachment);
    const took = refused ? 0 : this.times.micros(isGoing ? "detach" : "attach", identity);
    engine.scheduleAfter(took, Phase.world, this.done, row);
  }

  /** The storage system has done it, or refuses it. */
  private finish(row: number): void {
    const work = this.works.get(row);
    const attachment = this.attachments.at(row);
    if (work === undefined || attachment === undefined) return;
    const { client } = this.options;
    if (work.step === "detaching") {
      const finalizers = attachment.finalizers.filter((one) => one !== finalizerOf(work));
      this.setAttached(work, false);
      work.step = "detached";
      client.submit({ verb: "patch", target: attachment, change: { finalizers } }, this.told);
    } else if (this.isFull(work)) {
      this.fail(row, work, attachment);
    } else {
      this.setAttached(work, true);
      work.step = "idle";
      work.failures = 0;
      const change = { status: { attached: true } };
      client.submit({ verb: "patch", target: attachment, change }, this.told);
    }
    this.free(work.driver);
    this.look(row);
  }

  private fail(row: number, work: Work, attachment: VolumeAttachment): void {
    const { engine, client } = this.options;
    const message = `rpc error: code = ResourceExhausted desc = node ${work.nodeName} has as many volumes of ${work.driver} as it can`;
    const change = { status: { attached: false, attachError: { message } } };
    client.submit({ verb: "patch", target: attachment, change }, this.told);
    const delay = doubled(FIRST_RETRY_MICROS, work.failures, LONGEST_RETRY_MICROS);
    work.failures += 1;
    work.step = "retry";
    engine.scheduleAfter(delay, Phase.react, this.retry, row);
  }

  private free(driver: string): void {
    this.queueOf(driver).busy -= 1;
    this.workOn(driver);
  }

  /** Whether the node has as many volumes of the driver as it can. */
  private isFull(work: Work): boolean {
    const { drivers = [] } = this.csiNodes.find("", work.nodeName)?.spec ?? {};
    const count = drivers.find(({ name }) => name === work.driver)?.allocatable?.count;
    return count !== undefined && (this.attachedOn.get(placeOf(work)) ?? 0) >= count;
  }

  private setAttached(work: Work, isAttached: boolean): void {
    if (work.isAttached === isAttached) return;
    work.isAttached = isAttached;
    const place = placeOf(work);
    this.attachedOn.set(place, (this.attachedOn.get(place) ?? 0) + (isAttached ? 1 : -1));
  }

  private identityOf({ name, spec }: VolumeAttachment): VolumeIdentity {
    const { persistentVolumeName = "", inlineVolumeSpec } = spec.source;
    const volume = this.volumes.find("", persistentVolumeName);
    if (volume !== undefined) return identityOf(volume);
    const key = inlineVolumeSpec?.csi?.volumeHandle ?? (persistentVolumeName || name);
    return { key, storageClass: "", driver: spec.attacher };
  }
}

function placeOf({ driver, nodeName }: Work): string {
  return `${driver}\n${nodeName}`;
}

function finalizerOf({ driver }: Work): string {
  return `external-attacher/${driver.replaceAll(/[^a-zA-Z0-9-]/g, "-")}`;
}
