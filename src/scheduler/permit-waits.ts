import { assert } from "../base/assert.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { Engine, EventId, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { BindingPod } from "./binding-cycle.js";
import type { WaitingPod, WaitingPods } from "./framework/waiting-pods.js";

/** Nobody waits longer than this on one plugin. */
const MAX_TIMEOUT_MICROS: TimeMicros = 15 * 60 * MICROS_PER_SECOND;

export interface PermitWaitsOptions {
  readonly engine: Engine;
  readonly allowed: (binding: BindingPod) => void;
  readonly rejected: (binding: BindingPod, plugin: string, message: string) => void;
}

interface Hold {
  readonly plugin: string;
  /** Which of the plugins that asked to wait. */
  readonly number: number;
  readonly timeoutMicros: TimeMicros;
  readonly timer: EventId;
}

interface Waiting extends WaitingPod {
  readonly binding: BindingPod;
  readonly slot: number;
  readonly holds: Map<string, Hold>;
  verdict: "allowed" | { readonly plugin: string; readonly message: string } | null;
}

/**
 * Pods that Permit told to wait. A verdict takes effect at the same instant, after whoever gave it:
 *
 *     waiting ──allow, by all that hold it──► allowed ──► binding cycle
 *        └──reject, timeout, deleted────────► rejected ──► unschedulable
 *
 * Source: kube-scheduler, `waiting_pods_map.go`, `RunPermitPlugins`.
 */
export class PermitWaits implements WaitingPods {
  private readonly byUid = new Map<string, Waiting>();
  private readonly slots: (Waiting | undefined)[] = [];
  private handlers: { readonly timeout: HandlerId; readonly settle: HandlerId } | null = null;

  constructor(private readonly options: PermitWaitsOptions) {}

  get(uid: string): WaitingPod | undefined {
    return this.byUid.get(uid);
  }

  values(): Iterable<WaitingPod> {
    return [...this.byUid.values()];
  }

  /** Holds a pod: `timeouts` are those of the plugins that asked to wait, at least one. */
  hold(binding: BindingPod, timeouts: ReadonlyMap<string, TimeMicros>): void {
    const { engine } = this.options;
    const { timeout } = this.events();
    const slot = this.freeSlot();
    const holds = new Map<string, Hold>();
    for (const [number, [plugin, asked]] of [...timeouts].entries()) {
      const timeoutMicros = Math.min(asked, MAX_TIMEOUT_MICROS);
      const timer = engine.scheduleAfter(timeoutMicros, Phase.react, timeout, slot, number);
      holds.set(plugin, { plugin, number, timeoutMicros, timer });
    }
    const waiting: Waiting = {
      binding,
      slot,
      holds,
      verdict: null,
      pod: binding.info,
      nodeName: binding.nodeName,
      get pendingPlugins() {
        return [...holds.keys()];
      },
      allow: (plugin) => this.allow(waiting, plugin),
      reject: (plugin, message) => this.settle(waiting, { plugin, message }),
    };
    this.slots[slot] = waiting;
    this.byUid.set(binding.queued.pod.uid, waiting);
  }

  /** Registered with the first pod that waits: most schedulers never need them. */
  private events() {
    const { engine } = this.options;
    this.handlers ??= {
      timeout: engine.registerHandler("scheduler/permit-timeout", (slot, number) =>
        this.timedOut(slot, number),
      ),
      settle: engine.registerHandler("scheduler/permit-settled", (slot) => this.end(slot)),
    };
    return this.handlers;
  }

  private freeSlot(): number {
    const free = this.slots.indexOf(undefined);
    return free < 0 ? this.slots.length : free;
  }

  private timedOut(slot: number, number: number): void {
    const waiting = this.slots[slot];
    assert(waiting !== undefined, "a pod that no longer waits has timed out");
    const hold = [...waiting.holds.values()].find((one) => one.number === number);
    assert(hold !== undefined, "a plugin that no longer holds a pod has timed out");
    const { plugin, timeoutMicros } = hold;
    const message = `rejected due to timeout after waiting ${durationText(timeoutMicros)} at plugin ${plugin}`;
    this.settle(waiting, { plugin, message });
  }

  private allow(waiting: Waiting, plugin: string): void {
    const hold = waiting.holds.get(plugin);
    if (hold !== undefined) this.options.engine.cancel(hold.timer);
    waiting.holds.delete(plugin);
    if (waiting.holds.size === 0) this.settle(waiting, "allowed");
  }

  /** The first verdict counts. */
  private settle(waiting: Waiting, verdict: NonNullable<Waiting["verdict"]>): void {
    if (waiting.verdict !== null) return;
    waiting.verdict = verdict;
    const { engine } = this.options;
    for (const { timer } of waiting.holds.values()) engine.cancel(timer);
    engine.scheduleAt(engine.now, Phase.react, this.events().settle, waiting.slot);
  }

  private end(slot: number): void {
    const waiting = this.slots[slot];
    assert(waiting !== undefined && waiting.verdict !== null, "a wait ended twice");
    this.slots[slot] = undefined;
    this.byUid.delete(waiting.binding.queued.pod.uid);
    const { binding, verdict } = waiting;
    if (verdict === "allowed") this.options.allowed(binding);
    else this.options.rejected(binding, verdict.plugin, verdict.message);
  }
}

/** As Go prints a duration of whole seconds: `1m30s`. */
function durationText(micros: TimeMicros): string {
  const seconds = micros / MICROS_PER_SECOND;
  const minutes = Math.floor(seconds / 60);
  const rest = `${seconds - minutes * 60}s`;
  return minutes === 0 ? rest : `${minutes}m${rest}`;
}
