import { type GenericKind, KINDS, type Kind, type Status } from "./kinds.js";
import type { Manifest, ObjectMeta, PodSpec, RawPodStatus } from "./kubernetes.js";
import { kindOf, toCurrentVersion } from "./legacy-versions.js";
import type { NewGeneric, NewObject, NewPod } from "./new-object.js";
import type { AnyVersion, ObjectVersion, VersionMeta } from "./object-version.js";
import { readPodStatus, writePodStatus } from "./pod-status-manifest.js";
import type { PodPhase, PodVersion } from "./pod-version.js";
import { formatTimestamp, parseTimestamp } from "./timestamp.js";
import { withoutNulls } from "./without-nulls.js";

const PHASES: readonly string[] = ["Pending", "Running", "Succeeded", "Failed", "Unknown"];

function readMeta(kind: Kind, metadata: ObjectMeta, startTimeMs: number) {
  const created = parseTimestamp(metadata.creationTimestamp, startTimeMs);
  return {
    namespace: KINDS[kind].namespaced ? metadata.namespace || "default" : "",
    name: metadata.name ?? "",
    generateName: metadata.generateName ?? "",
    deletionTimeMicros: parseTimestamp(metadata.deletionTimestamp, startTimeMs),
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds ?? null,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    ownerReferences: metadata.ownerReferences ?? [],
    finalizers: metadata.finalizers ?? [],
    ...(metadata.uid ? { uid: metadata.uid } : {}),
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation }),
    ...(created === null ? {} : { creationTimeMicros: created }),
  };
}

function readPod(manifest: Manifest, startTimeMs: number): NewPod {
  // The binding stands apart from the spec, which the pods of one template share.
  const { nodeName = "", ...rest } = (manifest.spec ?? {}) as PodSpec;
  const status = (manifest.status ?? {}) as RawPodStatus;
  const phase =
    status.phase !== undefined && PHASES.includes(status.phase) ? status.phase : "Pending";
  return {
    kind: "Pod",
    ...readMeta("Pod", manifest.metadata ?? {}, startTimeMs),
    spec: { ...rest, containers: rest.containers ?? [] },
    nodeName,
    nominatedNodeName: status.nominatedNodeName ?? "",
    phase: phase as PodPhase,
    status: readPodStatus(status, startTimeMs),
  };
}

function readGeneric(kind: GenericKind, manifest: Manifest, startTimeMs: number): NewGeneric {
  const { apiVersion: _, kind: __, metadata, status, ...body } = manifest;
  return {
    kind,
    ...readMeta(kind, metadata ?? {}, startTimeMs),
    spec: KINDS[kind].hasSpec ? (manifest.spec ?? {}) : body,
    status: KINDS[kind].hasStatus ? (status ?? {}) : undefined,
  } as NewGeneric;
}

/**
 * The object of a manifest, in today's API version, as a client writes it; null when its kind is not
 * modelled. The manifest's fields must have the right types (`shapeIssues`). Nothing is defaulted.
 *
 * @param startTimeMs virtual zero as milliseconds since 1970
 */
export function fromManifest(manifest: Manifest, startTimeMs: number): NewObject | null {
  const kind = kindOf(manifest.apiVersion, manifest.kind);
  if (kind === undefined) return null;
  const current = toCurrentVersion(kind, withoutNulls(manifest));
  return kind === "Pod"
    ? readPod(current, startTimeMs)
    : (readGeneric(kind, current, startTimeMs) as NewObject);
}

function writeMeta(object: VersionMeta, startTimeMs: number): ObjectMeta {
  const time = (micros: number): string => formatTimestamp(micros, startTimeMs);
  return {
    name: object.name,
    ...(object.generateName === "" ? {} : { generateName: object.generateName }),
    ...(object.namespace === "" ? {} : { namespace: object.namespace }),
    uid: object.uid,
    resourceVersion: String(object.resourceVersion),
    ...(object.generation === 0 ? {} : { generation: object.generation }),
    creationTimestamp: time(object.creationTimeMicros),
    ...(object.deletionTimeMicros === null
      ? {}
      : { deletionTimestamp: time(object.deletionTimeMicros) }),
    ...(object.deletionGracePeriodSeconds === null
      ? {}
      : { deletionGracePeriodSeconds: object.deletionGracePeriodSeconds }),
    ...(Object.keys(object.labels).length === 0 ? {} : { labels: { ...object.labels } }),
    ...(Object.keys(object.annotations).length === 0
      ? {}
      : { annotations: { ...object.annotations } }),
    ...(object.ownerReferences.length === 0
      ? {}
      : { ownerReferences: [...object.ownerReferences] }),
    ...(object.finalizers.length === 0 ? {} : { finalizers: [...object.finalizers] }),
  };
}

function writePod(pod: PodVersion, startTimeMs: number): Manifest {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: writeMeta(pod, startTimeMs),
    spec: pod.nodeName === "" ? pod.spec : { ...pod.spec, nodeName: pod.nodeName },
    status: writePodStatus(pod, startTimeMs),
  };
}

/**
 * A stored version in Kubernetes' full shape, as `kubectl get -o yaml` prints it.
 *
 * @param startTimeMs virtual zero as milliseconds since 1970
 */
export function toManifest(version: AnyVersion, startTimeMs: number): Manifest {
  if (version.kind === "Pod") return writePod(version, startTimeMs);
  const object = version as ObjectVersion;
  const { apiVersion, hasSpec, hasStatus } = KINDS[object.kind];
  const head = { apiVersion, kind: object.kind, metadata: writeMeta(object, startTimeMs) };
  const status: Status<Kind> | Record<string, never> = object.status ?? {};
  return {
    ...head,
    ...(hasSpec ? { spec: object.spec } : (object.spec as Record<string, unknown>)),
    ...(hasStatus ? { status } : {}),
  };
}
