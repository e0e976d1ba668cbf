import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { METRICS, type MetricName } from "../../src/record/metrics/registry.js";

export interface MadeRun {
  readonly scenario?: string;
  readonly variant: string;
  readonly seed: number;
  readonly version?: string;
  readonly digest?: string;
  /** Values by `metric` or `metric{labels}`. */
  readonly figures: Readonly<Record<string, number | "">>;
}

/** A folder with results as runs write them. */
export function resultsFolder(runs: readonly MadeRun[]): string {
  const out = mkdtempSync(join(tmpdir(), "results-"));
  for (const run of runs) writeRunFolder(out, run);
  return out;
}

function writeRunFolder(out: string, run: MadeRun): void {
  const { scenario = "made", variant, seed, version = "9.9.9" } = run;
  const folder = join(out, scenario, variant, `seed-${seed}`);
  mkdirSync(folder, { recursive: true });
  const digest = run.digest ?? `${variant}-${seed}`;
  const record = {
    kind: "Run",
    version,
    scenario,
    variant,
    seed,
    digest,
    events: 10,
    endSeconds: 60,
  };
  writeFileSync(join(folder, "run.json"), JSON.stringify(record));
  const rows = Object.entries(run.figures).map(([key, value]) => {
    const [, metric, labels = ""] = /^([^{]+)(?:\{(.*)\})?$/.exec(key)!;
    const unit = METRICS[metric as MetricName]?.unit ?? "count";
    return `${metric},${labels},${value},${unit}\n`;
  });
  writeFileSync(join(folder, "summary.csv"), `metric,labels,value,unit\n${rows.join("")}`);
}
