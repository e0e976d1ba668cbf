import { formatIssue, type Issue } from "../scenario/issue.js";

export type { Issue } from "../scenario/issue.js";

/** Wrong input: everything that was found, each with its file, place and what would be right. */
export class InputError extends Error {
  override readonly name = "InputError";

  constructor(readonly issues: readonly Issue[]) {
    super(issues.map(formatIssue).join("\n"));
  }
}
