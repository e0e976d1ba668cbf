import { join } from "node:path";
import process from "node:process";
import { type Figure, type FigureInput, NotDrawable } from "../analysis/figures/figure.js";
import { makeFigure, USUAL_FIGURES } from "../analysis/figures/figure-kinds.js";
import {
  dataText,
  type PictureFormat,
  pdfOf,
  pngOf,
  specText,
  svgOf,
  textWidths,
} from "../analysis/figures/render.js";
import { qualityOf } from "../analysis/quality/with-quality.js";
import { readResults } from "../analysis/results/read-results.js";
import { UnreadableTable } from "../analysis/results/run-tables.js";
import { sweepManifests } from "../analysis/results/sweep-manifest.js";
import { variantsOf } from "../analysis/results/variants.js";
import { printable } from "../base/printable.js";
import { RandomStreams } from "../kernel/random-streams.js";
import { reasonOf } from "../scenario/load/read-text.js";
import { type FigureKind, type FigureRequest, figureRequest } from "../scenario/schema/figures.js";
import { ExitCode } from "./exit-code.js";
import { processOwner } from "./process-owner.js";
import { refuse } from "./refuse.js";
import { tell } from "./standard-streams.js";
import { writeWholeFile } from "./written-file.js";

export interface PlotOptions {
  readonly kind?: FigureKind;
  readonly metric: readonly string[];
  readonly x?: string;
  readonly y?: string;
  readonly panel?: string;
  readonly resource?: "cpu" | "memory";
  readonly variant: readonly string[];
  readonly seed?: number;
  readonly title?: string;
  readonly level: number;
  readonly out: string;
  readonly format: readonly PictureFormat[];
}

/** A figure that nobody asked for is left out where the results do not give it. */
interface Asked {
  readonly requests: readonly FigureRequest[];
  readonly isAsked: boolean;
}

/** `seatrial plot`: figures of finished runs, with the data and the specification beside each. */
export async function plotCommand(
  paths: readonly string[],
  options: PlotOptions,
): Promise<ExitCode> {
  const read = readResults(paths, processOwner());
  if ("issues" in read) return refuse(read.issues);
  const [manifest] = sweepManifests(read.runs);
  const asked = requestsOf(options, manifest?.figures ?? []);
  if ("problem" in asked) {
    tell(asked.problem);
    return ExitCode.wrongInput;
  }
  const place = placeOf(options, asked.requests.length);
  if ("problem" in place) {
    tell(place.problem);
    return ExitCode.wrongInput;
  }
  const runs = await qualityOf(
    read.runs,
    asked.requests.flatMap(({ metric = [], x = [], y = [] }) => [metric, x, y].flat()),
  );
  if ("problem" in runs) {
    tell(runs.problem);
    return ExitCode.wrongInput;
  }
  const input: FigureInput = {
    variants: variantsOf(runs),
    level: options.level,
    streams: new RandomStreams(1),
    ...(manifest?.baseline == null ? {} : { baseline: manifest.baseline }),
  };
  const figures = drawable(input, asked);
  if ("problem" in figures) {
    tell(figures.problem);
    return ExitCode.wrongInput;
  }
  const widths = textWidths();
  for (const figure of figures) {
    const { base, formats } = place.of(figure);
    const files = await filesOf(figure, base, formats, widths);
    try {
      for (const [path, content] of files) writeWholeFile(path, content);
    } catch (error) {
      tell(`${base}: cannot be written: ${reasonOf(error)}`);
      return ExitCode.cannotWrite;
    }
    for (const [path] of files) process.stdout.write(`${printable(path)}\n`);
    for (const note of figure.notes) tell(`${figure.name}: ${note}`);
  }
  return ExitCode.good;
}

