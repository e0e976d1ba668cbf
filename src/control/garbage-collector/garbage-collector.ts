import { assert } from "../../base/assert.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { AnswerId } from "../../store/client.js";
import type { Outcome } from "../../store/outcome.js";
import type { PropagationPolicy, WriteRequest } from "../../store/request.js";
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from "../../store/verbs/delete.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { WorkQueue } from "../work-queue.js";
import { OwnerGraph, waitsForDependents } from "./owner-graph.js";
import { Slots } from "./slots.js";

/** Upstream's `--concurrent-gc-syncs`. */
const WORKERS = 20;

interface Sync {
  /** The finalizer to take off once every write was answered well. */
  finalizer: string | null;
  readonly object: AnyVersion;
  unanswered: number;
  failed: boolean;
}

/**
 * Deletes objects whose owners are gone, and carries out deletions in the foreground and those that
 * orphan. An owner that was never seen, because its kind is not kept or a dump left it out, is no
 * reason to delete anything.
 * Source: Kubernetes, "Garbage Collection"; upstream's pkg/controller/garbagecollector.
 */
export class GarbageCollector implements Controller {
  private readonly graph: OwnerGraph;
  private readonly queue: WorkQueue;
  private readonly slots = new Slots();
  private readonly syncs = new Map<number, Sync>();
  private readonly answered: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.graph = new OwnerGraph(informers);
    this.queue = new WorkQueue({
      engine,
      name: "garbagecollector",
      workers: options.workers ?? WORKERS,
      sync: (slot) => this.sync(slot),
    });
    this.answered = client.onAnswer((outcome, slot) => this.onAnswer(outcome, slot));
  }

  start(): void {
    this.graph.follow({
      added: (object) => {
        if (this.hasDanglingOwner(object) || this.waits(object)) this.enqueue(object);
      },
      updated: (before, after) => this.onUpdated(before, after),
      deleted: (last) => this.onDeleted(last),
    });
  }

  private onUpdated(before: AnyVersion, after: AnyVersion): void {
    if (before.ownerReferences !== after.ownerReferences) {
      if (this.hasDanglingOwner(after)) this.enqueue(after);
      this.enqueueWaitingOwners(before);
    }
    if (!this.waits(after)) return;
    const isNew = before.deletionTimeMicros === null || before.finalizers !== after.finalizers;
    if (!isNew) return;
    this.enqueue(after);
    if (!waitsForDependents(after)) return;
    for (const dependent of this.graph.dependentsOf(after.uid)) this.enqueue(dependent);
  }

  private onDeleted(last: AnyVersion): void {
    this.slots.release(last);
    for (const dependent of this.graph.dependentsOf(last.uid)) this.enqueue(dependent);
    this.enqueueWaitingOwners(last);
  }

  /** An owner that waits may have waited for this object only. */
  private enqueueWaitingOwners(dependent: AnyVersion): void {
    for (const reference of dependent.ownerReferences) {
      if (reference.blockOwnerDeletion !== true) continue;
      const owner = this.graph.ownerOf(dependent, reference);
      if (owner !== undefined && waitsForDependents(owner)) this.enqueue(owner);
    }
  }

  private hasDanglingOwner(object: AnyVersion): boolean {
    if (object.ownerReferences.length === 0) return false;
    return object.ownerReferences.some((owner) => this.graph.ownerState(object, owner) !== "solid");
  }

  /** Whether its deletion waits for the garbage collector. */
  private waits(object: AnyVersion): boolean {
    if (object.deletionTimeMicros === null || object.finalizers.length === 0) return false;
    return waitsForDependents(object) || object.finalizers.includes(ORPHAN_FINALIZER);
  }

  private enqueue(object: AnyVersion): void {
    this.queue.add(this.slots.of(object));
  }

  private sync(slot: number): void {
    const object = this.slots.objectIn(slot, this.options.informers);
    if (object === undefined) {
      this.queue.forget(slot);
      this.queue.done(slot);
      return;
    }
    const sync: Sync = {
      object,
      finalizer: this.finalizerOf(object),
      unanswered: 0,
      failed: false,
    };
    this.syncs.set(slot, sync);
    if (sync.finalizer === ORPHAN_FINALIZER) this.orphanDependents(slot, sync);
    else if (sync.finalizer !== null) this.awaitDependents(slot, sync);
    else if (object.deletionTimeMicros === null) this.judge(slot, sync);
    if (sync.unanswered === 0) this.finish(slot, sync);
  }

  private finalizerOf(object: AnyVersion): string | null {
    if (object.deletionTimeMicros === null) return null;
    if (object.finalizers.includes(ORPHAN_FINALIZER)) return ORPHAN_FINALIZER;
    return waitsForDependents(object) ? FOREGROUND_FINALIZER : null;
  }

  private orphanDependents(slot: number, sync: Sync): void {
    const { uid } = sync.object;
    for (const dependent of this.graph.dependentsOf(uid)) {
      const ownerReferences = dependent.ownerReferences.filter((owner) => owner.uid !== uid);
      this.submit(slot, sync, { verb: "patch", target: dependent, change: { ownerReferences } });
    }
    if (sync.unanswered === 0) this.removeFinalizer(slot, sync, ORPHAN_FINALIZER);
  }

  private awaitDependents(slot: number, sync: Sync): void {
    const blocking = this.graph.blockingDependentsOf(sync.object.uid);
    if (blocking.length === 0) this.removeFinalizer(slot, sync, FOREGROUND_FINALIZER);
    for (const dependent of blocking) {
      if (!waitsForDependents(dependent)) this.enqueue(dependent);
    }
  }

  /** Deletes the object if no owner is left, and takes off references to owners that are gone. */
  private judge(slot: number, sync: Sync): void {
    const { object } = sync;
    const states = object.ownerReferences.map((owner) => this.graph.ownerState(object, owner));
    if (states.every((state) => state === "solid")) return;
    if (states.includes("solid")) {
      const ownerReferences = object.ownerReferences.filter((_, i) => states[i] === "solid");
      this.submit(slot, sync, { verb: "patch", target: object, change: { ownerReferences } });
      return;
    }
    const waiting = states.includes("waiting") && this.graph.hasDependents(object.uid);
    const propagationPolicy = waiting ? "Foreground" : ownPolicy(object);
    this.submit(slot, sync, { verb: "delete", target: object, propagationPolicy });
  }

  private removeFinalizer(slot: number, sync: Sync, finalizer: string): void {
    const finalizers = sync.object.finalizers.filter((name) => name !== finalizer);
    sync.finalizer = null;
    this.submit(slot, sync, { verb: "update", base: sync.object, change: { finalizers } });
  }

  private submit(slot: number, sync: Sync, request: WriteRequest): void {
    sync.unanswered += 1;
    this.syncs.set(slot, sync);
    this.options.client.submit(request, this.answered, slot);
  }

  private onAnswer(outcome: Outcome, slot: number): void {
    const sync = this.syncs.get(slot);
    assert(sync !== undefined, "an answer came for a sync that is over");
    sync.unanswered -= 1;
    if (!outcome.ok && outcome.reason !== "NotFound") sync.failed = true;
    if (sync.unanswered > 0) return;
    if (sync.finalizer === ORPHAN_FINALIZER && !sync.failed) {
      this.removeFinalizer(slot, sync, ORPHAN_FINALIZER);
      return;
    }
    this.finish(slot, sync);
  }

  private finish(slot: number, sync: Sync): void {
    this.syncs.delete(slot);
    if (sync.failed) this.queue.addRateLimited(slot);
    else this.queue.forget(slot);
    this.queue.done(slot);
  }
}

/** An object that is deleted keeps to the policy that its finalizers ask for. */
function ownPolicy(object: AnyVersion): PropagationPolicy {
  if (object.finalizers.includes(ORPHAN_FINALIZER)) return "Orphan";
  return object.finalizers.includes(FOREGROUND_FINALIZER) ? "Foreground" : "Background";
}
