import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { RandomStreams } from "../../kernel/random-streams.js";
import type { FigureRequest } from "../../scenario/schema/figures.js";
import { chooseFigures } from "../comparison/choose-metrics.js";
import { type Compared, compareResults, NotComparable } from "../comparison/compare-results.js";
import { comparisonNotes } from "../comparison/comparison-notes.js";
import { type Figure, type FigureInput, NotDrawable } from "../figures/figure.js";
import { makeFigure, USUAL_FIGURES } from "../figures/figure-kinds.js";
import { svgOf, textWidths, vegaSpec } from "../figures/render.js";
import { withQuality } from "../quality/with-quality.js";
import type { RunResult } from "../results/read-results.js";
import { sweepManifests } from "../results/sweep-manifest.js";
import { type Variant, variantsOf } from "../results/variants.js";
import { caveats } from "./caveats.js";
import { commandsFor } from "./commands.js";
import { findings } from "./findings.js";
import { replayOf } from "./replay.js";
import { type Chart, reportPage } from "./report-page.js";

export interface ReportOptions {
  readonly level: number;
  readonly baseline?: string;
}

/** Runs that a page can play. */
const MOST_REPLAYS = 6;
const PRECISION = 0.05;

/** The page about finished runs, whole. Throws {@link NotComparable} for a baseline that there is not. */
export async function makeReport(
  found: readonly RunResult[],
  options: ReportOptions,
): Promise<string> {
  const { level } = options;
  const manifests = sweepManifests(found);
  const [manifest] = manifests;
  const asked = (manifest?.figures ?? []) as unknown as readonly FigureRequest[];
  const named = asked.flatMap(({ metric = [], x = [], y = [] }) => [metric, x, y].flat());
  const runs = await withQuality(found, [...(manifest?.metrics ?? []), ...named]);
  const variants = variantsOf(runs);
  const baseline = options.baseline ?? manifest?.baseline ?? variants[0]!.name;
  const compared = comparison(variants, { ...options, baseline, metrics: manifest?.metrics ?? [] });
  const input: FigureInput = { variants, level, streams: new RandomStreams(1) };
  const figures = drawable(input, asked.length > 0 ? asked : USUAL_FIGURES);
  const played = variants.slice(0, MOST_REPLAYS);
  const more = variants.length - played.length;
  const [first] = runs;
  return reportPage({
    title: manifest?.experiment ?? first!.scenario,
    runs,
    findings: findings(compared.rows, level),
    rows: compared.rows,
    notes:
      compared.rows.length === 0
        ? compared.notes
        : [
            `Compared with ${baseline}, in pairs of one seed.`,
            ...compared.notes,
            ...comparisonNotes(compared.rows, { level }),
          ],
    charts: await drawn(figures),
    replays: played.map(({ runs: bySeed }) => replayOf(bySeed.get(Math.min(...bySeed.keys()))!)),
    caveats: [
      ...caveats(runs),
      ...(more > 0
        ? [`The replay shows the first ${MOST_REPLAYS} variants of ${variants.length}.`]
        : []),
    ],
    commands: commandsFor(runs, manifests),
    vegaScript: vegaScript(),
  });
}

function comparison(
  variants: readonly Variant[],
  options: ReportOptions & { readonly baseline: string; readonly metrics: readonly string[] },
): Compared {
  if (variants.length < 2) return { rows: [], notes: [] };
  const chosen = chooseFigures(options.metrics, variants);
  if ("problem" in chosen) throw new NotComparable(chosen.problem);
  const { baseline, level } = options;
  return compareResults(variants, { baseline, keys: chosen.keys, level, precision: PRECISION });
}

function drawable(input: FigureInput, requests: readonly FigureRequest[]): readonly Figure[] {
  return requests.flatMap((request) => {
    try {
      return [makeFigure(input, request)];
    } catch (error) {
      if (error instanceof NotDrawable) return [];
      throw error;
    }
  });
}

async function drawn(figures: readonly Figure[]): Promise<readonly Chart[]> {
  const widths = textWidths();
  const charts: Chart[] = [];
  for (const figure of figures) {
    const svg = await svgOf(figure, widths);
    charts.push({ figure, svg, spec: vegaSpec(figure, { answers: true }) });
  }
  return charts;
}

/** What vega brings for pages. */
function vegaScript(): string {
  const { resolve } = createRequire(import.meta.url);
  return readFileSync(join(dirname(resolve("vega")), "vega.min.js"), "utf8");
}
