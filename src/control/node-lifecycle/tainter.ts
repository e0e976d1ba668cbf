import type { ObjectVersion } from "../../api/object-version.js";
import { MICROS_PER_MILLI, type TimeMicros } from "../../base/time.js";
import type { EventId, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import { NOT_READY, UNREACHABLE } from "./condition-taints.js";
import { EvictionTaints, type EvictionTaint } from "./eviction-taints.js";
import type { NodeWriterOptions } from "./node-upkeep.js";
import { readyStatus } from "./ready-status.js";
import type { ZoneEvictions, Zones } from "./zones.js";

export interface TainterOptions extends NodeWriterOptions {
  readonly zones: Zones;
  readonly zoneOf: (node: ObjectVersion<"Node">) => string;
  /** The known node of that name. */
  readonly find: (name: string) => ObjectVersion<"Node"> | undefined;
}

/** Upstream's NodeEvictionPeriod. */
const PERIOD_MICROS = 100 * MICROS_PER_MILLI;

/**
 * Gives nodes that are not ready their NoExecute taints, zone by zone and no faster than each zone's
 * rate. It looks every 100 ms as upstream does; looks at which nothing could happen are not
 * simulated. Source: upstream's `nodelifecycle` (doNoExecuteTaintingPass).
 */
export class Tainter {
  private readonly taints: EvictionTaints;
  private readonly look: HandlerId;
  private readonly phaseMicros: TimeMicros;
  /** Rows of nodes whose turn it was. */
  private readonly inTurn = new Set<number>();
  private event: EventId = 0;
  private eventAt: TimeMicros = 0;

  constructor(private readonly options: TainterOptions) {
    const { engine } = options;
    this.taints = new EvictionTaints({ ...options, written: (node) => this.written(node) });
    this.look = engine.registerHandler("control/node-lifecycle/taint", () => {
      this.event = 0;
      for (const [, evictions] of options.zones.all()) this.tryZone(evictions);
      this.arm();
    });
    const phase = engine.streams.draw("control/node-lifecycle/tainting-phase", 0);
    this.phaseMicros = Math.floor(phase * PERIOD_MICROS);
  }

  /** A node is not ready: it is tainted at once if it bears the other taint, else in its turn. */
  notReady(node: ObjectVersion<"Node">, bears: (key: string) => boolean): void {
    const wanted = taintOf(node);
    if (wanted === null) return;
    const { queue } = this.options.zones.of(this.options.zoneOf(node));
    if (bears(wanted === NOT_READY ? UNREACHABLE : NOT_READY)) {
      this.taints.set(node, wanted);
      return;
    }
    // Whoever waits keeps its place.
    const waits = queue.isWaiting(node.name) || this.taints.isChanging(node.row);
    if (!bears(wanted) && !waits) queue.remove(node.name);
    queue.add(node.name);
    this.arm();
  }

  /** A node is to bear neither taint, and waits for none. */
  reachable(node: ObjectVersion<"Node">, isTainted: boolean): void {
    this.options.zones.of(this.options.zoneOf(node)).queue.remove(node.name);
    if (isTainted) this.taints.set(node, null);
  }

  /** A node bears its taint already. */
  wasTainted(node: ObjectVersion<"Node">): void {
    if (taintOf(node) === null) return;
    const { queue } = this.options.zones.of(this.options.zoneOf(node));
    queue.add(node.name);
    queue.take(node.name);
  }

  forget(row: number): void {
    this.taints.forget(row);
    this.inTurn.delete(row);
  }

  /** Has the next look take place when a zone's rate allows one. */
  arm(): void {
    const { engine, zones } = this.options;
    let at = Number.POSITIVE_INFINITY;
    for (const [, { queue, limiter }] of zones.all()) {
      if (queue.head !== undefined) at = Math.min(at, limiter.nextAcceptMicros);
    }
    if (at === Number.POSITIVE_INFINITY) {
      if (this.event !== 0) engine.cancel(this.event);
      this.event = 0;
      return;
    }
    const looks = Math.ceil((Math.max(at, engine.now) - this.phaseMicros) / PERIOD_MICROS);
    const when = Math.max(engine.now, this.phaseMicros + looks * PERIOD_MICROS);
    if (this.event !== 0) {
      if (this.eventAt === when) return;
      engine.cancel(this.event);
    }
    this.event = engine.scheduleAt(when, Phase.react, this.look);
    this.eventAt = when;
  }

  private tryZone({ queue, limiter }: ZoneEvictions): void {
    const { find, engine } = this.options;
    for (let name = queue.head; name !== undefined; name = queue.head) {
      if (!limiter.tryAccept(engine.now)) return;
      queue.take(name);
      const node = find(name);
      const wanted = node === undefined ? null : taintOf(node);
      if (node === undefined || wanted === null) continue;
      this.inTurn.add(node.row);
      this.taints.set(node, wanted);
    }
  }

  private written(node: ObjectVersion<"Node">): void {
    if (!this.inTurn.delete(node.row)) return;
    // A rate above that of the looks lets the next one pass within the same look.
    this.tryZone(this.options.zones.of(this.options.zoneOf(node)));
    this.arm();
  }
}

/** The taint that a node's Ready condition stands for; null of one that is ready, or never reported. */
function taintOf(node: ObjectVersion<"Node">): EvictionTaint {
  const status = readyStatus(node);
  if (status === "False") return NOT_READY;
  return status === "Unknown" ? UNREACHABLE : null;
}
