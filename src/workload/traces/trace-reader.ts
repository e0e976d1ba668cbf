import type { TraceIssue, TracePod } from "./trace-pod.js";

/** Where a reader puts what it finds, in the order of the text. */
export interface TraceSink {
  pod(pod: TracePod): void;
  issue(issue: TraceIssue): void;
}

/**
 * Reads a trace's pods from chunks of text, cut anywhere. A row that is broken becomes an issue, and
 * reading goes on behind it.
 */
export interface TraceReader {
  push(chunk: string): void;
  /** Says that the text is complete. */
  end(): void;
}
