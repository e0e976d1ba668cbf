import { targetText } from "../../api/object-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ApplicationSpec } from "../../record/application.js";
import { ClusterRecorder, NO_WINDOW } from "../../record/cluster-recorder.js";
import type { FigureWatch, MetricWait } from "../../workload/timeline/waits.js";
import { flawOf } from "../expectations.js";
import type { Scenario } from "../schema/scenario.js";
import { priceOf } from "./wire-cluster.js";

/** What a watch needs of a run that is built after it. */
interface Running {
  readonly now: () => TimeMicros;
  /** Has the figures of traffic told up to now. */
  readonly tellTraffic: () => void;
}

/**
 * Measures a run for whoever decides by its figures, with a recorder of its own: the one that observes
 * the run changes nothing of it, and may be absent.
 */
export class RunFigureWatch implements FigureWatch {
  readonly recorder: ClusterRecorder;
  private running: Running | null = null;
  private fromMicros: TimeMicros = 0;

  constructor(scenario: Scenario) {
    const price = (node: Parameters<typeof priceOf>[1]) => priceOf(scenario, node);
    const applications = measuredApplications(scenario);
    const what = { priceOf: price, applications, events: null };
    this.recorder = new ClusterRecorder({ ...NO_WINDOW, ...what });
  }

  /** Once, when the run has been built. */
  follow(running: Running): void {
    this.running = running;
  }

  begin(): void {
    const { now, tellTraffic } = this.running!;
    tellTraffic();
    this.fromMicros = now();
    this.recorder.openWindow(this.fromMicros);
  }

  flaw(wait: MetricWait): string | null {
    const { now, tellTraffic } = this.running!;
    tellTraffic();
    const toMicros = now();
    this.recorder.closeWindow(toMicros);
    const rows = this.recorder.figuresOf({ fromMicros: this.fromMicros, toMicros });
    return flawOf(wait, rows);
  }
}

/** As recorders take them. */
export function measuredApplications({ applications }: Scenario): readonly ApplicationSpec[] {
  return applications.map(({ workloads, ...spec }) => ({
    ...spec,
    workloads: workloads.map(targetText),
  }));
}

/** The watch that a timeline needs; null where it waits for no figure. */
export function figureWatchFor(scenario: Scenario): RunFigureWatch | null {
  const waits = scenario.timeline.some(
    ({ operation }) => operation.type === "waitFor" && "metric" in operation,
  );
  return waits ? new RunFigureWatch(scenario) : null;
}

/** Of a timeline that waits for no figure. */
export const NO_FIGURES: FigureWatch = Object.freeze({ begin() {}, flaw: () => null });
