import type { GenericKind, SpecOf, Status } from "../../../src/api/kinds.js";
import type { Labels } from "../../../src/api/kubernetes.js";
import type { ObjectVersion, VersionMeta } from "../../../src/api/object-version.js";
import { EMPTY_POD_STATUS, type PodFields, PodVersion } from "../../../src/api/pod-version.js";

/** Metadata that a case does not speak of. */
export function meta(row: number, name: string, change: Partial<VersionMeta> = {}): VersionMeta {
  return {
    row,
    uid: `uid-${row}-${name}`,
    namespace: "default",
    name,
    generateName: "",
    resourceVersion: row + 1,
    generation: 0,
    creationTimeMicros: 0,
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels: {},
    annotations: {},
    ownerReferences: [],
    finalizers: [],
    ...change,
  };
}

export function object<K extends GenericKind>(
  kind: K,
  metadata: VersionMeta,
  spec: SpecOf[K],
  status: Status<K>,
): ObjectVersion<K> {
  return { kind, ...metadata, spec, status };
}

export function pod(metadata: VersionMeta, fields: Partial<PodFields> = {}): PodVersion {
  return PodVersion.of({
    spec: { containers: [] },
    nodeName: "",
    nominatedNodeName: "",
    phase: "Pending",
    status: EMPTY_POD_STATUS,
    ...metadata,
    ...fields,
  });
}

/** Annotations that have a value. */
export function annotations(values: Readonly<Record<string, unknown>>): Labels {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
}
