import { ALL_KINDS } from "../../api/kinds.js";
import type { Manifest } from "../../api/kubernetes.js";
import { toManifest } from "../../api/manifest.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { ObjectStore } from "../../store/object-store.js";

/**
 * Every object that the API server keeps at this moment, as Kubernetes writes it: kind by kind.
 * `startTimeMs`: virtual zero as milliseconds since 1970.
 */
export function* storedManifests(store: ObjectStore, startTimeMs: number): Iterable<Manifest> {
  for (const kind of ALL_KINDS) {
    for (const object of store.table(kind)) yield toManifest(object as AnyVersion, startTimeMs);
  }
}
