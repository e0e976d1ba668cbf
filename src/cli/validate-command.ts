import process from "node:process";
import { formatIssue } from "../scenario/issue.js";
import { nodeFileSystem } from "../scenario/load/file-system.js";
import { validateFiles } from "../scenario/load/validate.js";
import { ExitCode } from "./exit-code.js";

/** `seatrial validate`: every issue with its place, one a line on stdout. */
export async function validateCommand(paths: readonly string[]): Promise<ExitCode> {
  const issues = await validateFiles(paths, {
    files: nodeFileSystem,
    dataFolder: process.env.SEATRIAL_DATA ?? "data",
  });
  for (const issue of issues) process.stdout.write(`${formatIssue(issue)}\n`);
  if (issues.length > 0) return ExitCode.wrongInput;
  process.stdout.write(`${paths.length} ${paths.length === 1 ? "path is" : "paths are"} valid\n`);
  return ExitCode.good;
}
