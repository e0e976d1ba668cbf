import type { TimeMicros } from "../../base/time.js";
import { EvictionLimiter } from "./eviction-limiter.js";
import { TaintingQueue } from "./tainting-queue.js";
import {
  type EvictionRates,
  evictionRate,
  type ZoneState,
  type ZoneTally,
  zoneState,
} from "./zone-state.js";

export interface ZonesOptions extends EvictionRates {
  readonly unhealthyZoneThreshold: number;
}

/** What a zone's evictions go by. */
export interface ZoneEvictions {
  readonly queue: TaintingQueue;
  readonly limiter: EvictionLimiter;
}

/** How a look at all zones ended: all are down now, one is up again after all were down, or neither. */
export type Disruption = "entered" | "left" | "none";

/**
 * The states of the zones, and the rates at which their nodes are tainted.
 * Source: upstream's `nodelifecycle` (handleDisruption); Kubernetes, "Nodes: Rate limits on eviction".
 */
export class Zones {
  private readonly states = new Map<string, ZoneState>();
  private readonly evictions = new Map<string, ZoneEvictions>();

  constructor(private readonly options: ZonesOptions) {}

  stateOf(zone: string): ZoneState | undefined {
    return this.states.get(zone);
  }

  /** The evictions of a zone; one that is seen for the first time begins with a full token. */
  of(zone: string): ZoneEvictions {
    let known = this.evictions.get(zone);
    if (known === undefined || !this.states.has(zone)) {
      const limiter = new EvictionLimiter(this.options.nodeEvictionRate);
      known = { queue: new TaintingQueue(), limiter };
      this.evictions.set(zone, known);
      this.states.set(zone, "Initial");
    }
    return known;
  }

  /** All zones' evictions, in the order in which the zones were first seen. */
  all(): Iterable<readonly [string, ZoneEvictions]> {
    return this.evictions;
  }

  /** Takes the zones as they are, as a controller that has been running for long knows them. */
  begin(tallies: ReadonlyMap<string, ZoneTally>): void {
    const found = this.statesOf(tallies);
    const allDown = areAllDown(found.values());
    for (const [zone, state] of found) {
      const nodes = nodesOf(tallies.get(zone));
      this.of(zone).limiter.changeRate(evictionRate({ state, nodes }, this.options, allDown), 0);
      this.states.set(zone, state);
    }
  }

  /** Looks at all zones that have nodes, and sets the rates of those whose state has changed. */
  handleDisruption(tallies: ReadonlyMap<string, ZoneTally>, nowMicros: TimeMicros): Disruption {
    const found = this.statesOf(tallies);
    for (const zone of found.keys()) this.of(zone);
    for (const zone of [...this.states.keys()]) if (!found.has(zone)) this.states.delete(zone);
    const allDown = areAllDown(found.values());
    const allWereDown = areAllDown(this.states.values());
    if (allDown && allWereDown) return "none";
    const turned = allDown || allWereDown;
    for (const [zone, state] of found) {
      if (!turned && this.states.get(zone) === state) continue;
      const nodes = nodesOf(tallies.get(zone));
      const rate = evictionRate({ state, nodes }, this.options, allDown);
      this.of(zone).limiter.changeRate(rate, nowMicros);
      this.states.set(zone, state);
    }
    if (allDown) return "entered";
    return allWereDown ? "left" : "none";
  }

  private statesOf(tallies: ReadonlyMap<string, ZoneTally>): ReadonlyMap<string, ZoneState> {
    const { unhealthyZoneThreshold } = this.options;
    const states = new Map<string, ZoneState>();
    for (const [zone, tally] of tallies) {
      if (nodesOf(tally) > 0) states.set(zone, zoneState(tally, unhealthyZoneThreshold));
    }
    return states;
  }
}

function nodesOf(tally: ZoneTally | undefined): number {
  return (tally?.ready ?? 0) + (tally?.notReady ?? 0);
}

function areAllDown(states: Iterable<ZoneState>): boolean {
  for (const state of states) if (state !== "FullDisruption") return false;
  return true;
}
