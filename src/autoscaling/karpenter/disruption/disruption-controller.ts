import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../../../base/time.js";
import type { HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { ClusterWatch } from "../controller/cluster-watch.js";
import type { KarpenterEvents } from "../controller/karpenter-events.js";
import type { KarpenterOptions } from "../controller/karpenter-options.js";
import { SchedulingGround } from "../scheduling-ground.js";
import { ClusterChanges } from "./cluster-changes.js";
import { ClusterDisruption } from "./cluster-disruption.js";
import type { Command } from "./command.js";
import { CommandQueue } from "./command-queue.js";
import type { Method, MethodEvents } from "./method.js";
import { methodsOf } from "./methods.js";
import { roundOf } from "./round.js";

const POLL_MICROS = 10 * MICROS_PER_SECOND;
/** A command of consolidation is looked at again after so long, before it begins. */
const VALIDATION_MICROS = 15 * MICROS_PER_SECOND;
/** Where nothing changes, consolidation is thought through anew after so long. */
const STALE_MICROS = 5 * MICROS_PER_MINUTE;

/**
 * Looks each ten seconds whether nodes should go, by one method after the other until one has a command. While a command waits to be
 * looked at again, nothing else is decided.
 *
 *     asking a method -> no command -> the next one … -> asleep for 10 s
 *          |  ^-------------------------|
 *          +-> a command -> 15 s later: still good -> it begins, and all are asked anew
 *
 * Source: Karpenter, `pkg/controllers/disruption/controller.go` (1.15.0).
 */
export class DisruptionController {
  private readonly queue: CommandQueue;
  private readonly changes: ClusterChanges;
  private readonly methods: readonly Method[];
  private readonly poll: HandlerId;
  private readonly again: HandlerId;
  private readonly validation: HandlerId;
  /** What each method last found nothing to do in. */
  private readonly settled = new Map<
    Method,
    { readonly version: number; readonly at: TimeMicros }
  >();
  private pending: { readonly method: number; readonly command: Command } | null = null;

  constructor(
    private readonly options: KarpenterOptions,
    private readonly watch: ClusterWatch,
    private readonly events: KarpenterEvents,
  ) {
    const { engine, settings } = options;
    this.queue = new CommandQueue(options, watch, events);
    this.changes = new ClusterChanges(watch);
    this.methods = methodsOf(this.methodEvents(), { spotToSpot: settings.spotToSpot });
    // To look whether there is something to do keeps no run alive.
    const background = { background: true };
    const begin = () => this.askFrom(0);
    this.poll = engine.registerHandler("karpenter/disruption", begin, background);
    this.again = engine.registerHandler("karpenter/disruption-again", begin);
    const validate = () => this.validate();
    this.validation = engine.registerHandler("karpenter/disruption-validation", validate);
  }

  start(): void {
    this.changes.start();
    const { engine } = this.options;
    engine.scheduleAt(engine.now + POLL_MICROS, Phase.react, this.poll);
  }

  /** The cluster as it is now; null while it is not known well enough to decide. */
  private world(): ClusterDisruption | null {
    if (!this.watch.isSynced) return null;
    const { settings, startTimeMs } = this.options;
    const ground = new SchedulingGround(this.watch.view(), this.watch.requests, settings);
    return new ClusterDisruption(ground, {
      startTimeMs,
      isQueued: (node) => this.queue.has(node),
      managesDeletionCost: settings.podDeletionCostManagement,
    });
  }

  private askFrom(first: number): void {
    const { engine } = this.options;
    const seen = this.world();
    if (seen !== null && first === 0) {
      const staying = seen.nodes.filter(({ isDeleting }) => !isDeleting);
      this.queue.cleanUp(staying.map(({ name }) => name));
    }
    if (seen === null || !this.actFrom(first, seen)) {
      engine.scheduleAt(engine.now + POLL_MICROS, Phase.react, this.poll);
    }
  }

  /** True when a method had a command. */
  private actFrom(first: number, world: ClusterDisruption): boolean {
    const { engine } = this.options;
    for (let at = first; at < this.methods.length; at++) {
      const method = this.methods[at]!;
      const command = this.ask(method, world);
      if (command === null) continue;
      if (method.validate === null) {
        this.begin(command);
      } else {
        this.pending = { method: at, command };
        engine.scheduleAt(engine.now + VALIDATION_MICROS, Phase.react, this.validation);
      }
      return true;
    }
    return false;
  }

  private ask(method: Method, world: ClusterDisruption): Command | null {
    if (method.validate !== null && this.isSettled(method)) return null;
    const round = roundOf(method, world, this.methodEvents());
    if (round === null) return null;
    const { command, isBudgetBound } = method.propose(round);
    if (command === null && !isBudgetBound) {
      this.settled.set(method, { version: this.changes.count, at: this.options.engine.now });
    }
    return command;
  }

  private isSettled(method: Method): boolean {
    const { now } = this.options.engine;
    const last = this.settled.get(method);
    return (
      last !== undefined && last.version === this.changes.count && now - last.at <= STALE_MICROS
    );
  }

  private validate(): void {
    const { method, command } = this.pending!;
    this.pending = null;
    const later = this.world();
    const valid = later && this.methods[method]!.validate!(command, later);
    if (valid === null) this.askFrom(method + 1);
    else this.begin(valid);
  }

  private begin(command: Command): void {
    const { engine } = this.options;
    this.queue.start(command);
    engine.scheduleAt(engine.now + MICROS_PER_SECOND, Phase.react, this.again);
  }

  private methodEvents(): MethodEvents {
    const tell = (kind: string, name: string, reason: string, message: string) =>
      this.events.tell("Normal", reason, { kind, namespace: "", name }, message);
    return {
      unconsolidatable: (node, message) => tell("Node", node, "Unconsolidatable", message),
      blocked: (node, message) => tell("Node", node, "DisruptionBlocked", message),
      budgetBlocked: (pool, why) => {
        const message = `No allowed disruptions for disruption reason ${why} due to blocking budget`;
        tell("NodePool", pool, "DisruptionBlocked", message);
      },
    };
  }
}
