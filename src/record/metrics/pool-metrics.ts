import type { AnyVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_HOUR, type TimeMicros } from "../../base/time.js";
import { CounterFamily } from "../counter-family.js";
import { GaugeFamily } from "../gauge-family.js";
import { ratio } from "../ratio.js";
import {
  type Figures,
  metric,
  metricGroup,
  type OwnLedger,
  type Put,
  putFamily,
  type Span,
} from "./metric-group.js";

const metrics = {
  nodes_added_count: metric("count", "summary", ["pool"], "nodes that came after the start"),
  nodes_removed_count: metric("count", "summary", ["pool"], "nodes that went"),
  pool_allocation_mean_ratio: metric(
    "ratio",
    "summary",
    ["pool", "resource"],
    "requested by pods on the pool's nodes over what these offer",
  ),
  waited_for_nodes_count: metric(
    "count",
    "summary",
    ["pool"],
    "times that an autoscaler asked for nodes because of a pod",
  ),
  waiting_for_nodes_hours: metric(
    "hours",
    "summary",
    ["pool"],
    "time of such pods from then until they are bound, or gone",
  ),
};
type Name = keyof typeof metrics;

/** Pods that nodes were asked for, until they have one. */
class WaitLedger implements OwnLedger {
  readonly asked = new CounterFamily();
  readonly waiting = new GaugeFamily();
  /** The pool that was asked last, by uid of the pod. */
  private readonly poolOf = new Map<string, string>();

  nodesAskedFor(pool: string, pods: readonly PodVersion[], timeMicros: TimeMicros): void {
    for (const { uid } of pods) {
      this.asked.add(pool, 1);
      this.end(uid, timeMicros);
      this.poolOf.set(uid, pool);
      this.waiting.add(pool, 1, timeMicros);
    }
  }

  objectChanged(before: AnyVersion | null, after: AnyVersion | null, timeMicros: TimeMicros): void {
    if (this.poolOf.size === 0) return;
    const { kind, uid } = (after ?? before)!;
    if (kind !== "Pod" || !this.poolOf.has(uid)) return;
    if (after === null || (after as PodVersion).nodeName !== "") this.end(uid, timeMicros);
  }

  private end(uid: string, timeMicros: TimeMicros): void {
    const pool = this.poolOf.get(uid);
    if (pool === undefined) return;
    this.poolOf.delete(uid);
    this.waiting.add(pool, -1, timeMicros);
  }

  openWindow(timeMicros: TimeMicros): void {
    this.asked.openWindow();
    this.waiting.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.asked.closeWindow();
    this.waiting.closeWindow(timeMicros);
  }
}

export const POOL_METRICS = metricGroup({ metrics, ledger: () => new WaitLedger(), summarise });

/** Only where the number of nodes changes, or somebody asks for nodes. */
function summarise({ ledgers, own }: Figures<WaitLedger>, _window: Span, put: Put<Name>): void {
  const { nodes } = ledgers;
  if (own.asked.parts.size > 0) {
    putFamily(put, "waited_for_nodes_count", "pool", own.asked);
    let hours = 0;
    for (const [pool, gauge] of own.waiting.parts) {
      const part = gauge.windowIntegral / MICROS_PER_HOUR;
      put("waiting_for_nodes_hours", `pool=${pool}`, part);
      hours += part;
    }
    put("waiting_for_nodes_hours", "", hours);
  }
  if (nodes.joined.parts.size + nodes.left.parts.size === 0) return;
  const none = { windowCount: 0 };
  put("nodes_added_count", "", nodes.joined.total.windowCount);
  put("nodes_removed_count", "", nodes.left.total.windowCount);
  for (const pool of nodes.byPool.parts.keys()) {
    const { windowCount: added } = nodes.joined.parts.get(pool) ?? none;
    const { windowCount: removed } = nodes.left.parts.get(pool) ?? none;
    put("nodes_added_count", `pool=${pool}`, added);
    put("nodes_removed_count", `pool=${pool}`, removed);
  }
  for (const [labels, { requested, allocatable }] of nodes.allocation.window) {
    put("pool_allocation_mean_ratio", labels, ratio(requested, allocatable));
  }
}
