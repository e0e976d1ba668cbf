import type { ObjectVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";

export type StatefulSet = ObjectVersion<"StatefulSet">;

export const POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name";
export const POD_INDEX_LABEL = "apps.kubernetes.io/pod-index";
export const REVISION_LABEL = "controller-revision-hash";

const MAX_INT32 = 2 ** 31 - 1;
const CODE_OF_0 = 48;
const CODE_OF_9 = 57;

/** Where the dash before the number at the end of a pod's name is; -1 where there is no such number. */
function dashOf(podName: string): number {
  const dash = podName.lastIndexOf("-");
  if (dash < 0 || dash === podName.length - 1) return -1;
  for (let at = dash + 1; at < podName.length; at++) {
    const code = podName.charCodeAt(at);
    if (code < CODE_OF_0 || code > CODE_OF_9) return -1;
  }
  return dash;
}

/** The number at the end of a pod's name; -1 where there is none. */
export function ordinalOf({ name }: Pick<PodVersion, "name">): number {
  const dash = dashOf(name);
  const ordinal = dash < 0 ? -1 : Number(name.slice(dash + 1));
  return ordinal <= MAX_INT32 ? ordinal : -1;
}

export function podName(set: Pick<StatefulSet, "name">, ordinal: number): string {
  return `${set.name}-${ordinal}`;
}

export function claimName(
  template: { readonly metadata?: { readonly name?: string } },
  set: Pick<StatefulSet, "name">,
  ordinal: number,
): string {
  return `${template.metadata?.name ?? ""}-${podName(set, ordinal)}`;
}

/** Whether the pod's name says that it is one of the set's. */
export function isMemberOf(set: Pick<StatefulSet, "name">, pod: PodVersion): boolean {
  return dashOf(pod.name) === set.name.length && pod.name.startsWith(set.name);
}

/** The ordinals that a set has: `first` and as many as it has replicas. */
export interface Ordinals {
  readonly first: number;
  readonly count: number;
}

export function isWithin({ first, count }: Ordinals, ordinal: number): boolean {
  return ordinal >= first && ordinal < first + count;
}

/** Whether name and label of the pod are those of its ordinal. */
export function identityMatches(
  set: Pick<StatefulSet, "name" | "namespace">,
  pod: PodVersion,
): boolean {
  const ordinal = ordinalOf(pod);
  if (ordinal < 0 || pod.name !== podName(set, ordinal)) return false;
  return pod.namespace === set.namespace && pod.labels[POD_NAME_LABEL] === pod.name;
}

/** Whether the pod's volumes are claims of its ordinal, one a claim template. */
export function storageMatches(set: StatefulSet, pod: PodVersion): boolean {
  const ordinal = ordinalOf(pod);
  if (ordinal < 0) return false;
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const volume = pod.spec.volumes?.find(({ name }) => name === template.metadata?.name);
    const claimed = volume?.persistentVolumeClaim?.claimName;
    if (claimed === undefined || claimed !== claimName(template, set, ordinal)) return false;
  }
  return true;
}

export function revisionOf(pod: Pick<PodVersion, "labels">): string {
  return pod.labels[REVISION_LABEL] ?? "";
}
