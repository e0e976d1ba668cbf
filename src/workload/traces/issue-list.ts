import type { TraceIssue } from "./trace-pod.js";

const MAX_LENGTH = 20;
const MAX_VALUE_LENGTH = 60;

/** The first issues of a text, and how many there were. */
export class IssueList {
  private readonly kept: TraceIssue[] = [];
  private found = 0;

  get count(): number {
    return this.found;
  }

  add(issue: TraceIssue): void {
    this.found += 1;
    if (this.kept.length >= MAX_LENGTH) return;
    const value = issue.value;
    const shown = value.length > MAX_VALUE_LENGTH ? `${value.slice(0, MAX_VALUE_LENGTH)}…` : value;
    this.kept.push({ ...issue, value: shown });
  }

  /** The issues, and as the last of them how many more there are. */
  list(): readonly TraceIssue[] {
    const last = this.kept.at(-1);
    if (last === undefined || this.found === this.kept.length) return this.kept;
    const message = `${this.found - this.kept.length} more rows are broken`;
    return [...this.kept, { line: last.line, column: "", value: "", message }];
  }
}
