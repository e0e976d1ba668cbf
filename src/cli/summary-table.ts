import { printable } from "../base/printable.js";
import type { EventTally, TimelineStep } from "../record/event-log.js";
import type { RefusalTally } from "../record/refusals.js";
import type { SummaryRow } from "../record/summary.js";
import type { UnfinishedRollout } from "../record/unfinished-rollouts.js";
import type { StandingTrouble } from "../scenario/assemble/standing-troubles.js";
import type { Concern } from "../scenario/concerned-pods.js";
import { alignedLines, fittedRows, withRest, wrappedItems, wrappedText } from "./aligned-text.js";
import { budgetLines } from "./budget-lines.js";
import { countText, dollarsText, durationText, numberText, percentText } from "./figure-text.js";
import { leaderLines } from "./leader-lines.js";
import { whatOf, whoOf } from "./not-modelled.js";
import { stepLines } from "./step-lines.js";
import { SummaryFigures } from "./summary-figures.js";
import { troubleLines } from "./trouble-lines.js";
import { trafficLines } from "./traffic-lines.js";
import { workloadLines } from "./workload-lines.js";

export interface SummaryReport {
  readonly scenario: string;
  readonly variant: string;
  readonly seed: number;
  readonly endMicros: number;
  readonly isStopped: boolean;
  /** `unverified for Kubernetes 1.34`, or against what it was verified. */
  readonly claim: string;
  readonly rows: readonly SummaryRow[];
  readonly steps: readonly TimelineStep[];
  /** Those that are not among `steps` too. */
  readonly stepsCount: number;
  readonly unfinishedRollouts: readonly UnfinishedRollout[];
  /** Objects that at the end cannot do what they are there for. */
  readonly troubles: readonly StandingTrouble[];
  readonly events: readonly EventTally[];
  readonly refusals: readonly RefusalTally[];
  readonly notModelled: readonly Concern[];
  /** Containers that no `behavior` entry matched. */
  readonly defaultContainers: number;
  /** Sentences about the input: offered load, what was rounded or left out, that nothing contends. */
  readonly notes: readonly string[];
  /** Folder of the results. */
  readonly path: string;
}

/** Emphasis for a terminal; the identity where there are to be no colours. */
export interface Emphasis {
  bold(text: string): string;
  dim(text: string): string;
  warn(text: string): string;
}

export const NO_EMPHASIS: Emphasis = {
  bold: (text) => text,
  dim: (text) => text,
  warn: (text) => text,
};

/** Lists are cut to their first lines; the files have all of it. */
const MAX_LINES = 10;
const MIN_SHARE = 0.001;

