import type { ComparedRow } from "../comparison/compare-results.js";
import type { Figure } from "../figures/figure.js";
import type { RunResult } from "../results/read-results.js";
import { changeCell, intervalCell, numberCell, pCell, signedCell } from "../tables/figure-cell.js";
import type { Finding } from "./findings.js";
import { Html, html, jsonScript } from "./html.js";
import type { Replay } from "./replay.js";
import { SCRIPT } from "./script.js";
import { type Column, sortableTable } from "./sortable-table.js";
import { STYLE } from "./style.js";

export interface Chart {
  readonly figure: Figure;
  /** As it looks where scripts do not run. */
  readonly svg: string;
  /** Of vega, with its data. */
  readonly spec: unknown;
}

export interface Report {
  readonly title: string;
  readonly runs: readonly RunResult[];
  readonly findings: readonly Finding[];
  readonly rows: readonly ComparedRow[];
  /** Of the comparison, in sentences. */
  readonly notes: readonly string[];
  readonly charts: readonly Chart[];
  readonly replays: readonly Replay[];
  readonly caveats: readonly string[];
  readonly commands: readonly string[];
  /** The runtime of vega, as a script. */
  readonly vegaScript: string;
}

/** One page that needs no other file and no network. The same bytes for the same results. */
export function reportPage(report: Report): string {
  const { title, runs, charts, replays } = report;
  const policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'; img-src data:";
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="faint">${overview(runs)}</p>
${findingsSection(report)}
${caveatsSection(report.caveats)}
${chartsSection(charts)}
${replaySection(replays)}
${comparisonSection(report)}
${runsSection(runs)}
<h2>Make it again</h2>
<pre>${report.commands.map((command) => html`${command}\n`)}</pre>
</main>
${jsonScript(
  "charts",
  charts.map(({ spec }) => spec),
)}
${jsonScript("replays", replays)}
<script>${inScript(report.vegaScript)}</script>
<script>${inScript(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

/** Our own script text, in which nothing ends the element. */
function inScript(text: string): Html {
  return new Html(text.replaceAll(/<\/(script)/gi, "<\\/$1"));
}

function overview(runs: readonly RunResult[]): string {
  const unique = (of: (run: RunResult) => string | number) => [...new Set(runs.map(of))];
  const seeds = unique(({ seed }) => seed).length;
  const variants = unique(({ scenario, variant }) => `${scenario} ${variant}`).length;
  const kubernetes = unique(({ record }) => String(record.kubernetesVersion)).join(", ");
  return [
    `${runs.length} ${runs.length === 1 ? "run" : "runs"}: ${unique(({ scenario }) => scenario).join(", ")}`,
    `${variants} ${variants === 1 ? "variant" : "variants"}, ${seeds} ${seeds === 1 ? "seed" : "seeds"}`,
    `Kubernetes ${kubernetes}`,
    `seatrial ${unique(({ version }) => version).join(", ")}`,
  ].join(" · ");
}

const VERDICTS = { found: "Found", exact: "Exact", open: "Open", same: "Same" } as const;

function findingsSection({ findings, notes }: Report): Html {
  if (findings.length === 0) return new Html("");
  const items = findings.map(
    ({ verdict, sentence }) =>
      html`<li class="${verdict}"><span class="verdict">${VERDICTS[verdict]}</span> ${sentence}</li>\n`,
  );
  const more = notes.map((note) => html`<li>${note}</li>\n`);
  return html`<h2>Findings</h2>
<ul class="findings">
${items}</ul>
<ul class="faint">
${more}</ul>`;
}

function caveatsSection(caveats: readonly string[]): Html {
  if (caveats.length === 0) return new Html("");
  const items = caveats.map((text) => html`<li>${text}</li>\n`);
  return html`<h2>Caveats</h2>
<ul class="caveats">
${items}</ul>`;
}

function chartsSection(charts: readonly Chart[]): Html {
  if (charts.length === 0) return new Html("");
  const variants = new Set(
    charts.flatMap(({ figure: { data } }) => {
      const column = data.columns.indexOf("variant");
      return column < 0 ? [] : data.rows.map((row) => String(row[column]));
    }),
  );
  const choices = [...variants].map(
    (name) => html`<label><input type="checkbox" checked value="${name}"> ${name}</label>\n`,
  );
  const figures = charts.map(
    ({ figure, svg }, i) => html`<figure>
<div class="chart" id="chart-${i}" role="img" aria-label="${figure.description}">${new Html(svg)}</div>
<figcaption>${[figure.description, ...figure.notes].join(". ")}.</figcaption>
</figure>
`,
  );
  return html`<h2>Charts</h2>
${variants.size > 1 ? html`<div class="choices" id="variants">\n${choices}</div>` : ""}
<div class="charts">
${figures}</div>`;
}

function replaySection(replays: readonly Replay[]): Html {
  if (replays.length === 0) return new Html("");
  const options = replays.map(({ title }, i) => html`<option value="${i}">${title}</option>\n`);
  return html`<h2>Replay</h2>
<div class="controls">
<select id="replay-run" aria-label="Run">
${options}</select>
<button type="button" id="replay-play">Play</button>
<input type="range" id="replay-time" min="0" max="1000" value="500" aria-label="Time">
<output id="replay-clock"></output>
</div>
<p class="faint"><span class="swatch" style="background:var(--accent)"></span> cpu and <span class="swatch" style="background:var(--memory)"></span> memory that pods request of each node. <output id="replay-totals"></output>. <span id="replay-note"></span></p>
<div class="tiles" id="replay-tiles"></div>
<noscript><p>The replay needs scripts.</p></noscript>`;
}

function comparisonSection({ rows }: Report): Html {
  if (rows.length === 0) return new Html("");
  const withScenario = new Set(rows.map(({ scenario }) => scenario)).size > 1;
  const number = (name: string, of: (row: ComparedRow) => number | null, cell = numberCell) => ({
    name,
    isNumber: true,
    cell: (row: ComparedRow) => cell(of(row)),
    value: (row: ComparedRow) => String(of(row) ?? ""),
  });
  const text = (name: string, cell: (row: ComparedRow) => string) => ({
    name,
    isNumber: false,
    cell,
    value: cell,
  });
  const columns: Column<ComparedRow>[] = [
    ...(withScenario ? [text("scenario", ({ scenario }) => scenario)] : []),
    text("metric", ({ key }) => key),
    text("variant", ({ variant }) => variant),
    number("seeds", ({ comparison }) => comparison.pairs),
    number("baseline", ({ comparison }) => comparison.baselineMean),
    number("variant mean", ({ comparison }) => comparison.variantMean),
    number("difference", ({ comparison }) => comparison.difference, signedCell),
    number("relative", ({ comparison }) => comparison.relative, changeCell),
    text("interval (t)", ({ comparison }) =>
      comparison.isDeterministic ? "deterministic" : intervalCell(comparison.interval),
    ),
    number("p (Holm)", ({ pHolm }) => pHolm, pCell),
    number("d_z", ({ comparison }) => comparison.cohenDz),
    number("seeds needed", ({ comparison }) => comparison.seedsNeeded),
  ];
  return html`<h2>Comparison</h2>
${sortableTable(columns, rows)}`;
}

function runsSection(runs: readonly RunResult[]): Html {
  const keys = [...new Set(runs.flatMap(({ figures }) => [...figures.keys()]))].filter(
    (key) => !key.includes("{") || /\{resource=[^;]+\}$/.test(key),
  );
  const text = (name: string, cell: (run: RunResult) => string) => ({
    name,
    isNumber: false,
    cell,
    value: cell,
  });
  const columns: Column<RunResult>[] = [
    text("scenario", ({ scenario }) => scenario),
    text("variant", ({ variant }) => variant),
    {
      name: "seed",
      isNumber: true,
      cell: ({ seed }) => String(seed),
      value: ({ seed }) => String(seed),
    },
    ...keys.map((key) => ({
      name: key,
      isNumber: true,
      cell: ({ figures }: RunResult) => numberCell(figures.get(key)?.value ?? null),
      value: ({ figures }: RunResult) => String(figures.get(key)?.value ?? ""),
    })),
    text("digest", ({ digest }) => digest),
  ];
  return html`<h2>Runs</h2>
${sortableTable(columns, runs)}`;
}
