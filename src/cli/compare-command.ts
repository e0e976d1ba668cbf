import process from "node:process";
import { chooseFigures } from "../analysis/comparison/choose-metrics.js";
import { compareResults, NotComparable } from "../analysis/comparison/compare-results.js";
import { comparisonNotes } from "../analysis/comparison/comparison-notes.js";
import { comparisonTable } from "../analysis/comparison/comparison-table.js";
import { sideBySide } from "../analysis/comparison/side-by-side.js";
import { qualityOf } from "../analysis/quality/with-quality.js";
import { readResults } from "../analysis/results/read-results.js";
import { UnreadableTable } from "../analysis/results/run-tables.js";
import { sweepManifests } from "../analysis/results/sweep-manifest.js";
import { byScenario, type Variant, variantsOf } from "../analysis/results/variants.js";
import { bestSentence, bestTable } from "../analysis/selection/best-text.js";
import { selectBest } from "../analysis/selection/select-best.js";
import { renderTable, type TableFormat } from "../analysis/tables/table.js";
import { adviseWarmUp, NoSeries } from "../analysis/warm-up/warm-up-advice.js";
import { warmUpNotes, warmUpTable } from "../analysis/warm-up/warm-up-text.js";
import { printableLines } from "../base/printable.js";
import { ExitCode } from "./exit-code.js";
import { processOwner } from "./process-owner.js";
import { refuse } from "./refuse.js";
import { tell } from "./standard-streams.js";

export interface CompareOptions {
  readonly baseline?: string;
  readonly metric: readonly string[];
  readonly by?: "scenario";
  readonly level: number;
  readonly precision: number;
  readonly detect?: number;
  /** Selects the best variant by this metric, in place of the comparison. */
  readonly best?: string;
  readonly better: "smaller" | "larger";
  readonly indifference: { readonly amount: number } | { readonly share: number };
  /** Advises on the warm-up by this series, in place of the comparison. */
  readonly warmUp?: string;
  /** Into which runs are cut, with `warmUp`. */
  readonly batches: number;
  /** Further runs to share out, with `best`. */
  readonly budget?: number;
  readonly format: TableFormat;
}

/** `seatrial compare`: paired statistics between variants of finished runs. */
export async function compareCommand(
  paths: readonly string[],
  options: CompareOptions,
): Promise<ExitCode> {
  const read = readResults(paths, processOwner());
  if ("issues" in read) return refuse(read.issues);
  const [manifest] = options.by === "scenario" ? [] : sweepManifests(read.runs);
  const { best, warmUp } = options;
  if (warmUp !== undefined) {
    const own = options.by === "scenario" ? byScenario(read.runs) : variantsOf(read.runs);
    return adviseOn(own, warmUp, options);
  }
  const wished = best === undefined ? options.metric : [best];
  const asked = wished.length > 0 ? wished : (manifest?.metrics ?? []);
  const runs = await qualityOf(read.runs, asked);
  if ("problem" in runs) {
    tell(runs.problem);
    return ExitCode.wrongInput;
  }
  const variants = options.by === "scenario" ? byScenario(runs) : variantsOf(runs);
  if (best !== undefined) return selectBestOf(variants, best, options);
  const baseline = options.baseline ?? manifest?.baseline ?? variants[0]!.name;
  const chosen = chooseFigures(asked, variants);
  if ("problem" in chosen) {
    tell(chosen.problem);
    return ExitCode.wrongInput;
  }
  const { level, precision } = options;
  const isOneEach = variants.every(({ runs: { size } }) => size === 1);
  if (options.by === "scenario" && isOneEach && options.format !== "csv") {
    const table = sideBySide(variants, chosen.keys);
    process.stdout.write(printableLines(renderTable(table, options.format)));
    printNotes(
      ["one run each: what further seeds (sweep) would change is not known"],
      options.format,
    );
    return ExitCode.good;
  }
  try {
    const { rows, notes } = compareResults(variants, {
      baseline,
      keys: chosen.keys,
      level,
      precision,
    });
    const withScenario = new Set(rows.map((row) => row.scenario)).size > 1;
    const table = comparisonTable(rows, { level, withScenario });
    process.stdout.write(printableLines(renderTable(table, options.format)));
    const detect = options.detect === undefined ? {} : { detect: options.detect };
    const all = [
      `compared with ${baseline}`,
      ...notes,
      ...comparisonNotes(rows, { level, ...detect }),
    ];
    printNotes(all, options.format);
    return ExitCode.good;
  } catch (error) {
    if (!(error instanceof NotComparable)) throw error;
    tell(error.message);
    return ExitCode.wrongInput;
  }
}

/** `--warm-up`: where to cut all runs; exit 3 where they are too short to tell. */
function adviseOn(
  variants: readonly Variant[],
  key: string,
  { batches, level, format }: CompareOptions,
): ExitCode {
  try {
    const advice = adviseWarmUp(variants, { key, batches, level });
    process.stdout.write(printableLines(renderTable(warmUpTable(advice, level), format)));
    printNotes(warmUpNotes(advice, key, batches), format);
    return advice.isTooShort ? ExitCode.undecided : ExitCode.good;
  } catch (error) {
    if (!(error instanceof NoSeries || error instanceof UnreadableTable)) throw error;
    tell(error.message);
    return ExitCode.wrongInput;
  }
}

const FIRST_STAGE = 10;

/** `--best`: which variant of each scenario is best; exit 3 where the seeds do not tell. */
function selectBestOf(
  variants: readonly Variant[],
  metric: string,
  { better, indifference, level, format, budget }: CompareOptions,
): ExitCode {
  const chosen = chooseFigures([metric], variants);
  if ("problem" in chosen) {
    tell(chosen.problem.replace("--metric", "--best"));
    return ExitCode.wrongInput;
  }
  const { keys } = chosen;
  const key = keys.includes(metric) ? metric : keys[0]!;
  if (keys.length > 1 && key !== metric) {
    tell(`--best ${metric}: expected one row, there are ${keys.join(", ")}`);
    return ExitCode.wrongInput;
  }
  const alpha = Number((1 - level).toPrecision(6));
  const isAmount = "amount" in indifference;
  const options = {
    key,
    better,
    indifference: isAmount ? indifference.amount : null,
    indifferenceShare: isAmount ? 0 : indifference.share,
    alpha,
    firstStage: FIRST_STAGE,
    ...(budget === undefined ? {} : { budget }),
  };
  let exitCode: ExitCode = ExitCode.good;
  try {
    for (const scenario of new Set(variants.map((variant) => variant.scenario))) {
      const own = variants.filter((variant) => variant.scenario === scenario);
      const found = selectBest(own, options);
      process.stdout.write(printableLines(renderTable(bestTable(found), format)));
      printNotes([bestSentence(found, key, alpha)], format);
      if (found.selected === null) exitCode = ExitCode.undecided;
    }
    return exitCode;
  } catch (error) {
    if (!(error instanceof NotComparable)) throw error;
    tell(error.message);
    return ExitCode.wrongInput;
  }
}

/** Below a table for people; beside one that a program reads. */
function printNotes(notes: readonly string[], format: TableFormat): void {
  if (format === "table" || format === "markdown") {
    const lines = notes.map((note) => (format === "markdown" ? `- ${note}` : `  ${note}`));
    process.stdout.write(printableLines(`\n${lines.join("\n")}\n`));
  } else for (const note of notes) tell(note);
}
