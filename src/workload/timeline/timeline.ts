import { objectKey, targetText } from "../../api/object-version.js";
import { assert } from "../../base/assert.js";
import { counted } from "../../base/counted.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver, StepState } from "../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { Outcome } from "../../store/outcome.js";
import type { WriteRequest } from "../../store/request.js";
import { Deletions } from "./deletions.js";
import type { Operation, OperationRunner, OperationTarget, TimelineEntry } from "./operation.js";
import type { RolloutOperation } from "./rollouts.js";
import { isReached, type WaitOperation } from "./waits.js";

export interface TimelineOptions {
  readonly engine: Engine;
  /** What kubectl reads: the API server itself, with no watch lag. */
  readonly store: ObjectStore;
  readonly client: Client;
  readonly observer: ClusterObserver;
  /** In the order of the file: steps of one time are taken in this order. */
  readonly entries: readonly TimelineEntry[];
  /** What takes the steps of each operation, by its name; made for those that the entries name. */
  readonly runners: ReadonlyMap<string, () => OperationRunner>;
}

/** How often it is looked whether what is waited for is so. */
const LOOK_MICROS = MICROS_PER_SECOND;

interface Waiting {
  readonly operation: WaitOperation;
  /** Of the first entry after it. */
  readonly next: number;
  readonly sinceMicros: TimeMicros;
}

interface Sent {
  readonly title: string;
  readonly verb: WriteRequest["verb"];
  readonly target: OperationTarget;
  readonly done: string | null;
}

/**
 * The steps of a scenario's timeline, as somebody with `kubectl` takes them. What the API server
 * refuses is a Warning. One event is pending at a time, for the next step. The times of the entries
 * after a wait count from its end.
 */
export class Timeline {
  private readonly engine: Engine;
  private readonly step: HandlerId;
  private readonly answer: AnswerId;
  /** When each entry is due next; Infinity: never again. */
  private readonly due: TimeMicros[];
  /** From when the times of each entry count. */
  private readonly from: TimeMicros[];
  private readonly look: HandlerId;
  private waiting: Waiting | null = null;
  private readonly sent: (Sent | null)[] = [];
  private readonly freeSlots: number[] = [];
  private readonly deletions: Deletions;
  private readonly runners = new Map<string, OperationRunner>();

  constructor(private readonly options: TimelineOptions) {
    const { engine, client, entries } = options;
    this.engine = engine;
    this.due = entries.map(() => Number.POSITIVE_INFINITY);
    this.from = entries.map(() => 0);
    this.activate(0, 0);
    this.look = engine.registerHandler("timeline/look", () => this.lookAgain());
    this.step = engine.registerHandler("timeline/step", () => this.takeDue());
    this.answer = client.onAnswer((outcome, slot) => this.answered(outcome, slot));
    const named = new Set(entries.map((entry) => entry.operation.type));
    // A wait that ends in vain may take a rollout back.
    if (named.has("waitFor")) named.add("rollout");
    for (const [type, make] of options.runners) {
      if (named.has(type)) this.runners.set(type, make());
    }
    this.deletions = new Deletions(options.store);
  }

  /** Waits for the first step. */
  start(): void {
    this.scheduleNext();
  }

  /** Has the entries from there on, up to the next wait, come at their times after `fromMicros`. */
  private activate(first: number, fromMicros: TimeMicros): void {
    const { entries } = this.options;
    for (let i = first; i < entries.length; i++) {
      const { atMicros, operation } = entries[i]!;
      this.from[i] = fromMicros;
      this.due[i] = fromMicros + atMicros;
      if (operation.type === "waitFor") return;
    }
  }

  private lookAgain(): void {
    const { operation, next, sinceMicros } = this.waiting!;
    const { now } = this.engine;
    const what = `${operation.is} after ${(now - sinceMicros) / MICROS_PER_SECOND} s`;
    if (isReached(operation, this.options.store)) {
      this.waiting = null;
      this.report("waitFor", targetText(operation.target), what);
      this.activate(next, now);
      this.scheduleNext();
    } else if (now - sinceMicros >= operation.withinMicros) {
      this.waiting = null;
      const left = operation.otherwise === "go on" ? 0 : this.options.entries.length - next;
      const rest = left === 0 ? "" : `: ${counted(left, "later step")} not taken`;
      this.refused("waitFor", operation.target, `not ${what}${rest}`);
      this.otherwise(operation, next);
    } else {
      this.engine.scheduleAt(now + LOOK_MICROS, Phase.world, this.look);
    }
  }

