import { objectKey, targetText } from "../../api/object-version.js";
import { unreachable } from "../../base/assert.js";
import type { TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver, StepState } from "../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { InformerFactory } from "../../store/informer-factory.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { Outcome } from "../../store/outcome.js";
import { Deletions } from "./deletions.js";
import { Drains } from "./drains.js";
import type {
  NodeOperation,
  NodeProvisioner,
  OperationTarget,
  TimelineEntry,
  TimelineOperation,
} from "./operation.js";
import { rolloutStep } from "./rollouts.js";
import { isStepRefusal, type Step } from "./step.js";
import { writesOf } from "./writes.js";

export interface TimelineOptions {
  readonly engine: Engine;
  /** What kubectl reads: the API server itself, with no watch lag. */
  readonly store: ObjectStore;
  readonly client: Client;
  /** Used by drains, which wait for pods to be gone. */
  readonly informers: InformerFactory;
  readonly observer: ClusterObserver;
  readonly nodes: NodeProvisioner;
  /** Writes all objects as they are to a file of that name, at once. */
  readonly dump: (fileName: string) => void;
  /** In the order of the file: steps of one time are taken in this order. */
  readonly entries: readonly TimelineEntry[];
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

interface Sent {
  readonly operation: TimelineOperation;
  readonly target: OperationTarget;
  readonly done: string | null;
}

/** What an operation is called by. */
interface NamedOperation {
  readonly type: TimelineOperation["type"];
  readonly action?: string;
}

/**
 * The steps of a scenario's timeline, as somebody with `kubectl` takes them. What the API server
 * refuses is a Warning. One event is pending at a time, for the next step.
 */
export class Timeline {
  private readonly engine: Engine;
  private readonly step: HandlerId;
  private readonly answer: AnswerId;
  /** When each entry is due next; Infinity: never again. */
  private readonly due: TimeMicros[];
  private readonly sent: (Sent | null)[] = [];
  private readonly freeSlots: number[] = [];
  private readonly drains: Drains | null;
  private readonly deletions: Deletions;

  constructor(private readonly options: TimelineOptions) {
    const { engine, client, entries } = options;
    this.engine = engine;
    this.due = entries.map((entry) => entry.atMicros);
    this.step = engine.registerHandler("timeline/step", () => this.takeDue());
    this.answer = client.onAnswer((outcome, slot) => this.answered(outcome, slot));
    const hasDrains = entries.some((entry) => entry.operation.type === "drain");
    this.drains = hasDrains ? new Drains(options) : null;
    this.deletions = new Deletions(options.store);
  }

  /** Waits for the first step. */
  start(): void {
    this.scheduleNext();
  }

  /** Tells of steps that have not ended: once, when the run is over. */
  finish(): void {
    this.drains?.finish();
    this.deletions.finish((object, message) =>
      this.report({ type: "delete" }, targetText(object), message, "unfinished"),
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
      this.due[index] = nextTime(entry, this.due[index]!);
      this.take(entry.operation);
    }
    this.scheduleNext();
  }

  private take(operation: TimelineOperation): void {
    switch (operation.type) {
      case "drain":
        this.drains?.begin(operation);
        return;
      case "dump":
        this.options.dump(operation.file);
        this.report(operation, operation.file, "written");
        return;
      case "addNodes":
      case "removeNodes":
        this.provision(operation);
        return;
      case "rollout":
        this.send(operation, rolloutStep(operation, this.options.store, this.options.startTimeMs));
        return;
      case "apply":
      case "delete":
      case "patch":
      case "scale":
      case "setImage":
      case "setResources":
      case "label":
      case "cordon":
      case "uncordon":
        this.send(operation, writesOf(operation, this.options.store));
        return;
      default:
        unreachable(operation);
    }
  }

  private send(operation: TimelineOperation, step: Step): void {
    if (isStepRefusal(step)) {
      this.refused(operation, step.target, step.refusal);
      return;
    }
    for (const { target, request, done } of step) {
      const slot = this.freeSlots.pop() ?? this.sent.push(null) - 1;
      this.sent[slot] = { operation, target, done };
      this.options.client.submit(request, this.answer, slot);
    }
  }

  private answered(outcome: Outcome, slot: number): void {
    const sent = this.sent[slot]!;
    this.sent[slot] = null;
    this.freeSlots.push(slot);
    if (!outcome.ok) {
      this.refused(sent.operation, sent.target, outcome.message);
      return;
    }
    const { object } = outcome;
    const target = { kind: object.kind, namespace: object.namespace, name: object.name };
    if (sent.operation.type === "delete") this.deletions.add(object);
    const isNew = object.creationTimeMicros === this.engine.now && object.generation <= 1;
    this.report(
      sent.operation,
      targetText(target),
      sent.done ?? (isNew ? "created" : "configured"),
    );
  }

  private provision(operation: NodeOperation): void {
    const { nodes } = this.options;
    const outcome =
      operation.type === "addNodes"
        ? nodes.addNodes(operation.pool, operation.count)
        : nodes.removeNodes(operation);
    const target =
      operation.pool ?? (operation.type === "removeNodes" ? operation.nodes.join() : "");
    if (outcome.ok) {
      this.report(operation, target, outcome.nodes.join(", "));
    } else {
      const about = { kind: "NodePool", namespace: "", name: target };
      this.refused(operation, about, outcome.message);
    }
  }

  private report(
    operation: NamedOperation,
    target: string,
    message: string,
    state: StepState = "done",
  ): void {
    const { observer } = this.options;
    observer.timelineStep(nameOf(operation), target, message, this.engine.now, state);
  }

  private refused(operation: TimelineOperation, target: OperationTarget, message: string): void {
    const text = `${nameOf(operation)} ${objectKey(target)}: ${message}`;
    this.options.observer.event("Warning", "TimelineStepFailed", target, text, this.engine.now);
    this.report(operation, targetText(target), `failed: ${message}`, "failed");
  }
}

function nextTime(entry: TimelineEntry, last: TimeMicros): TimeMicros {
  if (entry.everyMicros === null) return Number.POSITIVE_INFINITY;
  const next = last + entry.everyMicros;
  return next > (entry.untilMicros ?? Number.POSITIVE_INFINITY) ? Number.POSITIVE_INFINITY : next;
}

/** `rollout undo`, `scale`: as the summary and the events name it. */
function nameOf({ type, action }: NamedOperation): string {
  return action === undefined ? type : `${type} ${action}`;
}
