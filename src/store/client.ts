import { assert } from "../base/assert.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ApiServer } from "./api-server.js";
import type { Outcome } from "./outcome.js";
import type { WriteRequest } from "./request.js";
import type { ServiceQueue } from "./service-queue.js";

export interface ClientOptions {
  /** From sending a request to its answer; the write is committed at the end of it. */
  readonly latencyMicros: TimeMicros;
  /** Requests a second in the long run; 0: no limit. Upstream's `--kube-api-qps`. */
  readonly qps: number;
  /** Requests that may be sent at once before the limit holds. Upstream's `--kube-api-burst`. */
  readonly burst: number;
  /** Where the API server takes its time with requests; absent: it takes none. */
  readonly service?: ServiceQueue | undefined;
}

/** What is called with the answer to a request and the two integers that came with it. */
export type AnswerHandler = (outcome: Outcome, a: number, b: number, request: WriteRequest) => void;
export type AnswerId = number;

/** A budget's status, the pod's condition, the deletion. */
const EVICTION_ACCESSES = 3;

/** Used again and again: requests are many, and at one time few. */
interface InFlight {
  /** Null while nothing is in flight here. */
  request: WriteRequest | null;
  answer: AnswerId;
  a: number;
  b: number;
  /** When it reached the API server. */
  beganMicros: TimeMicros;
  /** Objects that it has to read or write before it is carried out. */
  accesses: number;
}

/**
 * A component's connection to the API server. Requests are data; each is sent when the client's rate
 * limit lets it (a token bucket, as in client-go), takes the modelled latency and is answered in the
 * phase `commit`. Requests of one client are committed in the order in which they were submitted.
 */
export class Client {
  private readonly engine: Engine;
  private readonly commit: HandlerId;
  private readonly arrival: HandlerId;
  private readonly answers: AnswerHandler[] = [];
  private readonly slots: InFlight[] = [];
  private readonly freeSlots: number[] = [];
  private readonly intervalMicros: number;
  /** When the bucket would be full again (the generic cell rate algorithm's theoretical arrival). */
  private fullAtMicros = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly server: ApiServer,
    readonly name: string,
    private readonly options: ClientOptions,
  ) {
    this.engine = server.engine;
    this.intervalMicros = options.qps > 0 ? MICROS_PER_SECOND / options.qps : 0;
    this.commit = this.engine.registerHandler(`api/${name}`, (slot) => this.execute(slot));
    this.arrival =
      options.service === undefined
        ? this.commit
        : this.engine.registerHandler(`api/${name}/arrival`, (slot) => this.arrived(slot));
  }

  /** Names a receiver of answers, once, when the component is built. */
  onAnswer(handler: AnswerHandler): AnswerId {
    this.answers.push(handler);
    return this.answers.length - 1;
  }

  /** Requests that were submitted and not answered yet. */
  get inFlight(): number {
    return this.slots.length - this.freeSlots.length;
  }

  /** Sends a request; `a` and `b` come back with the answer. */
  submit(request: WriteRequest, answer: AnswerId, a = 0, b = 0): void {
    assert(answer < this.answers.length, "a request names no receiver for its answer");
    const slot = this.freeSlots.pop() ?? this.slots.push(emptySlot()) - 1;
    const sent = this.slots[slot]!;
    sent.request = this.staged(request);
    sent.answer = answer;
    sent.a = a;
    sent.b = b;
    sent.beganMicros = this.sendTime();
    sent.accesses = request.verb === "evict" ? EVICTION_ACCESSES : 1;
    const at = sent.beganMicros + this.options.latencyMicros;
    this.engine.scheduleAt(at, Phase.commit, this.arrival, slot);
  }

  /** Takes the place of one request that is not simulated: when it reaches the server. */
  spend(): TimeMicros {
    return this.sendTime() + this.options.latencyMicros;
  }

  /** Whether the API server takes its time with requests. */
  get isServedInTurn(): boolean {
    return this.options.service !== undefined;
  }

  /** Takes the turn of such a request, which reaches the server now: when it is answered. */
  servedAt(): TimeMicros {
    return this.options.service?.endMicros(this.engine.now) ?? this.engine.now;
  }

  /** Where the API server takes its time, a pod is marked as going first, and then removed. */
  private staged(request: WriteRequest): WriteRequest {
    const isStaged = this.options.service !== undefined && request.verb === "delete";
    return isStaged ? { ...request, stage: "mark" } : request;
  }

  private arrived(slot: number): void {
    const sent = this.slots[slot]!;
    const at = this.options.service!.endMicros(this.engine.now);
    sent.accesses -= 1;
    const next = sent.accesses > 0 ? this.arrival : this.commit;
    this.engine.scheduleAt(at, Phase.commit, next, slot);
  }

  private sendTime(): TimeMicros {
    const now = this.engine.now;
    if (this.intervalMicros === 0) return now;
    const full = Math.max(this.fullAtMicros, now);
    this.fullAtMicros = full + this.intervalMicros;
    const allowance = this.intervalMicros * (Math.max(this.options.burst, 1) - 1);
    return Math.max(now, Math.ceil(full - allowance));
  }

  private execute(slot: number): void {
    const sent = this.slots[slot]!;
    const { request, answer, a, b } = sent;
    assert(request !== null, "a request was executed twice");
    const outcome = this.server.execute(request, sent.beganMicros);
    if (!outcome.ok && outcome.retryMicros !== undefined) {
      sent.beganMicros = this.engine.now + outcome.retryMicros;
      this.engine.scheduleAt(sent.beganMicros, Phase.commit, this.commit, slot);
      return;
    }
    if (outcome.ok && outcome.isMarked === true) {
      sent.request = { verb: "delete", target: outcome.object, stage: "remove" };
      sent.accesses = 1;
      this.arrived(slot);
      return;
    }
    sent.request = null;
    this.freeSlots.push(slot);
    this.answers[answer]!(outcome, a, b, request);
  }
}

function emptySlot(): InFlight {
  return { request: null, answer: 0, a: 0, b: 0, beganMicros: 0, accesses: 0 };
}
