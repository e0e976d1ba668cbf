import { objectKey } from "../../api/object-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { ObjectReference } from "../cluster-observer.js";
import { CounterFamily } from "../counter-family.js";
import type { Gauge } from "../gauge.js";
import { GaugeFamily } from "../gauge-family.js";
import {
  cutFamily,
  type Figures,
  metric,
  metricGroup,
  type OwnLedger,
  type Put,
  putFamily,
  type Span,
} from "./metric-group.js";

const metrics = {
  leaderless_seconds: metric(
    "seconds",
    "both",
    ["lease"],
    "time in which nobody led of those that elect a leader by a Lease, from the first of them on",
  ),
  leader_changes_count: metric("count", "both", ["lease"], "leaders that came after another one"),
};
type Name = keyof typeof metrics;

/** Who leads, by Lease: `shop/controller`. */
class LeaderLedger implements OwnLedger {
  /** 1 while nobody does. */
  readonly leaderless = new GaugeFamily();
  readonly changes = new CounterFamily();
  private readonly had = new Set<string>();

  leadership(lease: ObjectReference, isHeld: boolean, timeMicros: TimeMicros): void {
    const name = objectKey(lease);
    this.leaderless.add(name, isHeld ? -1 : 1, timeMicros);
    if (!isHeld) return;
    if (this.had.has(name)) this.changes.add(name, 1);
    this.had.add(name);
  }

  openWindow(timeMicros: TimeMicros): void {
    this.leaderless.openWindow(timeMicros);
    this.changes.openWindow();
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.leaderless.closeWindow(timeMicros);
    this.changes.closeWindow();
  }
}

export const LEADER_METRICS = metricGroup({
  metrics,
  ledger: () => new LeaderLedger(),
  summarise,
  cut,
});

function summarise({ own }: Figures<LeaderLedger>, _window: Span, put: Put<Name>): void {
  if (own.leaderless.parts.size === 0) return;
  putLeaderless(own, put, (gauge) => gauge.windowIntegral);
  putFamily(put, "leader_changes_count", "lease", own.changes);
}

function cut({ own }: Figures<LeaderLedger>, { toMicros }: Span, put: Put<Name>): void {
  if (own.leaderless.parts.size === 0) return;
  putLeaderless(own, put, (gauge) => gauge.cut(toMicros));
  cutFamily(put, "leader_changes_count", "lease", own.changes);
}

function putLeaderless(
  own: LeaderLedger,
  put: Put<Name>,
  microsOf: (gauge: Gauge) => number,
): void {
  let seconds = 0;
  for (const [name, gauge] of own.leaderless.parts) {
    const part = microsOf(gauge) / MICROS_PER_SECOND;
    put("leaderless_seconds", `lease=${name}`, part);
    seconds += part;
  }
  put("leaderless_seconds", "", seconds);
}
