import process from "node:process";
import { counted } from "../base/counted.js";
import { printable } from "../base/printable.js";
import { mergeShares } from "../experiment/sweep/merge-shares.js";
import { ExitCode } from "./exit-code.js";
import { refuse } from "./refuse.js";
import { tell } from "./standard-streams.js";

/** `seatrial merge`: shares of a sweep, that were run apart, as one. */
export function mergeCommand(
  folders: readonly string[],
  { out }: { readonly out: string },
): ExitCode {
  try {
    const result = mergeShares(folders, out);
    if ("issues" in result) return refuse(result.issues);
    for (const { folder, runs } of result.merged) {
      process.stdout.write(`${counted(runs, "run")} merged: ${printable(folder)}\n`);
    }
    return ExitCode.good;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    tell(`${out}: the results cannot be written: ${code}`);
    return ExitCode.cannotWrite;
  }
}
