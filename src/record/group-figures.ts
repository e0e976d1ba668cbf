import type { TimeMicros } from "../base/time.js";
import type { Ledgers } from "./ledgers.js";
import type { Figures, MetricGroup, OwnLedger } from "./metrics/metric-group.js";
import { METRIC_GROUPS } from "./metrics/registry.js";

/** A group of metrics in one run, with what its figures are read from. */
export interface GroupFigures {
  readonly group: MetricGroup;
  readonly figures: Figures;
}

/** Of a group that has no ledger of its own. */
const NONE: OwnLedger = { openWindow: () => {}, closeWindow: () => {} };

/** Every group of metrics, in the order of the registry, with the ledgers of a run that begins. */
export function groupFigures(ledgers: Ledgers, startMicros: TimeMicros): readonly GroupFigures[] {
  return METRIC_GROUPS.map((group) => ({
    group,
    figures: { ledgers, own: group.ledger?.(startMicros) ?? NONE },
  }));
}
