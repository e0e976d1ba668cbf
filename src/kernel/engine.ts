import { assert, InvariantError } from "../base/assert.js";
import type { TimeMicros } from "../base/time.js";
import { EventQueue, type HandlerId, QUEUE_END_MICROS } from "./event-queue.js";
import type { EventId } from "./event-slots.js";
import type { Phase } from "./phase.js";
import { RandomStreams } from "./random-streams.js";
import { RunDigest } from "./run-digest.js";
import { SimulationStuckError } from "./simulation-stuck-error.js";

export type { HandlerId } from "./event-queue.js";
export type { EventId } from "./event-slots.js";

/** Events past this time can never run: 35.7 years after the start. */
export const HORIZON_MICROS: TimeMicros = QUEUE_END_MICROS - 1;

export type EventHandler = (a: number, b: number, c: number) => void;
/** Called after each event; only looks. */
export type EventListener = (timeMicros: TimeMicros, handler: HandlerId) => void;
/**
 * Why a run came back: nothing but background events is left (`idle`), nothing at all (`drained`),
 * the time is up (`until`), or `stop` was called (`stopped`).
 */
export type RunOutcome = "idle" | "until" | "stopped" | "drained";

export interface EngineOptions {
  readonly seed: number;
  /** How many events may happen at one instant before the run counts as stuck. */
  readonly maxEventsPerInstant?: number;
}

interface Handler {
  readonly name: string;
  readonly handle: EventHandler;
  readonly background: boolean;
}

const MAX_EVENTS_PER_INSTANT = 10_000_000;
/** How many of the last events before the bound are told apart, to name who went round. */
const EVENTS_TALLIED = 1_000;

/**
 * The virtual clock and the loop that runs events in the order (time, phase, sequence). An event is
 * data: a handler's number and three integers.
 */
export class Engine {
  readonly streams: RandomStreams;
  readonly digest = new RunDigest();
  eventsProcessed = 0;

  private nowMicros: TimeMicros = 0;
  private readonly queue = new EventQueue();
  private readonly handlers: Handler[] = [];
  private readonly handlerNames = new Set<string>();
  private readonly listeners: EventListener[] = [];
  private readonly maxEventsPerInstant: number;
  private foregroundPending = 0;
  private running = false;
  private stopRequested = false;

  constructor(options: EngineOptions) {
    this.streams = new RandomStreams(options.seed);
    this.maxEventsPerInstant = options.maxEventsPerInstant ?? MAX_EVENTS_PER_INSTANT;
    assert(this.maxEventsPerInstant > EVENTS_TALLIED, "the bound of events an instant is too low");
  }

  /** The virtual time. */
  get now(): TimeMicros {
    return this.nowMicros;
  }

  get eventsPending(): number {
    return this.queue.size;
  }

  /** Gives a handler its number. Names are unique; numbers follow the order of registration. */
  registerHandler(
    name: string,
    handle: EventHandler,
    options: { readonly background?: boolean } = {},
  ): HandlerId {
    assert(!this.handlerNames.has(name), () => `two event handlers are called ${name}`);
    this.handlerNames.add(name);
    this.handlers.push({ name, handle, background: options.background ?? false });
    return this.handlers.length - 1;
  }

  handlerName(handler: HandlerId): string {
    const found = this.handlers[handler];
    assert(found !== undefined, () => `no event handler has the number ${handler}`);
    return found.name;
  }

  /**
   * Schedules an event at an absolute time, not before now; one past {@link HORIZON_MICROS} is put
   * there, where no run arrives. The arguments are integers below 2^53 in size.
   */
  scheduleAt(
    timeMicros: TimeMicros,
    phase: Phase,
    handler: HandlerId,
    a = 0,
    b = 0,
    c = 0,
  ): EventId {
    const target = this.handlers[handler];
    const isInTime = timeMicros >= this.nowMicros && Number.isInteger(timeMicros);
    const areIntegers =
      Number.isSafeInteger(a) && Number.isSafeInteger(b) && Number.isSafeInteger(c);
    // Closures that make a message would be made for each event.
    if (target === undefined || !isInTime || !areIntegers) {
      throw new InvariantError(this.flawOf(handler, timeMicros, [a, b, c]));
    }
    if (!target.background) this.foregroundPending++;
    const when = timeMicros > HORIZON_MICROS ? HORIZON_MICROS : timeMicros;
    return this.queue.push(when, phase, handler, a, b, c);
  }

