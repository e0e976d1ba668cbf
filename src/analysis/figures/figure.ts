import type { RandomStreams } from "../../kernel/random-streams.js";
import type { Row } from "../../record/row-sink.js";
import type { FigureRequest } from "../../scenario/schema/figures.js";
import type { Variant } from "../results/variants.js";

/** What cannot be drawn, in words: exit code 2. */
export class NotDrawable extends Error {}

/** The tidy data behind a figure: one observation a row. */
interface TidyData {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** A vega-lite specification, or a part of one. */
export type Spec = Readonly<Record<string, unknown>>;

/** A figure before it is drawn. */
export interface Figure {
  /** Of its files. */
  readonly name: string;
  /** What it shows, in a sentence: for whoever cannot see it. */
  readonly description: string;
  /** Vega-lite, without `data` and `config`. */
  readonly spec: Spec;
  readonly data: TidyData;
  /** What whoever looks at it should know. */
  readonly notes: readonly string[];
}

/** What figures are made from. */
export interface FigureInput {
  /** Those that are asked for, in the order of the results. */
  readonly variants: readonly Variant[];
  /** The one that others are compared with; absent where there is none. */
  readonly baseline?: string;
  /** Of intervals and bands. */
  readonly level: number;
  readonly streams: RandomStreams;
}

/** Makes one kind of figure; throws {@link NotDrawable} where the results do not give it. */
export type FigureMaker = (input: FigureInput, request: FigureRequest) => Figure;

/** The metrics that a request names, or those given in place of none. */
export function metricsOf(request: FigureRequest, usual: readonly string[]): readonly string[] {
  if (request.metric === undefined) return usual;
  return typeof request.metric === "string" ? [request.metric] : request.metric;
}

/** The one metric of a kind that has no panels for several. */
export function metricOfRequest(request: FigureRequest, usual: string): string {
  const metrics = metricsOf(request, [usual]);
  if (metrics.length > 1) {
    throw new NotDrawable(`figures of the kind ${request.kind} show one metric, not a list`);
  }
  return metrics[0]!;
}

/** A name for files of that kind and metric: letters, digits and dashes. */
export function figureName(request: FigureRequest, ...parts: readonly string[]): string {
  return (
    request.name ??
    [request.kind, ...parts]
      .join("-")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/-$/, "")
      .slice(0, 100)
  );
}
