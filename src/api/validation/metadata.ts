import type { LabelSelector, Labels } from "../kubernetes.js";
import { labelValueErrors, qualifiedNameErrors } from "../label-validation.js";
import type { FieldIssues } from "./field-issue.js";

/** All annotations of an object together, in bytes. */
const MAX_ANNOTATION_BYTES = 256 * 1024;
export function validateLabels(labels: Labels, path: string, issues: FieldIssues): void {
  for (const [key, value] of Object.entries(labels)) {
    issues.invalidFor(path, key, qualifiedNameErrors(key));
    issues.invalidFor(path, value, labelValueErrors(value));
  }
}

export function validateAnnotations(annotations: Labels, path: string, issues: FieldIssues): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    issues.invalidFor(path, key, qualifiedNameErrors(key.toLowerCase()));
    bytes += key.length + value.length;
  }
  if (bytes > MAX_ANNOTATION_BYTES) {
    issues.invalid(path, "", `must have at most ${MAX_ANNOTATION_BYTES} bytes`);
  }
}

/** Keys, operators and values of a label selector. */
export function validateLabelSelector(
  selector: LabelSelector,
  path: string,
  issues: FieldIssues,
): void {
  validateLabels(selector.matchLabels ?? {}, `${path}.matchLabels`, issues);
  (selector.matchExpressions ?? []).forEach((expression, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    const values = expression.values ?? [];
    switch (expression.operator) {
      case "In":
      case "NotIn":
        if (values.length === 0) {
          issues.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
        }
        break;
      case "Exists":
      case "DoesNotExist":
        if (values.length > 0) {
          issues.forbidden(
            `${at}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          );
        }
        break;
      default:
        issues.invalid(`${at}.operator`, expression.operator, "not a valid selector operator");
    }
    issues.invalidFor(`${at}.key`, expression.key, qualifiedNameErrors(expression.key ?? ""));
    values.forEach((value, j) => {
      issues.invalidFor(`${at}.values[${j}]`, value, labelValueErrors(value));
    });
  });
}
