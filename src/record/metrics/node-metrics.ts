import { MICROS_PER_HOUR } from "../../base/time.js";
import { ratio } from "../ratio.js";
import { type Figures, metric, metricGroup, type Put, type Span } from "./metric-group.js";

const metrics = {
  nodes_used_mean_count: metric("count", "summary", [], "nodes with a pod of no DaemonSet"),
  nodes_used_max_count: metric("count", "summary", [], "the most nodes used at a time"),
  nodes_used_count: metric("count", "timeseries", [], "nodes with a pod of no DaemonSet"),
  nodes_ready_mean_count: metric("count", "summary", [], "nodes that are Ready"),
  nodes_ready_count: metric("count", "timeseries", [], "nodes that are Ready"),
  node_hours: metric("hours", "both", ["pool"], "time that nodes existed"),
  cost_dollars: metric("dollars", "both", ["pool"], "price of the node hours"),
};
type Name = keyof typeof metrics;

export const NODE_METRICS = metricGroup({ metrics, summarise, cut });

function summarise({ ledgers: { nodes } }: Figures, { lengthMicros }: Span, put: Put<Name>): void {
  put("nodes_used_mean_count", "", ratio(nodes.used.windowIntegral, lengthMicros));
  put("nodes_used_max_count", "", nodes.used.windowPeak);
  put("nodes_ready_mean_count", "", ratio(nodes.ready.windowIntegral, lengthMicros));
  put("node_hours", "", nodes.existing.windowIntegral / MICROS_PER_HOUR);
  for (const [pool, gauge] of nodes.byPool.parts) {
    put("node_hours", `pool=${pool}`, gauge.windowIntegral / MICROS_PER_HOUR);
  }
  const total = putCosts(
    nodes.costs((gauge) => gauge.windowIntegral),
    put,
  );
  put("cost_dollars", "", total ?? Number.NaN);
}

function cut({ ledgers }: Figures, { toMicros, lengthMicros }: Span, put: Put<Name>): void {
  const { nodes } = ledgers;
  put("nodes_used_count", "", nodes.used.cut(toMicros) / lengthMicros);
  put("nodes_ready_count", "", nodes.ready.cut(toMicros) / lengthMicros);
  put("node_hours", "", nodes.existing.cut(toMicros) / MICROS_PER_HOUR);
  for (const [pool, gauge] of nodes.byPool.parts) {
    put("node_hours", `pool=${pool}`, gauge.cut(toMicros) / MICROS_PER_HOUR);
  }
  const total = putCosts(
    nodes.costs((gauge) => gauge.cut(toMicros)),
    put,
  );
  if (total !== null) put("cost_dollars", "", total);
}

/** The sum over the pools; null where none has a price. */
function putCosts(costs: ReadonlyMap<string, number>, put: Put<Name>): number | null {
  let total = 0;
  for (const [pool, cost] of costs) {
    total += cost;
    put("cost_dollars", `pool=${pool}`, cost);
  }
  return costs.size === 0 ? null : total;
}
