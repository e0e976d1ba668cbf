import { assert } from "../base/assert.js";
import type { TimeMicros } from "../base/time.js";

export interface MeasureWindow {
  readonly fromMicros: TimeMicros;
  /** Null for the end of the run. */
  readonly toMicros: TimeMicros | null;
}

/** Of the time series. Their length grows with the run, so that they are never too many to keep. */
export interface Intervals {
  readonly everyMicros: TimeMicros;
  /** After so many of one length those that follow are twice as long. */
  readonly doubleAfter: number;
}

/** What is to be done as time passes the edges of intervals and of the measure window. */
interface Edges {
  cut(fromMicros: TimeMicros, toMicros: TimeMicros): void;
  openWindow(timeMicros: TimeMicros): void;
  closeWindow(timeMicros: TimeMicros): void;
}

/**
 * Notices, when something happens, which edges lie behind: no event of its own is in the engine's
 * queue. What happens at an edge belongs to the interval that ends there; what happens at either end
 * of the measure window belongs to the window.
 */
export class MeasureClock {
  private nextDue = 0;
  private everyMicros: TimeMicros;
  /** Intervals that were cut at their present length. */
  private cuts = 0;
  private cutMicros: TimeMicros;
  private state: "before" | "open" | "closed" = "before";
  private closedMicros: TimeMicros;

  constructor(
    private readonly startMicros: TimeMicros,
    private readonly intervals: Intervals,
    private readonly window: MeasureWindow,
    private readonly edges: Edges,
  ) {
    assert(intervals.everyMicros > 0, "an interval has no length");
    this.everyMicros = intervals.everyMicros;
    this.cutMicros = startMicros;
    this.closedMicros = startMicros;
    this.schedule();
  }

  /** The part of the run that was measured, once {@link finish} was called. */
  get measured(): { readonly fromMicros: TimeMicros; readonly toMicros: TimeMicros } {
    return { fromMicros: this.fromMicros, toMicros: Math.max(this.fromMicros, this.closedMicros) };
  }

  advanceTo(timeMicros: TimeMicros): void {
    while (this.nextDue < timeMicros) this.passEdge();
  }

  /** Closes what is open at the end of the run. */
  finish(endMicros: TimeMicros): void {
    this.advanceTo(endMicros);
    if (this.state === "before") this.open(endMicros);
    if (this.state === "open") this.close(endMicros);
    if (endMicros > this.cutMicros) this.edges.cut(this.cutMicros, endMicros);
    this.cutMicros = endMicros;
  }

  private get fromMicros(): TimeMicros {
    return Math.max(this.startMicros, this.window.fromMicros);
  }

  private get nextCutMicros(): TimeMicros {
    return this.cutMicros + this.everyMicros;
  }

  /** When the window's next edge is due; times are whole, so one before `from` lets `from` in. */
  private get windowDue(): number {
    if (this.state === "before") return this.fromMicros - 1;
    if (this.state === "open") return this.window.toMicros ?? Number.POSITIVE_INFINITY;
    return Number.POSITIVE_INFINITY;
  }

  private passEdge(): void {
    if (this.nextCutMicros <= this.windowDue) {
      this.edges.cut(this.cutMicros, this.nextCutMicros);
      this.cutMicros = this.nextCutMicros;
      this.cuts += 1;
      if (this.cuts === this.intervals.doubleAfter) {
        this.everyMicros *= 2;
        this.cuts = 0;
      }
    } else if (this.state === "before") {
      this.open(this.fromMicros);
    } else {
      this.close(this.windowDue);
    }
    this.schedule();
  }

  private open(timeMicros: TimeMicros): void {
    this.state = "open";
    this.edges.openWindow(timeMicros);
  }

  private close(timeMicros: TimeMicros): void {
    this.state = "closed";
    this.closedMicros = timeMicros;
    this.edges.closeWindow(timeMicros);
  }

  private schedule(): void {
    this.nextDue = Math.min(this.nextCutMicros, this.windowDue);
  }
}
