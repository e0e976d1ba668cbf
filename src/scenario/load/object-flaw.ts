import type { FieldIssue } from "../../api/validation/field-issue.js";
import type { Path } from "./yaml-source.js";

/** What is wrong with an object, by the path of the field. */
export interface ObjectFlaw {
  readonly path: Path;
  readonly message: string;
  /** Whether it is about the last key of the path itself. */
  readonly atKey?: boolean;
}

/** An issue of the API server's, by its path as parts and in our words. */
export function flawOf(issue: FieldIssue): ObjectFlaw {
  const { type, detail } = issue;
  const path = pathOf(issue.field);
  switch (type) {
    case "Required":
      return { path, message: detail === "" ? "is required" : `is required: ${detail}` };
    case "Forbidden":
      return { path, message: detail === "" ? "is not allowed" : `is not allowed: ${detail}` };
    case "Duplicate":
      return { path, message: "stands twice: each must be unique" };
    case "NotFound":
      return { path, message: "there is none of that name" };
    default:
      return { path, message: detail === "" ? "is no valid value" : detail };
  }
}

/** `spec.containers[0].resources.requests[cpu]` as its parts. */
function pathOf(field: string): Path {
  const parts: (string | number)[] = [];
  for (const match of field.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    const inBrackets = match[2];
    if (inBrackets === undefined) parts.push(match[1]!);
    else parts.push(/^\d+$/.test(inBrackets) ? Number(inBrackets) : inBrackets);
  }
  return parts;
}
