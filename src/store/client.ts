import { assert } from "../base/assert.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ApiServer } from "./api-server.js";
import type { Outcome } from "./outcome.js";
import type { WriteRequest } from "./request.js";

export interface ClientOptions {
  /** From sending a request to its answer; the write is committed at the end of it. */
  readonly latencyMicros: TimeMicros;
  /** Requests a second in the long run; 0: no limit. Upstream's `--kube-api-qps`. */
  readonly qps: number;
  /** Requests that may be sent at once before the limit holds. Upstream's `--kube-api-burst`. */
  readonly burst: number;
}

/** What is called with the answer to a request and the two integers that came with it. */
export type AnswerHandler = (outcome: Outcome, a: number, b: number, request: WriteRequest) => void;
export type AnswerId = number;

interface InFlight {
  readonly request: WriteRequest;
  readonly answer: AnswerId;
  readonly a: number;
  readonly b: number;
}

/**
 * A component's connection to the API server. Requests are data; each is sent when the client's rate
 * limit lets it (a token bucket, as in client-go), takes the modelled latency and is answered in the
 * phase `commit`. Requests of one client are committed in the order in which they were submitted.
 */
export class Client {
  private readonly engine: Engine;
  private readonly commit: HandlerId;
  private readonly answers: AnswerHandler[] = [];
  private readonly slots: (InFlight | null)[] = [];
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
    const slot = this.freeSlots.pop() ?? this.slots.push(null) - 1;
    this.slots[slot] = { request, answer, a, b };
    const at = this.sendTime() + this.options.latencyMicros;
    this.engine.scheduleAt(at, Phase.commit, this.commit, slot);
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
    const sent = this.slots[slot];
    assert(sent !== null && sent !== undefined, "a request was executed twice");
    this.slots[slot] = null;
    this.freeSlots.push(slot);
    const outcome = this.server.execute(sent.request);
    this.answers[sent.answer]!(outcome, sent.a, sent.b, sent.request);
  }
}
