import { writeFileSync } from "node:fs";
import process from "node:process";
import { NotComparable } from "../analysis/comparison/compare-results.js";
import {
  type Baseline,
  baselineFile,
  baselineOf,
  baselineText,
} from "../analysis/gate/baseline.js";
import { judge, type Outcome, overall } from "../analysis/gate/judge.js";
import { DEFAULT_RULES, type GateRule, gateRules } from "../analysis/gate/rules.js";
import { type GateFormat, verdictText } from "../analysis/gate/verdict-text.js";
import { qualityOf } from "../analysis/quality/with-quality.js";
import { readResults } from "../analysis/results/read-results.js";
import { variantsOf } from "../analysis/results/variants.js";
import { printableLines } from "../base/printable.js";
import type { Issue } from "../scenario/issue.js";
import { nodeFileSystem } from "../scenario/load/file-system.js";
import { readDocument } from "../scenario/load/read-document.js";
import { ExitCode } from "./exit-code.js";
import { processOwner } from "./process-owner.js";
import { refuse } from "./refuse.js";
import { tell } from "./standard-streams.js";

export interface GateOptions {
  readonly baseline: string;
  readonly rules?: string;
  readonly write?: boolean;
  readonly undecided?: "pass" | "fail";
  readonly format: GateFormat;
}

/** `seatrial gate`: whether quality fell by more than the rules allow. */
export async function gateCommand(
  paths: readonly string[],
  options: GateOptions,
): Promise<ExitCode> {
  const read = readResults(paths, processOwner());
  if ("issues" in read) return refuse(read.issues);
  const rules = await rulesOf(options.rules);
  if (!("value" in rules)) return refuse(rules);
  const runs = await qualityOf(
    read.runs,
    rules.value.map(({ metric }) => metric),
  );
  if ("problem" in runs) {
    tell(runs.problem);
    return ExitCode.wrongInput;
  }
  const variants = variantsOf(runs);
  const { version } = runs[0]!;
  if (options.write === true) {
    return writeBaseline(options.baseline, baselineOf(variants, rules.value, version));
  }
  const baseline = await readDocument(nodeFileSystem, options.baseline, baselineFile);
  if (!("value" in baseline)) return refuse(baseline);
  if (baseline.value.version !== version) {
    tell(
      `${options.baseline}: was made by version ${baseline.value.version}, the results by ${version}: results differ between versions; make a new baseline with --write`,
    );
    return ExitCode.wrongInput;
  }
  try {
    const verdicts = judge(variants, baseline.value, rules.value);
    process.stdout.write(printableLines(verdictText(verdicts, options.format)));
    const outcome = overall(verdicts);
    const counts = (["passed", "failed", "undecided"] as const)
      .map((one) => `${verdicts.filter((verdict) => verdict.outcome === one).length} ${one}`)
      .join(", ");
    tell(`gate ${outcome}: ${counts}`);
    return exitCodeOf(outcome, options.undecided);
  } catch (error) {
    if (!(error instanceof NotComparable)) throw error;
    tell(error.message);
    return ExitCode.wrongInput;
  }
}

async function rulesOf(
  path: string | undefined,
): Promise<{ value: readonly GateRule[] } | readonly Issue[]> {
  if (path === undefined) return { value: DEFAULT_RULES };
  const read = await readDocument(nodeFileSystem, path, gateRules);
  return "value" in read ? { value: read.value.rules } : read;
}

function writeBaseline(path: string, baseline: Baseline): ExitCode {
  try {
    writeFileSync(path, baselineText(baseline));
  } catch (error) {
    tell(`${path}: the baseline cannot be written: ${(error as NodeJS.ErrnoException).code}`);
    return ExitCode.cannotWrite;
  }
  tell(`${path}: the baseline of ${baseline.runs.length} variants`);
  return ExitCode.good;
}

function exitCodeOf(outcome: Outcome, undecided: "pass" | "fail" | undefined): ExitCode {
  if (outcome === "passed") return ExitCode.good;
  if (outcome === "failed") return ExitCode.checkFailed;
  if (undecided === undefined) return ExitCode.undecided;
  return undecided === "pass" ? ExitCode.good : ExitCode.checkFailed;
}
