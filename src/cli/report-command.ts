import process from "node:process";
import { NotComparable } from "../analysis/comparison/compare-results.js";
import { makeReport } from "../analysis/report/make-report.js";
import { readResults } from "../analysis/results/read-results.js";
import { UnreadableTable } from "../analysis/results/run-tables.js";
import { printable } from "../base/printable.js";
import { reasonOf } from "../scenario/load/read-text.js";
import { ExitCode } from "./exit-code.js";
import { processOwner } from "./process-owner.js";
import { refuse } from "./refuse.js";
import { tell } from "./standard-streams.js";
import { writeWholeFile } from "./written-file.js";

export interface ReportOptions {
  readonly baseline?: string;
  readonly level: number;
  readonly out: string;
}

/** `seatrial report`: one page about finished runs. */
export async function reportCommand(
  paths: readonly string[],
  options: ReportOptions,
): Promise<ExitCode> {
  const read = readResults(paths, processOwner());
  if ("issues" in read) return refuse(read.issues);
  let page: string;
  try {
    page = await makeReport(read.runs, options);
  } catch (error) {
    if (!(error instanceof NotComparable || error instanceof UnreadableTable)) throw error;
    tell(error.message);
    return ExitCode.wrongInput;
  }
  try {
    writeWholeFile(options.out, page);
  } catch (error) {
    tell(`${options.out}: cannot be written: ${reasonOf(error)}`);
    return ExitCode.cannotWrite;
  }
  process.stdout.write(`${printable(options.out)}\n`);
  return ExitCode.good;
}
