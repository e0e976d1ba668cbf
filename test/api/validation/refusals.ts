import { expect } from "vitest";
import { defaultSpec } from "../../../src/api/defaults.js";
import { KINDS, type Kind } from "../../../src/api/kinds.js";
import type { Manifest } from "../../../src/api/kubernetes.js";
import { fromManifest } from "../../../src/api/manifest.js";
import type { NewObject } from "../../../src/api/new-object.js";
import { typeIssues } from "../../../src/api/schemas/screen.js";
import { issueText } from "../../../src/api/validation/field-issue.js";
import { type ValidationOptions, validateCreate } from "../../../src/api/validation/validate.js";

const BODIES = ["PriorityClass", "StorageClass", "EndpointSlice"];

export function manifestOf(kind: Kind, spec: object, metadata: object = {}): Manifest {
  const { apiVersion } = KINDS[kind];
  const body = BODIES.includes(kind) ? spec : { spec };
  return { apiVersion, kind, metadata: { name: "x", ...metadata }, ...body };
}

/** `type field` of each issue that the API server has with the object, after defaulting. */
export function refusals(
  kind: Kind,
  spec: object,
  { metadata = {}, options = {} }: { metadata?: object; options?: ValidationOptions } = {},
): string[] {
  const manifest = manifestOf(kind, spec, metadata);
  expect(typeIssues(manifest).map(issueText)).toEqual([]);
  const object = fromManifest(manifest, 0) as NewObject;
  const defaulted = { ...object, spec: defaultSpec(kind, object.spec as never) } as NewObject;
  return validateCreate(kind, defaulted, options).map((issue) => `${issue.type} ${issue.field}`);
}
