import type { TimeMicros } from "../base/time.js";
import type { EventTally, TimelineStep } from "./event-log.js";
import type { GroupFigures } from "./group-figures.js";
import type { Ledgers } from "./ledgers.js";
import type { IntervalSeries } from "./interval-series.js";
import { type RefusalTally, tallyRefusals } from "./refusals.js";
import type { Table } from "./row-sink.js";
import { type SummaryRow, summarise } from "./summary.js";
import { type UnfinishedRollout, unfinishedRollouts } from "./unfinished-rollouts.js";
import { nodesTable } from "./tables/nodes-table.js";
import { podsTable } from "./tables/pods-table.js";
import { summaryTable } from "./tables/summary-table.js";
import { timeseriesTable } from "./tables/timeseries-table.js";

interface Recorded {
  readonly ledgers: Ledgers;
  readonly groups: readonly GroupFigures[];
  readonly series: IntervalSeries;
  readonly measured: { readonly fromMicros: TimeMicros; readonly toMicros: TimeMicros };
  readonly endMicros: TimeMicros;
  readonly events: readonly EventTally[];
  readonly steps: readonly TimelineStep[];
  readonly stepsCount: number;
}

/** What a finished run amounts to: the rows of its files, and what the terminal's table is made of. */
export class RunFigures {
  readonly summary: readonly SummaryRow[];
  /** Kubernetes Events and timeline steps by reason, in the order in which they were first seen. */
  readonly events: readonly EventTally[];
  /** The timeline's steps; of a long timeline, the first hundred of those done and of the others. */
  readonly steps: readonly TimelineStep[];
  /** All of them. */
  readonly stepsCount: number;
  /** Rollouts that had not ended when the run did. */
  readonly unfinishedRollouts: readonly UnfinishedRollout[];
  /** Why pods were refused, over the last refusal of each pod; the most frequent first. */
  readonly refusals: readonly RefusalTally[];
  readonly endMicros: TimeMicros;

  constructor(private readonly recorded: Recorded) {
    this.summary = summarise(recorded.groups, recorded.measured);
    this.events = recorded.events;
    this.steps = recorded.steps;
    this.stepsCount = recorded.stepsCount;
    this.unfinishedRollouts = unfinishedRollouts(recorded.ledgers.workloads);
    this.refusals = tallyRefusals(recorded.ledgers.pods.records);
    this.endMicros = recorded.endMicros;
  }

  /** Every pod that there was, in the order in which they were first seen. */
  *pods() {
    const { records } = this.recorded.ledgers.pods;
    for (let record = 0; record < records.count; record += 1) {
      yield {
        ...records.describe(record),
        createdMicros: records.created.get(record),
        boundMicros: records.bound.get(record),
        startedMicros: records.started.get(record),
        finishedMicros: records.finished.get(record),
      };
    }
  }

  /** `summary.csv` */
  summaryTable(): Table {
    return summaryTable(this.summary);
  }

  /** `timeseries.csv` */
  timeseriesTable(): Table {
    return timeseriesTable(this.recorded.series);
  }

  /** `pods.csv` */
  podsTable(): Table {
    return podsTable(this.recorded.ledgers.pods.records);
  }

  /** `nodes.csv` */
  nodesTable(): Table {
    return nodesTable(this.recorded.ledgers.nodes.lives, this.recorded.endMicros);
  }
}
