import { formatIssue, type Issue } from "../scenario/issue.js";
import { ExitCode } from "./exit-code.js";
import { tell } from "./standard-streams.js";

/** Tells what is wrong with the input, an issue a line: the command does nothing. */
export function refuse(issues: readonly Issue[]): ExitCode {
  for (const issue of issues) tell(formatIssue(issue));
  return ExitCode.wrongInput;
}