/** The figure of the options; else those of the experiment; else the usual ones. */
function requestsOf(
  options: PlotOptions,
  ofExperiment: readonly unknown[],
): Asked | { readonly problem: string } {
  const { kind, metric, variant } = options;
  const given = {
    ...(metric.length === 0 ? {} : { metric: metric.length === 1 ? metric[0] : metric }),
    ...(options.x === undefined ? {} : { x: options.x }),
    ...(options.y === undefined ? {} : { y: options.y }),
    ...(options.panel === undefined ? {} : { panel: options.panel }),
    ...(options.resource === undefined ? {} : { resource: options.resource }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.title === undefined ? {} : { title: options.title }),
    ...(variant.length === 0 ? {} : { variants: variant }),
  };
  if (kind !== undefined) return parsed([{ kind, ...given }], "the options", true);
  const [key] = Object.keys(given);
  if (key !== undefined && key !== "variants") {
    return { problem: `--${key} says what a figure shows: it needs --kind` };
  }
  const narrowed = (requests: readonly unknown[]) =>
    requests.map((request) => ({ ...(request as object), ...given }));
  return ofExperiment.length > 0
    ? parsed(narrowed(ofExperiment), "the experiment's figures", true)
    : parsed(narrowed(USUAL_FIGURES), "the usual figures", false);
}

function parsed(
  requests: readonly unknown[],
  where: string,
  isAsked: boolean,
): Asked | { readonly problem: string } {
  const found: FigureRequest[] = [];
  for (const [i, request] of requests.entries()) {
    const { data, error } = figureRequest.safeParse(request);
    if (data === undefined) {
      const [issue] = error.issues;
      const at = [i, ...(issue?.path ?? [])].join(".");
      return { problem: `${where}, ${at}: ${issue?.message ?? "cannot be read"}` };
    }
    found.push(data);
  }
  return { requests: found, isAsked };
}

function drawable(input: FigureInput, { requests, isAsked }: Asked) {
  const figures: Figure[] = [];
  for (const request of requests) {
    try {
      figures.push(makeFigure(input, request));
    } catch (error) {
      if (error instanceof UnreadableTable) return { problem: error.message };
      if (!(error instanceof NotDrawable)) throw error;
      if (isAsked) return { problem: error.message };
      tell(`left out: ${request.name ?? request.kind}: ${error.message}`);
    }
  }
  const twice = figures.find(({ name }, i) => figures.findIndex((one) => one.name === name) !== i);
  if (twice !== undefined) {
    return { problem: `two figures are called ${twice.name}: give one of them another name` };
  }
  return figures;
}

const PICTURE = /\.(svg|png|pdf)$/i;

/** `--out` is a picture's file, or a folder. */
function placeOf({ out, format }: PlotOptions, count: number) {
  const [, end] = PICTURE.exec(out) ?? [];
  if (end === undefined) {
    const formats: readonly PictureFormat[] = format.length === 0 ? ["svg"] : format;
    return { of: ({ name }: Figure) => ({ base: join(out, name), formats }) };
  }
  if (count !== 1) {
    return { problem: `--out ${out} is one file, for ${count} figures: name a folder, or --kind` };
  }
  const formats = [...new Set([end.toLowerCase() as PictureFormat, ...format])];
  return { of: () => ({ base: out.slice(0, -end.length - 1), formats }) };
}

async function filesOf(
  figure: Figure,
  base: string,
  formats: readonly PictureFormat[],
  widths: ReturnType<typeof textWidths>,
): Promise<readonly (readonly [string, string | Uint8Array])[]> {
  const svg = await svgOf(figure, widths);
  const pictures = await Promise.all(
    formats.map(async (format) => {
      const content = format === "svg" ? svg : format === "png" ? pngOf(svg) : await pdfOf(svg);
      return [`${base}.${format}`, content] as const;
    }),
  );
  const dataFile = `${base.slice(base.lastIndexOf("/") + 1)}.csv`;
  return [
    ...pictures,
    [`${base}.csv`, dataText(figure)],
    [`${base}.vl.json`, specText(figure, dataFile)],
  ];
}
