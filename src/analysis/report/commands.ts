import type { RunResult } from "../results/read-results.js";
import type { SweepManifest } from "../results/sweep-manifest.js";

/** The commands that make the results and this page again. */
export function commandsFor(
  runs: readonly RunResult[],
  manifests: readonly SweepManifest[],
): readonly string[] {
  const scenarios = [...new Set(runs.map(({ scenario }) => scenario))];
  const swept = new Set(manifests.map(({ scenario }) => scenario));
  const sweeps = manifests.map(
    ({ experiment, file }) => `npx seatrial sweep ${quoted(file ?? `${experiment}.yaml`)}`,
  );
  const single = runs
    .filter(({ scenario }) => !swept.has(scenario))
    .map((run) => `npx seatrial run ${scenarioFile(run)} --seed ${run.seed}`);
  const folders = scenarios.map((scenario) => quoted(`results/${scenario}`)).join(" ");
  const compares = new Set(runs.map(({ variant }) => variant)).size > 1;
  return [
    ...new Set([...sweeps, ...single]),
    ...(compares ? [`npx seatrial compare ${folders}`] : []),
    `npx seatrial plot ${folders}`,
    `npx seatrial report ${folders}`,
  ];
}

/** The input that the scenario was read from; the first, where the record does not tell. */
function scenarioFile({ record, scenario }: RunResult): string {
  const inputs = (Array.isArray(record.inputs) ? record.inputs : []) as { name?: string }[];
  const own = inputs.find(({ name }) => name?.includes(scenario)) ?? inputs[0];
  return quoted(own?.name ?? `${scenario}.yaml`);
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
