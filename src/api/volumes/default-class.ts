import type { StorageClass } from "./claims.js";

const IS_DEFAULT = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

/**
 * The class of claims that name none: of several that are marked as the default the newest, the first
 * by name among equals. Undefined where none is.
 * Source: Kubernetes, "Storage Classes: Default StorageClass".
 */
export function defaultStorageClass(classes: Iterable<StorageClass>): StorageClass | undefined {
  let chosen: StorageClass | undefined;
  for (const candidate of classes) {
    if (!IS_DEFAULT.some((key) => candidate.annotations[key] === "true")) continue;
    if (chosen === undefined || comesBefore(candidate, chosen)) chosen = candidate;
  }
  return chosen;
}

function comesBefore(a: StorageClass, b: StorageClass): boolean {
  if (a.creationTimeMicros !== b.creationTimeMicros) {
    return a.creationTimeMicros > b.creationTimeMicros;
  }
  return a.name < b.name;
}
