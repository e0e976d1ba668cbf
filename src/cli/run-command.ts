import process from "node:process";
import pc from "picocolors";
import { printableLines } from "../base/printable.js";
import type { FinishedRun } from "../experiment/run-scenario.js";
import { loadRun } from "../scenario/load/load-run.js";
import type { LoadedScenario } from "../scenario/load/loaded-scenario.js";
import { podPatternProblem } from "../scheduler/explain/explainer.js";
import { ExitCode } from "./exit-code.js";
import type { Interruption } from "./interruption.js";
import { whatOf, whoOf } from "./not-modelled.js";
import { pipedFiles } from "./piped-files.js";
import { type HereContext, runHere } from "./run-here.js";
import { jsonOf, reportOf } from "./run-report.js";
import { refuse } from "./refuse.js";
import { tell } from "./standard-streams.js";
import { unmetExpectations } from "./unmet-expectations.js";
import { watchedFiles } from "./watched-files.js";
import { type Emphasis, NO_EMPHASIS, summaryText } from "./summary-table.js";

export interface RunOptions {
  readonly seed?: number;
  readonly set: readonly string[];
  readonly until?: string;
  readonly nodes?: readonly string[];
  readonly out: string;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly explain?: string;
  readonly dump?: string;
}

/** `seatrial run`: loads everything first, so that wrong input costs no simulated time. */
export async function runCommand(
  paths: readonly string[],
  options: RunOptions,
  { version, interruption }: { readonly version: string; readonly interruption: Interruption },
): Promise<ExitCode> {
  const wrong = options.explain === undefined ? null : podPatternProblem(options.explain);
  if (wrong !== null) {
    tell(`--explain ${options.explain}: ${wrong}`);
    return ExitCode.wrongInput;
  }
  const files = await pipedFiles(paths);
  if (!("look" in files)) return refuse([files]);
  const outcomes = await loadRun(paths, {
    files: watchedFiles(files),
    dataFolder: process.env.SEATRIAL_DATA ?? "data",
    settings: options.set,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.until === undefined ? {} : { until: options.until }),
    ...(options.nodes === undefined ? {} : { nodes: options.nodes }),
  });
  const refused = outcomes.flatMap((o) => (o.outcome === "refused" ? o.issues : []));
  if (refused.length > 0) return refuse(refused);
  for (const outcome of outcomes) {
    if (outcome.outcome !== "skipped") continue;
    tell(`skipped ${outcome.name}: ${outcome.missing.join(", ")} is not there`);
  }
  const scenarios = outcomes.flatMap((o) => (o.outcome === "loaded" ? [o.loaded] : []));
  if (options.dump !== undefined && scenarios.length > 1) {
    const names = scenarios.map(({ scenario }) => scenario.name).join(", ");
    tell(`--dump ${options.dump}: is for one scenario; this command runs ${names}`);
    return ExitCode.wrongInput;
  }
  return await runAll(scenarios, options, {
    out: options.out,
    version,
    interruption,
    ...(options.explain === undefined ? {} : { explain: options.explain }),
    ...(options.dump === undefined ? {} : { dump: options.dump }),
  });
}

async function runAll(
  scenarios: readonly LoadedScenario[],
  options: RunOptions,
  context: HereContext,
): Promise<ExitCode> {
  const finished: FinishedRun[] = [];
  let exitCode: ExitCode = ExitCode.good;
  for (const loaded of scenarios) {
    const outcome = await runHere(loaded, context);
    if (outcome.outcome === "refused") exitCode = refuse(outcome.issues);
    else if (outcome.outcome === "unwritten") {
      refuse([outcome.issue]);
      exitCode = ExitCode.cannotWrite;
    } else if (outcome.outcome === "finished") {
      finished.push(outcome.run);
      if (options.json !== true) printSummary(outcome.run);
      if (!(await passes(outcome.run, options))) exitCode = ExitCode.checkFailed;
    }
    if (exitCode === ExitCode.wrongInput || exitCode === ExitCode.cannotWrite) break;
    if (context.interruption.requested) break;
  }
  if (options.json === true) {
    process.stdout.write(`${printableLines(JSON.stringify(finished.map(jsonOf)))}\n`);
  }
  if (!explainsSome(finished) && exitCode === ExitCode.good) exitCode = ExitCode.wrongInput;
  if (!context.interruption.requested) return exitCode;
  tell("stopped; finished runs are kept, the one under way left nothing behind");
  return context.interruption.exitCode;
}

function printSummary(run: FinishedRun): void {
  const styles = emphasis();
  process.stdout.write(summaryText(reportOf(run), styles));
  if (run.explanation?.isMatched !== true) return;
  process.stdout.write(`\n${styles.bold("Explained")}\n${run.explanation.text}`);
}

/** False when `--explain` asked about pods that no run had; of each such run it is told. */
function explainsSome(finished: readonly FinishedRun[]): boolean {
  const explanations = finished.flatMap(({ loaded, explanation }) =>
    explanation === undefined ? [] : [{ name: loaded.scenario.name, ...explanation }],
  );
  for (const { name, text, isMatched } of explanations) {
    if (!isMatched) tell(`${name}: --explain: ${text.trimEnd()}`);
  }
  return explanations.length === 0 || explanations.some(({ isMatched }) => isMatched);
}

/** Says what does not hold of a finished run; true when all does. */
async function passes(run: FinishedRun, options: RunOptions): Promise<boolean> {
  const { scenario } = run.loaded;
  const failed = await unmetExpectations(run);
  for (const text of failed) tell(`${scenario.name}: expectation failed: ${text}`);
  const harmful = run.notModelled.filter(({ effect }) => effect !== "none");
  const isStrict = options.strict === true && harmful.length > 0;
  if (isStrict) {
    const list = harmful
      .map((entry) => `${whatOf(entry)} (${entry.effect}): ${whoOf(entry)}`)
      .join("; ");
    tell(`${scenario.name}: not modelled, refused by --strict: ${list}`);
  }
  return failed.length === 0 && !isStrict;
}

function emphasis(): Emphasis {
  const isPlain = process.env.NO_COLOR !== undefined || !process.stdout.isTTY;
  if (isPlain) return NO_EMPHASIS;
  const colors = pc.createColors(true);
  return { bold: colors.bold, dim: colors.dim, warn: colors.yellow };
}