  /** Why no such event can be scheduled. */
  private flawOf(handler: HandlerId, timeMicros: TimeMicros, args: readonly number[]): string {
    const target = this.handlers[handler];
    if (target === undefined) return `no event handler has the number ${handler}`;
    if (timeMicros >= this.nowMicros && Number.isInteger(timeMicros)) {
      return `${target.name} was scheduled with arguments that are no integers: ${args.join(", ")}`;
    }
    return `${target.name} was scheduled at ${timeMicros} us, when it was ${this.nowMicros} us`;
  }

  /** Schedules an event after a delay of whole microseconds, 0 or more. */
  scheduleAfter(
    delayMicros: TimeMicros,
    phase: Phase,
    handler: HandlerId,
    a = 0,
    b = 0,
    c = 0,
  ): EventId {
    return this.scheduleAt(this.nowMicros + delayMicros, phase, handler, a, b, c);
  }

  /** Takes a pending event back; false if it already ran or was cancelled. */
  cancel(id: EventId): boolean {
    const handler = this.queue.handlerOf(id);
    if (!this.queue.cancel(id)) return false;
    if (!this.handlers[handler]!.background) this.foregroundPending--;
    return true;
  }

  /** Has a listener called after each event. */
  onEvent(listener: EventListener): void {
    this.listeners.push(listener);
  }

  /** Ends the run after the current event; the next `run` goes on from there. */
  stop(): void {
    this.stopRequested = true;
  }

  /**
   * Runs all events up to and at `untilMicros`, and may be called again with a later time. The clock
   * then stands at `untilMicros`; when the run was stopped, or ended early because `untilIdle` was
   * asked for, at the last event.
   *
   * Throws {@link SimulationStuckError} when time no longer moves.
   */
  run(options: { readonly untilMicros: TimeMicros; readonly untilIdle?: boolean }): RunOutcome {
    const { untilMicros, untilIdle = false } = options;
    assert(!this.running, "a run was started inside a run");
    assert(
      untilMicros >= this.nowMicros && untilMicros < HORIZON_MICROS,
      () => `cannot run from ${this.nowMicros} us until ${untilMicros} us`,
    );
    this.running = true;
    this.stopRequested = false;
    try {
      return this.loop(untilMicros, untilIdle);
    } finally {
      this.running = false;
    }
  }

  private loop(untilMicros: TimeMicros, untilIdle: boolean): RunOutcome {
    const { queue, handlers, listeners, digest } = this;
    let eventsThisInstant = 0;
    while (!this.stopRequested) {
      if (untilIdle && this.foregroundPending === 0) return queue.size === 0 ? "drained" : "idle";
      if (!queue.pop(untilMicros)) {
        this.nowMicros = untilMicros;
        return queue.size === 0 ? "drained" : "until";
      }
      const { timeMicros, handler, a, b, c } = queue;
      if (timeMicros !== this.nowMicros) {
        this.nowMicros = timeMicros;
        eventsThisInstant = 0;
      }
      if (++eventsThisInstant > this.maxEventsPerInstant - EVENTS_TALLIED) {
        this.tallyOrGiveUp(handler, eventsThisInstant);
      }
      digest.fold(timeMicros);
      digest.fold(handler);
      digest.fold(a);
      digest.fold(b);
      digest.fold(c);
      const target = handlers[handler]!;
      if (!target.background) this.foregroundPending--;
      this.eventsProcessed++;
      target.handle(a, b, c);
      for (let i = 0; i < listeners.length; i++) listeners[i]!(timeMicros, handler);
    }
    return "stopped";
  }

  private tally = new Map<HandlerId, number>();

  private tallyOrGiveUp(handler: HandlerId, eventsThisInstant: number): void {
    if (eventsThisInstant === this.maxEventsPerInstant - EVENTS_TALLIED + 1) this.tally.clear();
    this.tally.set(handler, (this.tally.get(handler) ?? 0) + 1);
    if (eventsThisInstant < this.maxEventsPerInstant) return;
    const handlers = [...this.tally]
      .sort(([, x], [, y]) => y - x)
      .map(([id, count]) => ({ name: this.handlerName(id), count }));
    throw new SimulationStuckError(this.nowMicros, eventsThisInstant, handlers);
  }
}
