import { claimText } from "../experiment/verification.js";
import type { NotModelled } from "../scenario/coverage.js";
import type { WorldFacts } from "../scenario/assemble/world.js";
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
    notes: traceNotes(run.facts),
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

function traceNotes(facts: WorldFacts): readonly string[] {
  return facts.traces.flatMap((trace) => {
    const load = trace.offeredLoad
      .map(({ resource, peakRatio }) => `${resource} ${(100 * peakRatio).toFixed(1)} %`)
      .join(", ");
    return [
      `${trace.name}: ${trace.podsReplayed} pods of ${trace.podsRead} in the file` +
        `${trace.clones > 0 ? `, ${trace.clones} of them clones` : ""}; at its peak it asks for ${load} of what the cluster has`,
      ...trace.leftOut.map(({ count, what }) => `${trace.name}: ${count} pods ${what}: left out`),
      ...trace.changed.map(({ count, what }) => `${trace.name}: ${count} pods ${what}`),
      ...trace.warnings,
    ];
  });
}
