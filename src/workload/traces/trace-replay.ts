import { type NewObject, newMeta } from "../../api/new-object.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver, ObjectReference } from "../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { Outcome } from "../../store/outcome.js";
import type { PodRun, PodRunSource } from "../behavior/pod-run.js";
import type { PreparedTrace } from "./prepare-trace.js";
import {
  type PodTemplate,
  podOf,
  priorityClassOf,
  priorityValue,
  templateOf,
} from "./trace-pod-object.js";

export interface TraceReplayOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly trace: PreparedTrace;
}

const NOT_OURS = -1;
const INITIAL_ROWS = 1024;

/**
 * Creates the pods of a trace when they arrive, and tells how long each runs. One event is pending
 * at a time, for the next arrival. Pods of one shape share their spec and labels.
 */
export class TraceReplay implements PodRunSource {
  private readonly engine: Engine;
  private readonly client: Client;
  private readonly trace: PreparedTrace;
  private readonly templates: PodTemplate[] = [];
  private readonly arrive: HandlerId;
  private readonly podAnswer: AnswerId;
  private readonly setupAnswer: AnswerId;
  private next = 0;
  private refused = 0;
  /** Row of a pod in the store → its row in the trace. */
  private traceRows = new Int32Array(INITIAL_ROWS).fill(NOT_OURS);

  constructor(private readonly options: TraceReplayOptions) {
    this.engine = options.engine;
    this.client = options.client;
    this.trace = options.trace;
    this.arrive = this.engine.registerHandler(`workload/trace/${this.trace.name}`, () =>
      this.createDue(),
    );
    this.podAnswer = this.client.onAnswer((outcome, row) => this.created(outcome, row));
    this.setupAnswer = this.client.onAnswer((outcome, _, __, request) => {
      if (!outcome.ok && outcome.reason !== "AlreadyExists" && request.verb === "create") {
        this.warn(request.object, outcome.message);
      }
    });
  }

  /** Pods whose creation the API server refused. */
  get refusedCount(): number {
    return this.refused;
  }

  /** Creates the namespaces and PriorityClasses that the pods need, and waits for the first pod. */
  start(): void {
    const namespaces = new Set<string>();
    const priorities = new Set<string>();
    for (const shape of this.trace.table.shapes) {
      if (shape.namespace !== "default") namespaces.add(shape.namespace);
      if (priorityValue(shape.priority) !== null) priorities.add(shape.priority);
    }
    for (const name of namespaces) {
      this.setUp({ kind: "Namespace", ...newMeta("", name), spec: {}, status: {} });
    }
    for (const priority of priorities) {
      const spec = {
        value: priorityValue(priority) ?? 0,
        preemptionPolicy: "PreemptLowerPriority",
      };
      const meta = newMeta("", priorityClassOf(priority));
      this.setUp({ kind: "PriorityClass", ...meta, spec, status: undefined });
    }
    this.scheduleNext();
  }

  /** How long a pod of this trace runs; null for any other pod. */
  podRun(pod: PodVersion): PodRun | null {
    const row = this.traceRows[pod.row] ?? NOT_OURS;
    if (row === NOT_OURS || this.nameOf(row) !== pod.name) return null;
    const { table, absoluteEnds } = this.trace;
    if (table.shapes.at(table.shapeId(row)).namespace !== pod.namespace) return null;
    const lifetime = table.lifetimeMicros(row);
    if (!Number.isFinite(lifetime)) return FOR_EVER;
    if (!absoluteEnds) return { runMicros: lifetime };
    const end = table.arrivalMicros(row) + lifetime;
    return { runMicros: Math.max(0, end - this.engine.now) };
  }

  private scheduleNext(): void {
    if (this.next >= this.trace.table.size) return;
    const at: TimeMicros = this.trace.table.arrivalMicros(this.next);
    this.engine.scheduleAt(Math.max(at, this.engine.now), Phase.world, this.arrive);
  }

  private createDue(): void {
    const { table } = this.trace;
    while (this.next < table.size && table.arrivalMicros(this.next) <= this.engine.now) {
      const row = this.next++;
      const object = podOf(this.templateOf(table.shapeId(row)), this.nameOf(row));
      this.client.submit({ verb: "create", object }, this.podAnswer, row);
    }
    this.scheduleNext();
  }

  private created(outcome: Outcome, row: number): void {
    if (!outcome.ok) {
      this.refused += 1;
      const { namespace } = this.trace.table.shapes.at(this.trace.table.shapeId(row));
      this.warn({ kind: "Pod", namespace, name: this.nameOf(row) }, outcome.message);
      return;
    }
    const at = outcome.object.row;
    if (at >= this.traceRows.length) {
      const grown = new Int32Array(Math.max(at + 1, this.traceRows.length * 2)).fill(NOT_OURS);
      grown.set(this.traceRows);
      this.traceRows = grown;
    }
    this.traceRows[at] = row;
  }

  private templateOf(shape: number): PodTemplate {
    let template = this.templates[shape];
    if (template === undefined) {
      template = templateOf(this.trace.name, this.trace.table.shapes.at(shape));
      this.templates[shape] = template;
    }
    return template;
  }

  private nameOf(row: number): string {
    const { table, names } = this.trace;
    return names.of(table.ordinal(row), table.clone(row));
  }

  private setUp(object: NewObject): void {
    this.client.submit({ verb: "create", object }, this.setupAnswer);
  }

  private warn(about: ObjectReference, message: string): void {
    this.options.observer.event("Warning", "FailedCreate", about, message, this.engine.now);
  }
}

const FOR_EVER: PodRun = Object.freeze({ runMicros: null });
