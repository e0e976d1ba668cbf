import { claimText } from "../experiment/verification.js";
import type { NotModelled } from "../scenario/coverage.js";
import { DEFAULT_VARIANT, type FinishedRun } from "./run-scenario.js";
import type { SummaryReport } from "./summary-table.js";

/** What the terminal shows of a finished run. */
export function reportOf(run: FinishedRun): SummaryReport {
  const { scenario, notModelled } = run.loaded;
  return {
    scenario: scenario.name,
    variant: DEFAULT_VARIANT,
    seed: scenario.seed,
    endMicros: run.endMicros,
    isStopped: false,
    claim: claimText(scenario.kubernetesVersion),
    rows: run.figures.summary,
    steps: run.figures.steps,
    events: run.figures.events,
    refusals: run.figures.refusals,
    notModelled: notModelled.map((entry) => ({
      what: whatOf(entry),
      effect: entry.effect,
      objects: entry.objects.length,
    })),
    defaultContainers: run.facts.defaultContainersCount,
    notes: run.notes,
    path: run.path,
  };
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
    metrics: run.figures.summary.map(({ metric, labels, value, unit }) => ({
      metric,
      labels,
      value: Number.isNaN(value) ? null : value,
      unit,
    })),
  };
}

export function whatOf(entry: NotModelled): string {
  return entry.field === "" ? entry.kind : `${entry.kind} ${entry.field}`;
}
