import { type AnyVersion, type ObjectVersion, objectKey } from "../../api/object-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { Gauge } from "../gauge.js";
import { GaugeFamily } from "../gauge-family.js";
import {
  type Figures,
  metric,
  metricGroup,
  type OwnLedger,
  type Put,
  type Span,
} from "./metric-group.js";

/** Budgets with rows of their own in the time series: the first met; thousands would swamp it. */
const MAX_BUDGET_SERIES = 200;

const metrics = {
  below_budget_seconds: metric(
    "seconds",
    "both",
    ["budget"],
    "fewer healthy pods than a disruption budget asks for",
  ),
};
type Name = keyof typeof metrics;

/** Which disruption budgets have fewer healthy pods than they ask for, as their controller last said. */
class BudgetLedger implements OwnLedger {
  /** How many budgets it is so of. */
  readonly below: Gauge;
  /** 1 while it is so, by budget as it stands in the files: `budget=shop/web`. */
  readonly belowOf = new GaugeFamily();

  constructor(startMicros: TimeMicros) {
    this.below = new Gauge(startMicros);
  }

  objectChanged(before: AnyVersion | null, after: AnyVersion | null, timeMicros: TimeMicros): void {
    const object = (after ?? before)!;
    if (object.kind !== "PodDisruptionBudget") return;
    const change = isBelow(after) - isBelow(before);
    if (change === 0 && before !== null) return;
    this.below.add(change, timeMicros);
    this.belowOf.add(`budget=${objectKey(object)}`, change, timeMicros);
  }

  openWindow(timeMicros: TimeMicros): void {
    this.below.openWindow(timeMicros);
    this.belowOf.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.below.closeWindow(timeMicros);
    this.belowOf.closeWindow(timeMicros);
  }
}

function isBelow(budget: AnyVersion | null): 0 | 1 {
  const { status } = (budget ?? {}) as Partial<ObjectVersion<"PodDisruptionBudget">>;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy < desiredHealthy ? 1 : 0;
}

export const BUDGET_METRICS = metricGroup({
  metrics,
  ledger: (startMicros) => new BudgetLedger(startMicros),
  summarise,
  cut,
});

function summarise({ own }: Figures<BudgetLedger>, _window: Span, put: Put<Name>): void {
  put("below_budget_seconds", "", own.below.windowIntegral / MICROS_PER_SECOND);
  for (const [labels, gauge] of own.belowOf.parts) {
    put("below_budget_seconds", labels, gauge.windowIntegral / MICROS_PER_SECOND);
  }
}

function cut({ own }: Figures<BudgetLedger>, { toMicros }: Span, put: Put<Name>): void {
  put("below_budget_seconds", "", own.below.cut(toMicros) / MICROS_PER_SECOND);
  let position = 0;
  for (const [labels, gauge] of own.belowOf.parts) {
    if (position === MAX_BUDGET_SERIES) break;
    put("below_budget_seconds", labels, gauge.cut(toMicros) / MICROS_PER_SECOND);
    position += 1;
  }
}
