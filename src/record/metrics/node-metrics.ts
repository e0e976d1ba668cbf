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
  let cost = 0;
  for (const [pool, gauge] of nodes.byPool.parts) {
    const hours = gauge.windowIntegral / MICROS_PER_HOUR;
    put("node_hours", `pool=${pool}`, hours);
    const price = nodes.priceOfPool.get(pool);
    if (price === undefined) continue;
    cost += hours * price;
    put("cost_dollars", `pool=${pool}`, hours * price);
  }
  put("cost_dollars", "", nodes.priceOfPool.size > 0 ? cost : Number.NaN);
}

function cut({ ledgers }: Figures, { toMicros, lengthMicros }: Span, put: Put<Name>): void {
  const { nodes } = ledgers;
  put("nodes_used_count", "", nodes.used.cut(toMicros) / lengthMicros);
  put("nodes_ready_count", "", nodes.ready.cut(toMicros) / lengthMicros);
  put("node_hours", "", nodes.existing.cut(toMicros) / MICROS_PER_HOUR);
  let cost = 0;
  for (const [pool, gauge] of nodes.byPool.parts) {
    const hours = gauge.cut(toMicros) / MICROS_PER_HOUR;
    put("node_hours", `pool=${pool}`, hours);
    const price = nodes.priceOfPool.get(pool);
    if (price === undefined) continue;
    cost += hours * price;
    put("cost_dollars", `pool=${pool}`, hours * price);
  }
  if (nodes.priceOfPool.size > 0) put("cost_dollars", "", cost);
}
