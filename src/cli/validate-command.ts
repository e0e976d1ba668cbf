import process from "node:process";
import { counted } from "../base/counted.js";
import { formatIssue, formatNote } from "../scenario/issue.js";
import { validateFiles } from "../scenario/validate.js";
import { ExitCode } from "./exit-code.js";
import { pipedFiles } from "./piped-files.js";
import { watchedFiles } from "./watched-files.js";

/** `seatrial validate`: what it finds is its result, every issue and note with its place, a line each on stdout. */
export async function validateCommand(paths: readonly string[]): Promise<ExitCode> {
  const files = await pipedFiles(paths);
  const { issues, notes, unknownFields } = !("look" in files)
    ? { issues: [files], notes: [], unknownFields: [] }
    : await validateFiles(paths, {
        files: watchedFiles(files),
        dataFolder: process.env.SEATRIAL_DATA ?? "data",
      });
  for (const issue of issues) process.stdout.write(`${formatIssue(issue)}\n`);
  for (const note of [...unknownFields, ...notes]) process.stdout.write(`${formatNote(note)}\n`);
  if (issues.length > 0) return ExitCode.wrongInput;
  const strangers = unknownFields.length;
  const except =
    strangers === 0 ? "" : `, but for ${counted(strangers, "key")} that Kubernetes does not know`;
  const are = paths.length === 1 ? "path is" : "paths are";
  process.stdout.write(`${paths.length} ${are} valid${except}\n`);
  return ExitCode.good;
}
