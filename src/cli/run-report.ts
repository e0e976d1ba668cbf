import { claimText } from "../experiment/verification.js";
import { DEFAULT_VARIANT, type FinishedRun } from "./run-scenario.js";
import type { SummaryReport } from "./summary-table.js";

/** What the terminal shows of a finished run. */
export function reportOf(run: FinishedRun): SummaryReport {
  const { scenario } = run.loaded;
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
    notModelled: run.notModelled,
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
    ...(run.explanation === undefined ? {} : { explanation: run.explanation.text }),
    metrics: run.figures.summary.map(({ metric, labels, value, unit }) => ({
      metric,
      labels,
      value: Number.isNaN(value) ? null : value,
      unit,
    })),
  };
}
