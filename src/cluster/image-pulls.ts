import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { Engine, EventId, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ContainerRecord, PodWorker } from "./pod-worker.js";

/** How a node pulls images. */
export interface ImagePulling {
  /** Over all pulls of the node. */
  readonly pullBytesPerSecond: number;
  /** Pulls at once; upstream's `serializeImagePulls` makes it 1. */
  readonly parallelPulls: number;
}

/** A container that waits for its image. */
export interface ImageWaiter {
  readonly worker: PodWorker;
  readonly container: ContainerRecord;
}

/** An image that a node pulls or has pulled. */
export interface Pull {
  readonly image: string;
  readonly bytes: number;
  remainingBytes: number;
  readonly askedMicros: TimeMicros;
  readonly waiters: ImageWaiter[];
}

/**
 * The image pulls of one node: some at once, which share the node's bandwidth evenly, the others in
 * order of arrival. Who asks for an image that is being pulled already waits for that pull.
 */
export class ImagePulls {
  private readonly active: Pull[] = [];
  private readonly queue: Pull[] = [];
  private asOfMicros: TimeMicros = 0;
  private timer: EventId = 0;

  constructor(
    private readonly engine: Engine,
    private readonly pulling: ImagePulling,
    private readonly handler: HandlerId,
    private readonly nodeOrdinal: number,
  ) {}

  /** Has a container wait for its image. */
  pull(image: string, bytes: number, waiter: ImageWaiter): void {
    const known =
      this.active.find((p) => p.image === image) ?? this.queue.find((p) => p.image === image);
    if (known !== undefined) {
      known.waiters.push(waiter);
      return;
    }
    const now = this.engine.now;
    this.queue.push({ image, bytes, remainingBytes: bytes, askedMicros: now, waiters: [waiter] });
    this.progress();
    this.startNext();
    this.arm();
  }

  /** Called when a pull is due: those that are done. */
  finishDue(): readonly Pull[] {
    this.timer = 0;
    this.progress();
    const finished = this.active.filter((pull) => pull.remainingBytes <= 0);
    for (const pull of finished) this.active.splice(this.active.indexOf(pull), 1);
    this.startNext();
    this.arm();
    return finished;
  }

  /** Forgets all pulls: the node is gone. */
  stop(): void {
    this.active.length = 0;
    this.queue.length = 0;
    if (this.timer !== 0) this.engine.cancel(this.timer);
    this.timer = 0;
  }

  private progress(): void {
    const elapsed = this.engine.now - this.asOfMicros;
    this.asOfMicros = this.engine.now;
    if (elapsed === 0 || this.active.length === 0) return;
    const each = (elapsed * this.pulling.pullBytesPerSecond) / MICROS_PER_SECOND;
    // Less than a byte is a rounding of the instant at which the pull was due.
    for (const pull of this.active) {
      pull.remainingBytes -= each / this.active.length;
      if (pull.remainingBytes < 1) pull.remainingBytes = 0;
    }
  }

  private startNext(): void {
    while (this.queue.length > 0 && this.active.length < Math.max(1, this.pulling.parallelPulls)) {
      this.active.push(this.queue.shift()!);
    }
  }

  private arm(): void {
    if (this.timer !== 0) this.engine.cancel(this.timer);
    this.timer = 0;
    if (this.active.length === 0) return;
    let least = Number.POSITIVE_INFINITY;
    for (const pull of this.active) least = Math.min(least, pull.remainingBytes);
    const delay = Math.ceil(
      (least * this.active.length * MICROS_PER_SECOND) / this.pulling.pullBytesPerSecond,
    );
    this.timer = this.engine.scheduleAfter(delay, Phase.world, this.handler, this.nodeOrdinal);
  }
}
