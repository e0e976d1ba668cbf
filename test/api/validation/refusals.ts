import { expect } from "vitest";
import { defaultSpec } from "../../../src/api/defaults.js";
import type { Kind } from "../../../src/api/kinds.js";
import type { Manifest } from "../../../src/api/kubernetes.js";
import { fromManifest } from "../../../src/api/manifest.js";
import type { NewObject } from "../../../src/api/new-object.js";
import { issueText } from "../../../src/api/validation/field-issue.js";
import { typeIssues } from "../../../src/api/schemas/screen.js";
import { type ValidationOptions, validateCreate } from "../../../src/api/validation/validate.js";

const API_VERSIONS: { readonly [K in Kind]?: string } = {
  Pod: "v1",
  Node: "v1",
  Service: "v1",
  Namespace: "v1",
  LimitRange: "v1",
  ResourceQuota: "v1",
  PersistentVolume: "v1",
  PersistentVolumeClaim: "v1",
  ReplicationController: "v1",
  Deployment: "apps/v1",
  ReplicaSet: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  Job: "batch/v1",
  CronJob: "batch/v1",
  HorizontalPodAutoscaler: "autoscaling/v2",
  PodDisruptionBudget: "policy/v1",
  PriorityClass: "scheduling.k8s.io/v1",
  StorageClass: "storage.k8s.io/v1",
  CSINode: "storage.k8s.io/v1",
  EndpointSlice: "discovery.k8s.io/v1",
};

const BODIES = ["PriorityClass", "StorageClass", "EndpointSlice"];

export function manifestOf(kind: Kind, spec: object, metadata: object = {}): Manifest {
  const apiVersion = API_VERSIONS[kind]!;
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
