import { printable } from "../base/printable.js";

/** Something wrong in an input, with its place and what would be right. */
export interface Issue {
  /** As the user named it, or relative to where the naming file stands; `--set …` for an override. */
  readonly file: string;
  /** From 1; 0 where the issue concerns the file as a whole. */
  readonly line: number;
  /** From 1; 0 where the issue concerns the file as a whole. */
  readonly column: number;
  /** Path of the field, such as `spec.nodePools[0].nodes`; empty for the whole document. */
  readonly path: string;
  /** The offending value as JSON, shortened; empty when there is none to show. */
  readonly value: string;
  /** What is wrong and what would be right, a clause without a full stop. */
  readonly message: string;
}

/** One line, `file:line:column: path: message (found value)`, without the parts that an issue lacks. */
export function formatIssue(issue: Issue): string {
  return printable(`${placeText(issue)}: ${sentence(issue)}`);
}

/** The same of what is worth a note and not wrong. */
export function formatNote(note: Issue): string {
  return printable(`${placeText(note)}: note: ${sentence(note)}`);
}

/** A note without its place, for the results of a run. */
export function noteText({ path, message }: Issue): string {
  return path === "" ? message : `${path}: ${message}`;
}

/** `file:line:column`. */
export function placeText({ file, line, column }: Issue): string {
  return line > 0 ? `${file}:${line}:${column}` : file;
}

function sentence(issue: Issue): string {
  const path = issue.path === "" ? "" : `${issue.path}: `;
  const found = issue.value === "" ? "" : ` (found ${issue.value})`;
  return `${path}${issue.message}${found}`;
}