  private otherwise({ target, otherwise }: WaitOperation, next: number): void {
    switch (otherwise) {
      case "undo":
        this.takeRollout({ type: "rollout", target, action: "undo", toRevision: 0 });
        return;
      case "pause":
        this.takeRollout({ type: "rollout", target, action: "pause" });
        return;
      case "go on":
        this.activate(next, this.engine.now);
        this.scheduleNext();
        return;
      case "stop":
    }
  }

  private takeRollout(operation: RolloutOperation): void {
    this.take(operation);
  }

  /** Tells of steps that have not ended: once, when the run is over. */
  finish(): void {
    if (this.waiting !== null) {
      const { target, is } = this.waiting.operation;
      this.report("waitFor", targetText(target), `not ended: not ${is} yet`, "unfinished");
    }
    for (const runner of this.runners.values()) runner.finish?.();
    this.deletions.finish((object, title, message) =>
      this.report(title, targetText(object), message, "unfinished"),
    );
  }

  private scheduleNext(): void {
    const at = this.due.reduce((next, time) => Math.min(next, time), Number.POSITIVE_INFINITY);
    if (!Number.isFinite(at)) return;
    this.engine.scheduleAt(Math.max(at, this.engine.now), Phase.world, this.step);
  }

  private takeDue(): void {
    for (const [index, entry] of this.options.entries.entries()) {
      if (this.due[index]! > this.engine.now) continue;
      this.due[index] = nextTime(entry, this.due[index]!, this.from[index]!);
      if (entry.operation.type === "waitFor") {
        const operation = entry.operation as WaitOperation;
        this.waiting = { operation, next: index + 1, sinceMicros: this.engine.now };
        this.engine.scheduleAt(this.engine.now, Phase.settle, this.look);
      } else this.take(entry.operation);
    }
    this.scheduleNext();
  }

  private take(operation: Operation): void {
    const { type } = operation;
    const runner = this.runners.get(type);
    assert(runner !== undefined, () => `nothing takes the step ${type}`);
    const title = runner.title?.(operation) ?? type;
    const step = runner.take(operation);
    if (step === null) return;
    if ("refusal" in step) {
      this.refused(title, step.target, step.refusal);
      return;
    }
    if ("done" in step) {
      this.report(title, step.about, step.done);
      return;
    }
    for (const { target, request, done } of step) {
      const slot = this.freeSlots.pop() ?? this.sent.push(null) - 1;
      this.sent[slot] = { title, verb: request.verb, target, done };
      this.options.client.submit(request, this.answer, slot);
    }
  }

  private answered(outcome: Outcome, slot: number): void {
    const sent = this.sent[slot]!;
    this.sent[slot] = null;
    this.freeSlots.push(slot);
    const { title } = sent;
    if (!outcome.ok) {
      this.refused(title, sent.target, outcome.message);
      return;
    }
    const { object } = outcome;
    const target = { kind: object.kind, namespace: object.namespace, name: object.name };
    if (sent.verb === "delete") this.deletions.add(object, title);
    const isNew = object.creationTimeMicros === this.engine.now && object.generation <= 1;
    this.report(title, targetText(target), sent.done ?? (isNew ? "created" : "configured"));
  }

  private report(title: string, target: string, message: string, state: StepState = "done"): void {
    this.options.observer.timelineStep(title, target, message, this.engine.now, state);
  }

  private refused(title: string, target: OperationTarget, message: string): void {
    const text = `${title} ${objectKey(target)}: ${message}`;
    this.options.observer.event("Warning", "TimelineStepFailed", target, text, this.engine.now);
    this.report(title, targetText(target), `failed: ${message}`, "failed");
  }
}

function nextTime(entry: TimelineEntry, last: TimeMicros, fromMicros: TimeMicros): TimeMicros {
  if (entry.everyMicros === null) return Number.POSITIVE_INFINITY;
  const next = last + entry.everyMicros;
  const until = fromMicros + (entry.untilMicros ?? Number.POSITIVE_INFINITY);
  return next > until ? Number.POSITIVE_INFINITY : next;
}
