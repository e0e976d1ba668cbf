import { KINDS, type Kind } from "../kinds.js";
import type { Manifest } from "../kubernetes.js";
import { kindOf, toCurrentVersion } from "../legacy-versions.js";
import { QuantityError, readQuantity } from "../quantity.js";
import { parseTimestamp } from "../timestamp.js";
import { FieldIssues, type FieldIssue } from "./field-issue.js";
import { META_SHAPE, SPEC_SHAPES, STATUS_SHAPES } from "./kind-shapes.js";

type Scalar =
  | "string"
  | "boolean"
  | "integer"
  | "number"
  | "quantity"
  | "intOrString"
  | "time"
  | "any";

/** What type a field's value has. Fields that a shape does not name are not looked at. */
export type Shape =
  | Scalar
  | { readonly listOf: Shape }
  | { readonly mapOf: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

function scalarError(shape: Scalar, value: unknown): string | undefined {
  switch (shape) {
    case "any":
      return undefined;
    case "string":
      return typeof value === "string" ? undefined : "must be a string; quote it if it is one";
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "integer":
      return Number.isSafeInteger(value) ? undefined : "must be an integer";
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? undefined : "must be a number";
    case "intOrString":
      return typeof value === "string" || Number.isSafeInteger(value)
        ? undefined
        : "must be an integer or a string";
    case "time":
      return parseTimestamp(value, 0) === null
        ? "must be a time such as 2026-01-05T08:00:00Z"
        : undefined;
    case "quantity": {
      const parsed = readQuantity(value);
      return parsed instanceof QuantityError ? parsed.message : undefined;
    }
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function check(value: unknown, shape: Shape, place: { path: string; issues: FieldIssues }): void {
  const { path, issues } = place;
  // null stands for an absent field, as in JSON that Kubernetes reads.
  if (value === undefined || value === null) return;
  if (typeof shape === "string") {
    const detail = scalarError(shape, value);
    if (detail !== undefined) issues.typeInvalid(path, value, detail);
  } else if ("listOf" in shape) {
    if (!Array.isArray(value)) issues.typeInvalid(path, value, "must be a list");
    else {
      value.forEach((element, i) => {
        const at = `${path}[${i}]`;
        if (element === null) issues.typeInvalid(at, element, "must not be null");
        else check(element, shape.listOf, { path: at, issues });
      });
    }
  } else if (!isPlainObject(value)) {
    issues.typeInvalid(path, value, "must be an object with named fields");
  } else if ("mapOf" in shape) {
    for (const [key, element] of Object.entries(value)) {
      const at = `${path}[${key}]`;
      if (element === null) issues.typeInvalid(at, element, "must not be null");
      else check(element, shape.mapOf, { path: at, issues });
    }
  } else {
    for (const [name, field] of Object.entries(shape.fields)) {
      check(value[name], field, { path: path === "" ? name : `${path}.${name}`, issues });
    }
  }
}

/** What of an object's spec (or body) has the wrong type. */
function specShapeIssues(kind: Kind, spec: unknown, path: string): readonly FieldIssue[] {
  const issues = new FieldIssues();
  check(spec, SPEC_SHAPES[kind] ?? "any", { path, issues });
  return issues.list;
}

/**
 * What the API server could not even decode: modelled fields of the wrong type, quantities and times
 * that are none. A manifest without such issues may be given to `fromManifest`, defaulted and
 * validated. A kind that is not modelled has no issues.
 */
export function shapeIssues(manifest: Manifest): readonly FieldIssue[] {
  const kind = kindOf(manifest.apiVersion, manifest.kind);
  if (kind === undefined) return [];
  const issues = new FieldIssues();
  check(manifest.metadata, META_SHAPE, { path: "metadata", issues });
  if (issues.list.length > 0) return issues.list;
  const current = toCurrentVersion(kind, manifest);
  const spec = KINDS[kind].hasSpec
    ? specShapeIssues(kind, current.spec, "spec")
    : specShapeIssues(kind, current, "");
  issues.list.push(...spec);
  check(current.status, STATUS_SHAPES[kind] ?? { fields: {} }, { path: "status", issues });
  return issues.list;
}
