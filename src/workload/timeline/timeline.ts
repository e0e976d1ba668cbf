import { objectKey, targetText } from "../../api/object-version.js";
import { assert } from "../../base/assert.js";
import { counted } from "../../base/counted.js";
import type { TimeMicros } from "../../base/time.js";
import type { Engine, EventId, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver, StepState } from "../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { Outcome } from "../../store/outcome.js";
import type { WriteRequest } from "../../store/request.js";
import { Deletions } from "./deletions.js";
import { DueEntries } from "./due-entries.js";
import type { Operation, OperationRunner, OperationTarget, TimelineEntry } from "./operation.js";
import type { RolloutOperation } from "./rollouts.js";
import { type FigureWatch, type WaitEnd, type WaitOperation, Waits, waitSubject } from "./waits.js";

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
  /** For waits for a figure. */
  readonly figures: FigureWatch;
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
  private readonly due = new DueEntries();
  /** From when the times of each entry count. */
  private readonly from: TimeMicros[];
  private next: EventId | null = null;
  private readonly waits: Waits;
  /** Those of the file, and behind them those that waits in vain have taken in their place. */
  private readonly entries: readonly TimelineEntry[];
  /** By entry: the first of those that its wait in vain has taken. */
  private readonly elseOf = new Map<number, number>();
  private readonly sent: (Sent | null)[] = [];
  private readonly freeSlots: number[] = [];
  private readonly deletions: Deletions;
  private readonly runners = new Map<string, OperationRunner>();

  constructor(private readonly options: TimelineOptions) {
    const { engine, client, store, figures } = options;
    this.engine = engine;
    this.entries = this.withElses(options.entries);
    this.from = this.entries.map(() => 0);
    this.activate(0, 0);
    this.waits = new Waits({ engine, store, figures, ended: (end) => this.waited(end) });
    this.step = engine.registerHandler("timeline/step", () => this.takeDue());
    this.answer = client.onAnswer((outcome, slot) => this.answered(outcome, slot));
    const named = new Set(this.entries.map((entry) => entry.operation.type));
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

  private withElses(entries: readonly TimelineEntry[]): readonly TimelineEntry[] {
    const all = [...entries];
    for (const [index, { operation }] of entries.entries()) {
      if (operation.type !== "waitFor") continue;
      const { otherwise } = operation as WaitOperation;
      if (typeof otherwise === "string") continue;
      this.elseOf.set(index, all.length);
      all.push(...otherwise);
    }
    return all;
  }

  /** Has the entries from there on, up to the next wait, come at their times after `fromMicros`. */
  private activate(first: number, fromMicros: TimeMicros): void {
    const { entries } = this.options;
    for (let i = first; i < entries.length; i++) {
      this.activateOne(i, fromMicros);
      if (entries[i]!.operation.type === "waitFor") return;
    }
  }

  private activateOne(index: number, fromMicros: TimeMicros): void {
    this.from[index] = fromMicros;
    this.due.add(index, fromMicros + this.entries[index]!.atMicros);
  }

  private waited(end: WaitEnd): void {
    const { operation, index, isReached, told } = end;
    const subject = waitSubject(operation);
    const goesOn = isReached || operation.otherwise === "go on";
    const left = goesOn ? 0 : this.options.entries.length - index - 1;
    const rest = left === 0 ? "" : `: ${counted(left, "later step")} not taken`;
    if (isReached) this.report("waitFor", targetText(subject), told);
    else this.refused("waitFor", subject, `${told}${rest}`);
    if (goesOn) this.activate(index + 1, this.engine.now);
    else this.otherwise(operation, index);
    this.scheduleNext();
  }

  private otherwise(operation: WaitOperation, index: number): void {
    const { otherwise } = operation;
    if (typeof otherwise !== "string") {
      const first = this.elseOf.get(index)!;
      for (let i = 0; i < otherwise.length; i++) this.activateOne(first + i, this.engine.now);
    } else if ("target" in operation && otherwise !== "stop") {
      const { target } = operation;
      const rollout: RolloutOperation =
        otherwise === "undo"
          ? { type: "rollout", target, action: "undo", toRevision: 0 }
          : { type: "rollout", target, action: "pause" };
      this.take(rollout);
    }
  }

  /** Tells of steps that have not ended: once, when the run is over. */
  finish(): void {
    const { current } = this.waits;
    if (current !== null) {
      const subject = targetText(waitSubject(current));
      this.report("waitFor", subject, `not ended: not ${current.is} yet`, "unfinished");
    }
    for (const runner of this.runners.values()) runner.finish?.();
    this.deletions.finish((object, title, message) =>
      this.report(title, targetText(object), message, "unfinished"),
    );
  }

  private scheduleNext(): void {
    const at = this.due.nextMicros;
    if (this.next !== null) this.engine.cancel(this.next);
    this.next = null;
    if (!Number.isFinite(at)) return;
    this.next = this.engine.scheduleAt(Math.max(at, this.engine.now), Phase.world, this.step);
  }

  private takeDue(): void {
    this.next = null;
    for (const { index, atMicros } of this.due.take(this.engine.now)) {
      const entry = this.entries[index]!;
      const next = nextTime(entry, atMicros, this.from[index]!);
      if (Number.isFinite(next)) this.due.add(index, next);
      const { operation } = entry;
      if (operation.type === "waitFor") this.waits.begin(operation as WaitOperation, index);
      else this.take(operation);
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
