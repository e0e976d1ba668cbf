import { MICROS_PER_HOUR, MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { NodeLife } from "../node-ledger.js";
import { ratio } from "../ratio.js";
import { type Row, type Table, inBlocks } from "../row-sink.js";
import { secondsText } from "../seconds-text.js";
import type { StepIntegral } from "../step-integral.js";

/** `nodes.csv`: one row a node and life, in the order in which they were added. Means are over the run. */
export function nodesTable(lives: readonly NodeLife[], endMicros: TimeMicros): Table {
  return {
    columns: [
      "name",
      "pool",
      "zone",
      "created_seconds",
      "removed_seconds",
      "cpu_allocatable_cores",
      "memory_allocatable_bytes",
      "pods_allocatable_count",
      "cpu_allocation_mean_ratio",
      "memory_allocation_mean_ratio",
      "pods_mean_count",
      "ready_seconds",
      "cost_dollars",
    ],
    blocks: () => inBlocks(lives.length, (index) => nodeRow(lives[index]!, endMicros)),
  };
}

function nodeRow(life: NodeLife, endMicros: TimeMicros): Row {
  const until = life.removedMicros ?? endMicros;
  const lifeMicros = until - life.addedMicros;
  const integral = (of: StepIntegral) => of.until(until).value();
  const hours = lifeMicros / MICROS_PER_HOUR;
  return [
    life.name,
    life.price?.pool ?? "",
    life.zone,
    secondsText(life.createdMicros),
    secondsText(life.removedMicros),
    life.cpuMillis / 1000,
    life.memoryBytes,
    life.podsCount,
    ratio(integral(life.cpuRequested), integral(life.cpuAllocatable)),
    ratio(integral(life.memoryRequested), integral(life.memoryAllocatable)),
    ratio(integral(life.pods), lifeMicros),
    integral(life.ready) / MICROS_PER_SECOND,
    hours * (life.price?.pricePerHourDollars ?? Number.NaN),
  ];
}
