import { defaultSpec } from "../../api/defaults.js";
import type { Kind, SpecOf } from "../../api/kinds.js";
import type { Manifest } from "../../api/kubernetes.js";
import { fromManifest } from "../../api/manifest.js";
import type { NewObject } from "../../api/new-object.js";
import type { FieldIssue } from "../../api/validation/field-issue.js";
import { type ValidationOptions, validateCreate } from "../../api/validation/validate.js";
import { flawOf, type ObjectFlaw } from "./object-flaw.js";
import { valueAt } from "./value-path.js";

/** Keeps what was made of a manifest that is as it should be, so that it is not made once more. */
export type KeepObject = (manifest: Manifest, object: NewObject) => void;

/**
 * What the API server would refuse of a manifest that is created, whatever else there is. Its fields
 * have the right types (`ObjectScreen`).
 */
export function manifestFlaws(
  manifest: Manifest,
  options: ValidationOptions = {},
  keep?: KeepObject,
): readonly ObjectFlaw[] {
  const { name, generateName } = manifest.metadata;
  const named =
    name === undefined && generateName !== undefined
      ? { ...manifest, metadata: { ...manifest.metadata, name: `${generateName}x` } }
      : manifest;
  const object = fromManifest(named, 0);
  if (object === null) return [];
  const spec = defaultSpec(object.kind, object.spec as SpecOf[Kind]);
  const defaulted = { ...object, spec } as NewObject;
  const issues = validateCreate(object.kind, defaulted, options);
  if (issues.length === 0 && named === manifest) keep?.(manifest, defaulted);
  return issues.map((issue) => entryFlawOf(issue, manifest));
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
