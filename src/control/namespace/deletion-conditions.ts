import type { ObjectVersion } from "../../api/object-version.js";

type Status = ObjectVersion<"Namespace">["status"];

/** Upstream's conditions of a namespace that is being emptied, while nothing is wrong with that. */
const CONDITIONS = [
  [
    "NamespaceDeletionDiscoveryFailure",
    "ResourcesDiscovered",
    "All resources successfully discovered",
  ],
  [
    "NamespaceDeletionGroupVersionParsingFailure",
    "ParsedGroupVersions",
    "All legacy kube types successfully parsed",
  ],
  [
    "NamespaceDeletionContentFailure",
    "ContentDeleted",
    "All content successfully deleted, may be waiting on finalization",
  ],
  ["NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"],
  [
    "NamespaceFinalizersRemaining",
    "ContentHasNoFinalizers",
    "All content-preserving finalizers finished",
  ],
] as const;

/** The status with all of them; null where it has them. */
export function withDeletionConditions(status: Status, now: string): Status | null {
  const known = status.conditions ?? [];
  const missing = CONDITIONS.filter(([type]) => known.every((one) => one.type !== type));
  if (missing.length === 0) return null;
  const added = missing.map(([type, reason, message]) => ({
    type,
    reason,
    message,
    status: "False",
    lastTransitionTime: now,
  }));
  return { ...status, conditions: [...known, ...added] };
}
