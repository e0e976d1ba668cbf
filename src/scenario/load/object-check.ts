import { defaultSpec } from "../../api/defaults.js";
import type { Kind, SpecOf } from "../../api/kinds.js";
import type { Manifest } from "../../api/kubernetes.js";
import { fromManifest } from "../../api/manifest.js";
import type { NewObject } from "../../api/new-object.js";
import type { FieldIssue } from "../../api/validation/field-issue.js";
import { shapeIssues } from "../../api/validation/shape.js";
import { validateCreate } from "../../api/validation/validate.js";
import { dumpedFlaws } from "./dumped-flaws.js";
import type { ObjectFlaw } from "./manifests.js";
import { valueAt } from "./value-path.js";
import type { Path } from "./yaml-source.js";

/** What the API server would refuse of a manifest that is created, whatever else there is. */
export function manifestFlaws(manifest: Manifest): readonly ObjectFlaw[] {
  const unreadable = shapeIssues(manifest);
  if (unreadable.length > 0) return unreadable.map(flawOf);
  const { name, generateName } = manifest.metadata;
  const named =
    name === undefined && generateName !== undefined
      ? { ...manifest, metadata: { ...manifest.metadata, name: `${generateName}x` } }
      : manifest;
  const object = fromManifest(named, 0);
  if (object === null) return [];
  const spec = defaultSpec(object.kind, object.spec as SpecOf[Kind]);
  const defaulted = { ...object, spec } as NewObject;
  return validateCreate(object.kind, defaulted).map((issue) => entryFlawOf(issue, manifest));
}

/** What could not be read of an object that a live API server gave out. */
export function dumpFlaws(manifest: Manifest): readonly ObjectFlaw[] {
  const unreadable = shapeIssues(manifest);
  return unreadable.length > 0 ? unreadable.map(flawOf) : dumpedFlaws(manifest);
}

/** The API server's path of a bad label is that of all labels: here it is that of the label. */
function entryFlawOf(issue: FieldIssue, manifest: Manifest): ObjectFlaw {
  const flaw = flawOf(issue);
  const { value } = issue;
  const map = valueAt(manifest, flaw.path);
  // What is missing is no entry, though one may be as empty.
  if (issue.type === "Required") return flaw;
  if (typeof value !== "string" || typeof map !== "object" || map === null || Array.isArray(map)) {
    return flaw;
  }
  if (Object.hasOwn(map, value)) return { ...flaw, path: [...flaw.path, value], atKey: true };
  const entry = Object.entries(map).find(([, one]) => one === value);
  return entry === undefined ? flaw : { ...flaw, path: [...flaw.path, entry[0]] };
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
