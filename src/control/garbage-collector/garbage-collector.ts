import type { AnyVersion } from "../../api/object-version.js";
import type { AnswerId } from "../../store/client.js";
import type { Outcome } from "../../store/outcome.js";
import type { PropagationPolicy, WriteRequest } from "../../store/request.js";
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from "../../store/verbs/delete.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { namedOwner, OwnerGraph, waitsForDependents } from "./owner-graph.js";
import { Slots } from "./slots.js";

/** Upstream's `--concurrent-gc-syncs`. */
const WORKERS = 20;
/** Upstream's size of what it remembers of owners that are gone. */
const ABSENT_OWNERS = 500;

/** A sync that is under way. */
interface Sync {
  readonly object: AnyVersion;
  /** What comes next. */
  stage: "look" | "read the owners" | "delete" | "take the finalizer off" | "end";
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
  private readonly syncs: Syncs<Sync>;
  private readonly slots = new Slots();
  /** Owners that were looked for and are gone: those are not looked for again. */
  private readonly absent = new Set<string>();
  private readonly answered: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.graph = new OwnerGraph(informers);
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: "garbagecollector",
      workers: options.workers ?? WORKERS,
      begin: (slot) => this.begin(slot),
      step: (sync, slot) => this.step(sync, slot),
    });
    this.answered = this.syncs.onAnswer((sync, outcome, request) =>
      this.onAnswer(sync, outcome, request),
    );
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
    // Nobody has to ask the API server for an owner that was seen to go.
    if (this.graph.hasDependents(last.uid)) this.remember(last.uid);
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
    this.syncs.add(this.slots.of(object));
  }

  private begin(slot: number): Sync | null {
    const object = this.slots.objectIn(slot, this.options.informers);
    return object === undefined ? null : { object, stage: "look", failed: false };
  }

  private step(sync: Sync, slot: number): StepEnd {
    if (sync.failed) return "retry";
    switch (sync.stage) {
      case "look":
        sync.stage = "end";
        this.look(sync, slot);
        return "go on";
      case "read the owners":
        sync.stage = "delete";
        this.readOwners(slot, sync);
        return "go on";
      case "delete":
        sync.stage = "end";
        this.judge(slot, sync);
        return "go on";
      case "take the finalizer off":
        sync.stage = "end";
        this.removeFinalizer(slot, sync, ORPHAN_FINALIZER);
        return "go on";
      case "end":
        return "done";
    }
  }

  private look(sync: Sync, slot: number): void {
    const { object } = sync;
    if (object.deletionTimeMicros === null) this.read(slot, sync);
    else if (object.finalizers.includes(ORPHAN_FINALIZER)) this.orphanDependents(slot, sync);
    else if (waitsForDependents(object)) this.awaitDependents(slot, sync);
  }

  private orphanDependents(slot: number, sync: Sync): void {
    const { uid } = sync.object;
    for (const dependent of this.graph.dependentsOf(uid)) {
      const ownerReferences = dependent.ownerReferences.filter((owner) => owner.uid !== uid);
      this.send(slot, { verb: "patch", target: dependent, change: { ownerReferences } });
    }
    sync.stage = "take the finalizer off";
  }

  private awaitDependents(slot: number, sync: Sync): void {
    const blocking = this.graph.blockingDependentsOf(sync.object.uid);
    if (blocking.length === 0) this.removeFinalizer(slot, sync, FOREGROUND_FINALIZER);
    for (const dependent of blocking) {
      if (!waitsForDependents(dependent)) this.enqueue(dependent);
    }
  }

  /** What may have to go is read anew before, and then its owners, straight from the API server. */
  private read(slot: number, sync: Sync): void {
    if (!this.hasDanglingOwner(sync.object)) return;
    sync.stage = "read the owners";
    this.send(slot, { verb: "get", target: sync.object });
  }

  private readOwners(slot: number, { object }: Sync): void {
    for (const owner of object.ownerReferences) {
      const target = this.absent.has(owner.uid) ? null : namedOwner(object, owner);
      if (target !== null) this.send(slot, { verb: "get", target });
    }
  }

  private onAnswer(sync: Sync, outcome: Outcome, request: WriteRequest): void {
    if (!outcome.ok && outcome.reason !== "NotFound") sync.failed = true;
    if (outcome.ok || request.verb !== "get" || request.target.uid === undefined) return;
    if (request.target.uid === sync.object.uid) sync.stage = "end";
    else this.remember(request.target.uid);
  }

  private remember(absentOwner: string): void {
    this.absent.add(absentOwner);
    if (this.absent.size <= ABSENT_OWNERS) return;
    const [oldest] = this.absent;
    this.absent.delete(oldest!);
  }

  /** Deletes the object if no owner is left, and takes off references to owners that are gone. */
  private judge(slot: number, sync: Sync): void {
    const { object } = sync;
    const states = object.ownerReferences.map((owner) => this.graph.ownerState(object, owner));
    if (states.every((state) => state === "solid")) return;
    if (states.includes("solid")) {
      const ownerReferences = object.ownerReferences.filter((_, i) => states[i] === "solid");
      this.send(slot, { verb: "patch", target: object, change: { ownerReferences } });
      return;
    }
    const waiting = states.includes("waiting") && this.graph.hasDependents(object.uid);
    const propagationPolicy = waiting ? "Foreground" : ownPolicy(object);
    this.send(slot, { verb: "delete", target: object, propagationPolicy });
  }

  private removeFinalizer(slot: number, { object }: Sync, finalizer: string): void {
    const finalizers = object.finalizers.filter((name) => name !== finalizer);
    this.send(slot, { verb: "update", base: object, change: { finalizers } });
  }

  private send(slot: number, request: WriteRequest): void {
    this.syncs.send(slot, this.answered, request);
  }
}

/** An object that is deleted keeps to the policy that its finalizers ask for. */
function ownPolicy(object: AnyVersion): PropagationPolicy {
  if (object.finalizers.includes(ORPHAN_FINALIZER)) return "Orphan";
  return object.finalizers.includes(FOREGROUND_FINALIZER) ? "Foreground" : "Background";
}
