import type { RandomStreams } from "../../kernel/random-streams.js";
import { IssueList } from "./issue-list.js";
import { PodNames } from "./pod-names.js";
import { NoteCounts, type TraceNote } from "./trace-facts.js";
import { openTraceReader, type TraceFormat } from "./trace-formats.js";
import type { TraceOptions } from "./trace-options.js";
import type { TraceIssue, TracePod } from "./trace-pod.js";
import type { TraceReader } from "./trace-reader.js";
import { ENDLESS, TraceTable } from "./trace-table.js";
import { isSampled } from "./transform/sample.js";

export interface TraceLoaderOptions {
  /** A DNS label that no other trace of the run has: key of the draws, and of names where needed. */
  readonly name: string;
  readonly format: TraceFormat;
  readonly options: TraceOptions;
  readonly streams: RandomStreams;
}

/** A trace as read: what window, sample and fractional GPUs leave of it, on the clock of the run. */
export interface LoadedTrace {
  readonly name: string;
  readonly options: TraceOptions;
  readonly streams: RandomStreams;
  /** In the order of the text. */
  readonly table: TraceTable;
  readonly names: PodNames;
  /** Pods that the text has. */
  readonly podsRead: number;
  readonly leftOut: readonly TraceNote[];
  readonly changed: readonly TraceNote[];
  /** What is wrong in the text: with any issue, the trace is not to be used. */
  readonly issues: readonly TraceIssue[];
}

/** Reads a trace from chunks of text, and keeps what is selected of it. */
export class TraceLoader {
  private readonly reader: TraceReader;
  private readonly issues = new IssueList();
  private readonly table = new TraceTable();
  private readonly names: PodNames;
  private readonly leftOut = new NoteCounts();
  private readonly changed = new NoteCounts();
  private podsRead = 0;

  constructor(private readonly given: TraceLoaderOptions) {
    this.names = new PodNames(given.name);
    this.reader = openTraceReader(given.format, {
      pod: (pod) => this.take(pod),
      issue: (issue) => this.issues.add(issue),
    });
  }

  push(chunk: string): void {
    this.reader.push(chunk);
  }

  end(): LoadedTrace {
    this.reader.end();
    this.names.close();
    const { name, options, streams } = this.given;
    return {
      name,
      options,
      streams,
      table: this.table,
      names: this.names,
      podsRead: this.podsRead,
      leftOut: this.leftOut.list(),
      changed: this.changed.list(),
      issues: this.issues.list(),
    };
  }

  private take(pod: TracePod): void {
    this.podsRead += 1;
    const { options } = this.given;
    const { fromMicros, toMicros } = options.window;
    if (pod.arrivalMicros < fromMicros) {
      const end = pod.arrivalMicros + (pod.lifetimeMicros ?? ENDLESS);
      this.leftOut.add(
        end > fromMicros
          ? "arrived before the window, and were still there when it began"
          : "were gone before the window",
      );
    } else if (toMicros !== null && pod.arrivalMicros >= toMicros) {
      this.leftOut.add("arrived after the window");
    } else if (options.fractionalGpu === "exclude" && pod.gpuMillis % 1000 !== 0) {
      this.leftOut.add("ask for a part of a GPU (fractionalGpu: exclude)");
    } else if (this.isSampled(pod)) {
      this.keep(pod);
    } else {
      this.leftOut.add("are not in the sample");
    }
  }

  private isSampled(pod: TracePod): boolean {
    const { name, streams, options } = this.given;
    return isSampled(streams, name, { ordinal: pod.ordinal, share: options.sample });
  }

  private keep(pod: TracePod): void {
    const gpus = Math.ceil(pod.gpuMillis / 1000);
    if (gpus * 1000 !== pod.gpuMillis)
      this.changed.add("ask for a part of a GPU and get whole ones");
    if (pod.name !== "" && !this.names.add(pod.ordinal, pod.namespace, pod.name)) {
      this.changed.add(
        "have a name that Kubernetes does not take, or that another has, and get one",
      );
    }
    this.table.add({
      ordinal: pod.ordinal,
      clone: 0,
      arrivalMicros: this.onRunClock(pod.arrivalMicros),
      lifetimeMicros: this.lifetimeOf(pod),
      shape: this.table.shapes.intern({
        namespace: pod.namespace,
        cpuMillis: pod.cpuMillis,
        memoryBytes: pod.memoryBytes,
        gpus,
        gpuModels: pod.gpuModels,
        priority: pod.priority,
        labels: pod.labels,
      }),
    });
  }

  private onRunClock(traceMicros: number): number {
    const { window, timeScale } = this.given.options;
    return Math.round((traceMicros - window.fromMicros) / timeScale);
  }

  private lifetimeOf(pod: TracePod): number {
    const { lifetime } = this.given.options;
    if (lifetime === "none") return ENDLESS;
    if (pod.lifetimeMicros === null) {
      this.changed.add("have no end in the trace, and never end");
      return ENDLESS;
    }
    if (lifetime === "duration") return pod.lifetimeMicros;
    const end = this.onRunClock(pod.arrivalMicros + pod.lifetimeMicros);
    return end - this.onRunClock(pod.arrivalMicros);
  }
}
