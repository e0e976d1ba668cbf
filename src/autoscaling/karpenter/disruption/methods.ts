import type { ConsolidationOptions } from "./consolidation.js";
import { Drift } from "./drift.js";
import { Emptiness } from "./emptiness.js";
import type { Method, MethodEvents } from "./method.js";
import { MultiNodeConsolidation } from "./multi-node.js";
import { SingleNodeConsolidation } from "./single-node.js";

/** All methods, in the order in which they are asked. */
export function methodsOf(events: MethodEvents, options: ConsolidationOptions): readonly Method[] {
  return [
    new Emptiness(events),
    new Drift(events),
    new MultiNodeConsolidation(events, options),
    new SingleNodeConsolidation(events, options),
  ];
}
