import { defaultPodFields, withPodLevelDefaults } from "../../../src/api/defaults/pod.js";
import { defaultSpec } from "../../../src/api/defaults.js";
import { type GenericKind, KINDS } from "../../../src/api/kinds.js";
import type { Manifest, PodSpec } from "../../../src/api/kubernetes.js";
import { fromManifest } from "../../../src/api/manifest.js";
import type { VersionOf } from "../../../src/api/object-version.js";
import { PodVersion } from "../../../src/api/pod-version.js";
import type { Features } from "../../../src/api/features.js";
import { ObjectTable } from "../../../src/scheduler/framework/listers.js";
import type { RawObject } from "./vector.js";

/** The first pod that is bound starts at this time. */
const START_TIME_MS = Date.UTC(2030, 0, 1);

let lastRow = 0;

function meta(kind: keyof typeof KINDS, raw: RawObject) {
  const object = fromManifest(
    { ...raw, apiVersion: KINDS[kind].apiVersion, kind } as unknown as Manifest,
    START_TIME_MS,
  );
  if (object === null) throw new Error(`${kind} is not modelled`);
  lastRow += 1;
  const uid = object.uid ?? `${kind}/${object.namespace}/${object.name}`;
  const assigned = { row: lastRow, resourceVersion: 1, generation: 1, creationTimeMicros: 0 };
  return { object, assigned: { ...assigned, uid } };
}

/**
 * A pod of a vector with the defaults of its version. Resources of the pod as a whole are among them
 * unless the API server fills them in later, when the pod is created.
 */
export function buildPod(raw: RawObject, features: Features): PodVersion {
  const { object, assigned } = meta("Pod", raw);
  if (object.kind !== "Pod") throw new Error("not a pod");
  const filled = defaultPodFields(object.spec as PodSpec);
  const spec = features.PodLevelDefaultsOnCreation ? filled : withPodLevelDefaults(filled);
  return PodVersion.of({ ...object, ...assigned, spec });
}

/** An object of a vector of any other kind, defaulted as the API server does it. */
export function buildObject<K extends GenericKind>(kind: K, raw: RawObject): VersionOf<K> {
  const { object, assigned } = meta(kind, raw);
  const spec = defaultSpec(kind, object.spec as never);
  return { ...object, ...assigned, spec } as unknown as VersionOf<K>;
}

export function buildTable<K extends GenericKind>(
  kind: K,
  list: readonly RawObject[] | undefined,
): ObjectTable<K> {
  return new ObjectTable((list ?? []).map((raw) => buildObject(kind, raw)) as never);
}
