import { newMeta } from "../../api/new-object.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { type AttachableVolume, csiSource } from "../../api/volumes/attachable.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { EventId, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { ControllerOptions } from "../controller.js";
import { attachmentName } from "./attachment-name.js";
import { nextPoll } from "./poll-times.js";

type VolumeAttachment = ObjectVersion<"VolumeAttachment">;

/** Upstream's `csiTimeout`: so long an attempt waits for the driver. */
const TIMEOUT_MICROS = 120 * MICROS_PER_SECOND;

interface Operation {
  readonly id: number;
  readonly verb: "attach" | "detach";
  readonly uniqueName: string;
  readonly nodeName: string;
  /** The VolumeAttachment's name. */
  readonly attachment: string;
  readonly driver: string;
  sinceMicros: TimeMicros;
  timer: EventId;
}

export interface AttachOperationsOptions extends Pick<ControllerOptions, "engine" | "client"> {
  readonly attachments: Informer<"VolumeAttachment">;
  readonly volumes: Informer<"PersistentVolume">;
  /** Told when an operation is over; `error`: why it failed. */
  readonly ended: (operation: {
    readonly verb: "attach" | "detach";
    readonly uniqueName: string;
    readonly nodeName: string;
    readonly error: string | null;
  }) => void;
}

/**
 * Attaches and detaches by VolumeAttachments: makes or deletes one, and looks from time to time whether
 * the driver has done what it asks for.
 * Source: upstream's `pkg/volume/csi/csi_attacher.go`.
 */
export class AttachOperations {
  /** By the key of volume and node. */
  private readonly running = new Map<string, Operation>();
  private readonly byId = new Map<number, Operation>();
  /** How many run of a volume. */
  private readonly countOf = new Map<string, number>();
  /** Names of VolumeAttachments by the key of volume and node. */
  private readonly names = new Map<string, string>();
  private readonly answered: AnswerId;
  private readonly poll: HandlerId;
  private nextId = 1;

  constructor(private readonly options: AttachOperationsOptions) {
    const { engine, client } = options;
    this.answered = client.onAnswer((outcome, id) => {
      const operation = this.byId.get(id);
      if (operation === undefined) return;
      const isThere = !outcome.ok && outcome.reason === "AlreadyExists";
      const isGone = !outcome.ok && outcome.reason === "NotFound";
      if (outcome.ok || isThere) this.await(operation, engine.now);
      else if (isGone && operation.verb === "detach") this.end(operation, null);
      else this.end(operation, outcome.message);
    });
    this.poll = engine.registerHandler("control/attachdetach/poll", (id) => {
      const operation = this.byId.get(id);
      if (operation !== undefined) this.look(operation);
    });
  }

  start(): void {
    const changed = (attachment: VolumeAttachment): void => {
      const key = this.keyOf(attachment);
      if (key === null) return;
      this.names.set(key, attachment.name);
      this.told(key);
    };
    this.options.attachments.addHandler({
      added: changed,
      updated: (_, attachment) => changed(attachment),
      deleted: (attachment) => {
        const key = this.keyOf(attachment) ?? this.keyNamed(attachment.name);
        if (key === null) return;
        this.names.delete(key);
        this.told(key);
      },
    });
  }

  /** Volumes and nodes that a VolumeAttachment names. */
  *known(): Iterable<readonly [uniqueName: string, nodeName: string]> {
    for (const key of this.names.keys()) {
      const at = key.indexOf(SEPARATOR);
      yield [key.slice(0, at), key.slice(at + 1)];
    }
  }

  /** Whether anything is under way with the volume: on that node, or on any. */
  isPending(uniqueName: string, nodeName: string | null): boolean {
    if (nodeName === null) return (this.countOf.get(uniqueName) ?? 0) > 0;
    return this.running.has(keyOf(uniqueName, nodeName));
  }

  attach(volume: AttachableVolume, nodeName: string): void {
    const { uniqueName, driver, handle } = volume;
    const known = this.names.get(keyOf(uniqueName, nodeName));
    const attachment = known ?? attachmentName(handle, driver, nodeName);
    const operation = this.begin("attach", { uniqueName, nodeName, attachment, driver });
    if (known !== undefined) {
      this.await(operation, this.options.engine.now);
      return;
    }
    this.names.set(keyOf(uniqueName, nodeName), attachment);
    const { client } = this.options;
    const source =
      volume.persistentVolume === null
        ? { inlineVolumeSpec: { csi: { driver, volumeHandle: handle } } }
        : { persistentVolumeName: volume.persistentVolume };
    const object = {
      kind: "VolumeAttachment",
      ...newMeta("", attachment),
      spec: { attacher: driver, nodeName, source },
      status: { attached: false },
    } as const;
    client.submit({ verb: "create", object }, this.answered, operation.id);
  }

  detach(uniqueName: string, nodeName: string): void {
    const attachment = this.names.get(keyOf(uniqueName, nodeName)) ?? "";
    const operation = this.begin("detach", { uniqueName, nodeName, attachment, driver: "" });
    const target = this.options.attachments.find("", attachment);
    if (target === undefined) {
      this.end(operation, null);
      return;
    }
    const { client } = this.options;
    client.submit({ verb: "delete", target }, this.answered, operation.id);
  }

  private begin(
    verb: Operation["verb"],
    of: Pick<Operation, "uniqueName" | "nodeName" | "attachment" | "driver">,
  ): Operation {
    const operation = { id: this.nextId, verb, ...of, sinceMicros: 0, timer: 0 };
    this.nextId += 1;
    this.running.set(keyOf(of.uniqueName, of.nodeName), operation);
    this.byId.set(operation.id, operation);
    this.countOf.set(of.uniqueName, (this.countOf.get(of.uniqueName) ?? 0) + 1);
    return operation;
  }

  /** Looks until the driver is done. */
  private await(operation: Operation, nowMicros: TimeMicros): void {
    operation.sinceMicros = nowMicros;
    this.look(operation);
  }

  private look(operation: Operation): void {
    const { engine, attachments } = this.options;
    operation.timer = 0;
    const attachment = attachments.find("", operation.attachment);
    const isOver = engine.now >= operation.sinceMicros + TIMEOUT_MICROS;
    const outcome = operation.verb === "attach" ? attachOutcome(attachment) : gone(attachment);
    if (outcome !== "wait") this.end(operation, outcome === "done" ? null : outcome.error);
    else if (isOver && operation.verb === "attach") {
      const what = `timed out waiting for external-attacher of ${operation.driver} CSI driver to attach volume`;
      this.end(operation, what);
    } else if (operation.verb === "attach") {
      const last = operation.sinceMicros + TIMEOUT_MICROS;
      operation.timer = engine.scheduleAt(last, Phase.react, this.poll, operation.id);
    }
  }

  /** Something has changed: it is seen at the next look. */
  private told(key: string): void {
    const operation = this.running.get(key);
    if (operation === undefined || operation.sinceMicros === 0) return;
    const { engine } = this.options;
    if (operation.timer !== 0) engine.cancel(operation.timer);
    const at = nextPoll(operation.sinceMicros, engine.now);
    operation.timer = engine.scheduleAt(at, Phase.react, this.poll, operation.id);
  }

  private end(operation: Operation, error: string | null): void {
    const { uniqueName, nodeName, verb } = operation;
    if (operation.timer !== 0) this.options.engine.cancel(operation.timer);
    this.byId.delete(operation.id);
    this.running.delete(keyOf(uniqueName, nodeName));
    const left = (this.countOf.get(uniqueName) ?? 1) - 1;
    if (left === 0) this.countOf.delete(uniqueName);
    else this.countOf.set(uniqueName, left);
    this.options.ended({ verb, uniqueName, nodeName, error });
  }

  private keyOf({ spec }: VolumeAttachment): string | null {
    const { persistentVolumeName, inlineVolumeSpec } = spec.source;
    const of =
      persistentVolumeName === undefined
        ? inlineVolumeSpec
        : this.options.volumes.find("", persistentVolumeName)?.spec;
    const source = of === undefined ? null : csiSource(of);
    if (source === null) return null;
    return keyOf(`kubernetes.io/csi/${source.driver}^${source.handle}`, spec.nodeName);
  }

  /** The PersistentVolume of a VolumeAttachment may be gone before it. */
  private keyNamed(name: string): string | null {
    for (const [key, known] of this.names) if (known === name) return key;
    return null;
  }
}

type Found = "done" | "wait" | { readonly error: string };

function attachOutcome(attachment: VolumeAttachment | undefined): Found {
  if (attachment === undefined) return "wait";
  if (attachment.deletionTimeMicros !== null) {
    return { error: "volume attachment is being deleted" };
  }
  const { attached, attachError } = attachment.status;
  if (attached) return "done";
  return attachError === undefined ? "wait" : { error: attachError.message ?? "" };
}

const gone = (attachment: VolumeAttachment | undefined): Found =>
  attachment === undefined ? "done" : "wait";

const SEPARATOR = "\n";

function keyOf(uniqueName: string, nodeName: string): string {
  return `${uniqueName}${SEPARATOR}${nodeName}`;
}
