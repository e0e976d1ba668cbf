import { kindNamed } from "../../api/kinds.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { Operation, OperationTarget, TimelineEntry } from "./operation.js";
import { stored } from "./stored.js";

/**
 * What is done where it was not so in time: the target's rollout is undone or paused, or nothing; or
 * steps that are taken in place of the entries after it, whose times count from then.
 */
type WaitOtherwise = "undo" | "pause" | "stop" | "go on" | readonly TimelineEntry[];

interface Wait extends Operation {
  readonly type: "waitFor";
  readonly withinMicros: TimeMicros;
  readonly otherwise: WaitOtherwise;
}

/** For something of an object. */
interface ObjectWait extends Wait {
  readonly target: OperationTarget;
  /** `complete`, `gone`, or a condition with its status: `Available=True`. */
  readonly is: string;
}

/** For a figure of the run, over one window after the other. */
export interface MetricWait extends Wait {
  readonly metric: string;
  /** Of its row; null for all rows. */
  readonly labels: Readonly<Record<string, string>> | null;
  readonly operator: "==" | "!=" | "<" | "<=" | ">" | ">=";
  readonly value: number;
  readonly is: string;
  readonly overMicros: TimeMicros;
}

export type WaitOperation = ObjectWait | MetricWait;

/** The figures of the run, over windows that one opens and closes. */
export interface FigureWatch {
  /** A window begins now. */
  begin(): void;
  /** It ends now: what of its figures is not as it is waited for, as a sentence; null where all is. */
  flaw(wait: MetricWait): string | null;
}

interface Waiting {
  readonly operation: WaitOperation;
  readonly index: number;
  readonly sinceMicros: TimeMicros;
}

/** How a wait came out, and what is told of it. */
export interface WaitEnd {
  readonly operation: WaitOperation;
  readonly index: number;
  readonly isReached: boolean;
  readonly told: string;
}

interface WaitsOptions {
  readonly engine: Engine;
  readonly store: ObjectStore;
  readonly figures: FigureWatch;
  readonly ended: (end: WaitEnd) => void;
}

/** How often it is looked whether what is waited for of an object is so. */
const LOOK_MICROS = MICROS_PER_SECOND;

/**
 * The wait that a timeline is in. It looks each second at an object; at a figure when each window over
 * which it is measured ends, the first of which begins with the wait.
 */
export class Waits {
  private readonly look: HandlerId;
  private waiting: Waiting | null = null;

  constructor(private readonly options: WaitsOptions) {
    this.look = options.engine.registerHandler("timeline/look", () => this.lookAgain());
  }

  /** `index` is that of the entry. */
  begin(operation: WaitOperation, index: number): void {
    const { engine, figures } = this.options;
    this.waiting = { operation, index, sinceMicros: engine.now };
    if ("metric" in operation) figures.begin();
    const firstMicros = "metric" in operation ? operation.overMicros : 0;
    engine.scheduleAt(engine.now + firstMicros, Phase.settle, this.look);
  }

  /** What is waited for now; null for nothing. */
  get current(): WaitOperation | null {
    return this.waiting?.operation ?? null;
  }

  private lookAgain(): void {
    const { operation, index, sinceMicros } = this.waiting!;
    const { engine, figures, ended } = this.options;
    const { now } = engine;
    const after = `after ${(now - sinceMicros) / MICROS_PER_SECOND} s`;
    const what = `${operation.is} ${after}`;
    const flaw = this.flawOf(operation);
    const everyMicros = "metric" in operation ? operation.overMicros : LOOK_MICROS;
    const wasLast =
      "metric" in operation
        ? now + everyMicros > sinceMicros + operation.withinMicros
        : now - sinceMicros >= operation.withinMicros;
    if (flaw === null) {
      this.waiting = null;
      ended({ operation, index, isReached: true, told: what });
    } else if (wasLast) {
      this.waiting = null;
      const told = flaw === "" ? `not ${what}` : `not ${what}: ${flaw}`;
      ended({ operation, index, isReached: false, told });
    } else {
      if ("metric" in operation) figures.begin();
      engine.scheduleAt(now + everyMicros, Phase.world, this.look);
    }
  }

  private flawOf(operation: WaitOperation): string | null {
    if ("metric" in operation) return this.options.figures.flaw(operation);
    return isReached(operation, this.options.store) ? null : "";
  }
}

/** What a wait is about, for whoever is told of it. */
export function waitSubject(operation: WaitOperation): OperationTarget {
  if ("target" in operation) return operation.target;
  const labels = Object.entries(operation.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const row = labels.length === 0 ? "" : `{${labels.sort().join(";")}}`;
  return { kind: "Metric", namespace: "", name: `${operation.metric}${row}` };
}

interface Conditioned {
  readonly generation: number;
  readonly spec: unknown;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Whether it is so now, as `kubectl rollout status` and `kubectl wait` see it. */
function isReached({ target, is }: ObjectWait, store: ObjectStore): boolean {
  const object = stored(store, target);
  if (is === "gone") return typeof object === "string";
  if (typeof object === "string") return false;
  const { generation, spec, status } = object as unknown as Conditioned;
  if (is === "complete") {
    if ((status?.observedGeneration ?? 0) < generation) return false;
    return kindNamed(object.kind)?.workload?.isRolledOut?.(spec, status) === true;
  }
  const [type, value = "True"] = is.split("=");
  return status?.conditions?.some((one) => one.type === type && one.status === value) === true;
}
