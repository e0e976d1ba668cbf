import { type ColumnMapping, CsvPodReader } from "./csv/csv-pods.js";
import { OpenbPodReader } from "./openb/openb-pods.js";
import type { TraceReader, TraceSink } from "./trace-reader.js";

/** A format and what its reader has to be told. */
export type TraceFormat =
  | { readonly format: "openb" }
  | { readonly format: "csv"; readonly columns: ColumnMapping };

type Readers = {
  readonly [F in TraceFormat["format"]]: (
    format: Extract<TraceFormat, { format: F }>,
    sink: TraceSink,
  ) => TraceReader;
};

/** Every trace format that is read. */
const READERS: Readers = {
  openb: (_, sink) => new OpenbPodReader(sink),
  csv: (format, sink) => new CsvPodReader(format.columns, sink),
};

/** A reader of that format's text. */
export function openTraceReader(format: TraceFormat, sink: TraceSink): TraceReader {
  const open = READERS[format.format] as (format: TraceFormat, sink: TraceSink) => TraceReader;
  return open(format, sink);
}
