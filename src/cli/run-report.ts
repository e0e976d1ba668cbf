import { DEFAULT_VARIANT, type FinishedRun } from "../experiment/run-scenario.js";
import { claimText } from "../experiment/verification.js";
import type { SummaryReport } from "./summary-table.js";
import { troubleText } from "./trouble-lines.js";
import { unfinishedText } from "./workload-lines.js";

/** What the terminal shows of a finished run. */
export function reportOf(run: FinishedRun): SummaryReport {
  const { scenario } = run.loaded;
  return {
    scenario: scenario.name,
    variant: DEFAULT_VARIANT,
    seed: scenario.seed,
    endMicros: run.endMicros,
    isStopped: false,
    claim: claimText(scenario, run.loaded.schedulerConfiguration.profiles),
    rows: run.figures.summary,
    steps: run.figures.steps,
    stepsCount: run.figures.stepsCount,
    unfinishedRollouts: run.figures.unfinishedRollouts,
    troubles: run.facts.troubles,
    events: run.figures.events,
    refusals: run.figures.refusals,
    notModelled: run.notModelled,
    defaultContainers: run.facts.defaultContainersCount,
    notes: run.notes,
    path: run.path,
  };
}

/** What failed or never ended, a sentence each. */
function failuresOf(run: FinishedRun): readonly string[] {
  const { steps, unfinishedRollouts } = run.figures;
  return [
    ...steps
      .filter(({ state }) => state !== "done")
      .map(({ operation, target, message }) => `${operation} ${target}: ${message}`),
    ...unfinishedRollouts.map(
      (one) => `${one.labels.replace("target=", "")}: ${unfinishedText(one)}`,
    ),
    ...run.facts.troubles.map((trouble) => `${trouble.target}: ${troubleText(trouble)}`),
  ];
}

/** An element of what `--json` prints. */
export function jsonOf(run: FinishedRun): unknown {
  const { scenario } = run.loaded;
  return {
    scenario: scenario.name,
    variant: DEFAULT_VARIANT,
    seed: scenario.seed,
    path: run.path,
    digest: run.digest,
    notes: run.notes,
    failures: failuresOf(run),
    ...(run.explanation === undefined ? {} : { explanation: run.explanation.text }),
    metrics: run.figures.summary.map(({ metric, labels, value, unit }) => ({
      metric,
      labels,
      value: Number.isNaN(value) ? null : value,
      unit,
    })),
  };
}