/** What a run came to, for people: sections of aligned lines, each left out where it has nothing to say. */
export function summaryText(report: SummaryReport, emphasis: Emphasis): string {
  const figures = new SummaryFigures(report.rows);
  const sections = [
    headLines(report, emphasis),
    section("Pods", podLines(figures), emphasis),
    section("Resources", resourceLines(figures), emphasis),
    section("Nodes", nodeLines(figures), emphasis),
    section("Workloads", workloadLines(figures, report.unfinishedRollouts, MAX_LINES), emphasis),
    section("Budgets", budgetLines(figures, MAX_LINES), emphasis),
    section("Leaders", leaderLines(figures, MAX_LINES), emphasis),
    section("Traffic", trafficLines(figures, MAX_LINES), emphasis),
    section("Timeline", stepLines(report, MAX_LINES, emphasis), emphasis),
    section("Not working at the end", troubleLines(report.troubles, MAX_LINES, emphasis), emphasis),
    section("Events", eventLines(report.events, emphasis), emphasis),
    section("Why pods waited", waitLines(figures), emphasis),
    section("Why pods were refused", refusalLines(report.refusals), emphasis),
    section("Not modelled", notModelledLines(report.notModelled, emphasis), emphasis),
    section("Notes", noteLines(report), emphasis),
    section("Results", fileLines(report.path), emphasis),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[], emphasis: Emphasis): readonly string[] {
  if (lines.length === 0) return [];
  return [emphasis.bold(title), ...lines.map((line) => (line === "" ? "" : `  ${line}`))];
}

function headLines(report: SummaryReport, emphasis: Emphasis): readonly string[] {
  const variant = report.variant === "default" ? "" : ` ${report.variant}`;
  const stopped = report.isStopped ? ", stopped early" : "";
  const time = durationText(report.endMicros / 1e6);
  return [
    emphasis.bold(printable(`${report.scenario}${variant}`)) +
      `, seed ${report.seed}, ${time} of virtual time${stopped}`,
    emphasis.dim(report.claim),
  ];
}

function podLines(figures: SummaryFigures): readonly string[] {
  const lines: string[] = [];
  const counts = [
    ["created", "pods_created_count"],
    ["bound", "pods_bound_count"],
    ["succeeded", "pods_succeeded_count"],
    ["failed", "pods_failed_count"],
    ["evicted", "pods_evicted_count"],
    ["preempted", "pods_preempted_count"],
    ["pending at the end", "pods_pending_end_count"],
    ["container restarts", "containers_restarted_count"],
  ] as const;
  const told = counts
    .map(([word, metric], index) => ({ word, value: figures.get(metric), isBasic: index < 2 }))
    .filter(({ value, isBasic }) => isBasic || value > 0)
    .map(
      ({ word, value }) => `${numberText(value)} ${value === 1 ? word.replace(/s$/, "") : word}`,
    );
  lines.push(told.join(", "));
  const durations = [
    ["created → bound", "pod_wait"],
    ["created → Ready", "pod_startup"],
  ] as const;
  const statistics = ["mean", "p50", "p90", "p99", "max"];
  const table = durations.map(([title, metric]) => ({
    title,
    seconds: statistics.map((statistic) => figures.get(`${metric}_${statistic}_seconds`)),
  }));
  // Where no pod came in the time that is measured there is nothing to tell.
  if (table.some(({ seconds }) => seconds.some((value) => !Number.isNaN(value)))) {
    const rows = table.map(({ title, seconds }) => [title, ...seconds.map(durationText)]);
    const sides = ["left", ...statistics.map(() => "right" as const)] as const;
    lines.push("", ...alignedLines([["", ...statistics], ...rows], sides));
  }
  const censored = figures.get("pod_wait_censored_count");
  if (censored > 0) {
    const [were, their] = censored === 1 ? ["was", "its"] : ["were", "their"];
    lines.push(
      `${countText(censored, "pod")} ${were} never bound: the mean counts ${their} age so far; – is a wait without a known end`,
    );
  }
  return lines;
}

function resourceLines(figures: SummaryFigures): readonly string[] {
  const labels = figures
    .labelled("allocation_mean_ratio")
    .filter((label) => !Number.isNaN(figures.get("allocation_mean_ratio", label)));
  if (labels.length === 0) return [];
  const rows = labels.map((label) => [
    label.replace("resource=", ""),
    percentText(figures.get("offered_load_ratio", label)),
    percentText(figures.get("allocation_mean_ratio", label)),
    percentText(figures.get("allocation_peak_ratio", label)),
    percentText(figures.get("utilization_mean_ratio", label)),
    percentText(figures.get("imbalance_mean_ratio", label)),
  ]);
  return alignedLines(
    [["", "requested", "allocated", "peak", "used", "imbalance"], ...rows],
    ["left", "right", "right", "right", "right", "right"],
  );
}

function nodeLines(figures: SummaryFigures): readonly string[] {
  const parts = [
    `${numberText(figures.get("nodes_ready_mean_count"))} Ready on average`,
    `${numberText(figures.get("nodes_used_mean_count"))} used (at most ${numberText(
      figures.get("nodes_used_max_count"),
    )})`,
    `${numberText(figures.get("node_hours"))} node hours`,
  ];
  const cost = figures.get("cost_dollars");
  if (!Number.isNaN(cost)) parts.push(dollarsText(cost));
  return [parts.join(", ")];
}

function eventLines(events: readonly EventTally[], emphasis: Emphasis): readonly string[] {
  const seen = events.filter(({ type }) => type !== "Timeline");
  const sorted = [...seen].sort(
    (a, b) => Number(b.type === "Warning") - Number(a.type === "Warning") || b.count - a.count,
  );
  const top = sorted.slice(0, MAX_LINES);
  const rows = top.map(({ type, reason, count }) => [numberText(count), type, reason]);
  const lines = alignedLines(rows, ["right", "left", "left"]).map((line, index) =>
    top[index]!.type === "Warning" ? emphasis.warn(line) : line,
  );
  return withRest(lines, seen.length - top.length, "more in events.csv");
}

/** Shares of the time that pods waited; what took less than a thousandth of it is left to the file. */
function waitLines(figures: SummaryFigures): readonly string[] {
  const shares = figures
    .labelled("pod_wait_share_ratio")
    .map((labels) => ({ labels, share: figures.get("pod_wait_share_ratio", labels) }))
    .sort((a, b) => b.share - a.share);
  const wasRefused = shares.some(({ labels }) => !/^plugin=(Queue|Binding);/.test(labels));
  if (!wasRefused) return [];
  const worth = shares.filter(({ share }) => share >= MIN_SHARE);
  const rows = worth.slice(0, MAX_LINES).map(({ labels, share }) => {
    const [, plugin = "", reason = ""] = /^plugin=(.*?);reason=(.*)$/s.exec(labels) ?? [];
    return [percentText(share), reason, `(${plugin})`];
  });
  const lines = alignedLines(fittedRows(rows, 1), ["right", "left", "left"]);
  return [
    "of the time that they had no node, by what kept them",
    ...withRest(lines, worth.length - rows.length, "more in summary.csv"),
  ];
}

function refusalLines(refusals: readonly RefusalTally[]): readonly string[] {
  const rows = refusals
    .slice(0, MAX_LINES)
    .map(({ reason, pods, unbound }) => [countText(pods, "pod"), reason, fateText(pods, unbound)]);
  if (rows.length === 0) return [];
  const lines = alignedLines(fittedRows(rows, 1), ["right", "left", "left"]);
  return [
    "by the reasons of their last refusal",
    ...withRest(lines, refusals.length - rows.length, "more in pods.csv"),
  ];
}

function fateText(pods: number, unbound: number): string {
  if (unbound === 0) return "";
  return unbound === pods ? "never bound" : `${numberText(unbound)} of them never bound`;
}

/** What may change results line by line, by what it may change; what does not, in one run of text. */
function notModelledLines(notModelled: readonly Concern[], emphasis: Emphasis): readonly string[] {
  const withEffect = (effect: Concern["effect"]) =>
    notModelled.filter((entry) => entry.effect === effect);
  const harmful = (["placement", "timing"] as const).flatMap((effect) => {
    const rows = withEffect(effect).map((entry) => [whatOf(entry), whoOf(entry)]);
    if (rows.length === 0) return [];
    const lines = alignedLines(fittedRows(rows, 1), ["left", "left"]);
    return [`may change ${effect}:`, ...lines.map((line) => emphasis.warn(`  ${line}`))];
  });
  const harmless = withEffect("none");
  return [
    ...harmful,
    ...(harmless.length === 0 ? [] : ["no effect on results, by the number of pods or objects:"]),
    ...wrappedItems(harmlessTexts(harmless)).map((line) => `  ${line}`),
  ];
}

/** Items of a list, each with what stands behind it. */
function harmlessTexts(harmless: readonly Concern[]): readonly string[] {
  return harmless.map(
    (entry, index) =>
      `${whatOf(entry)} (${sizeOf(entry)})${index < harmless.length - 1 ? "," : ""}`,
  );
}

function sizeOf({ podsOf, podsCount, objects }: Concern): string {
  return podsOf.size > 0 ? countText(podsCount, "pod") : countText(objects.length, "object");
}

function noteLines(report: SummaryReport): readonly string[] {
  const notes = [...report.notes];
  if (report.defaultContainers > 0) {
    notes.push(`${countText(report.defaultContainers, "container")} ran with default behaviour`);
  }
  return notes.flatMap((note) =>
    wrappedText(note).map((line, at) => (at === 0 ? line : `  ${line}`)),
  );
}

function fileLines(path: string): readonly string[] {
  return [
    printable(path),
    ...alignedLines(
      [
        ["summary.csv", "every figure of the run"],
        ["timeseries.csv", "the same over time"],
        ["pods.csv", "a row for each pod: when it was created, bound, ready, and why it waited"],
        ["nodes.csv", "a row for each node"],
        ["events.csv", "Kubernetes Events and timeline steps"],
        ["run.json", "the resolved scenario, its inputs and the run's digest"],
      ],
      ["left", "left"],
    ).map((line) => `  ${line}`),
  ];
}
