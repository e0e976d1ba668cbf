import type { PodVersion } from "../../api/pod-version.js";
import type { WriteRequest } from "../../store/request.js";
import { hasOtherController, isStaleFor, ownersOfClaim } from "./claim-retention.js";
import { identityMatches, ordinalOf, storageMatches } from "./identity.js";
import { claimsOf, identityLabels, type Revision, withClaims } from "./stateful-pods.js";
import { ordinalsOf, type StatefulView } from "./stateful-view.js";

/** What a write does for its pod. */
export type Purpose = "claim" | "pod" | "retention" | "identity" | "delete";

export interface PodWrite {
  readonly purpose: Purpose;
  readonly request: WriteRequest;
}

/** An event of the set. */
interface Told {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** What is to be done about one pod, one write after the other. */
export interface PodTask {
  readonly podName: string;
  readonly writes: readonly PodWrite[];
  readonly told: readonly Told[];
  /** Why it cannot be done; it fails once its writes are answered. */
  readonly failure: string | null;
}

interface User {
  readonly name: string;
  readonly uid: string;
}

export function task(podName: string, writes: readonly PodWrite[]): PodTask {
  return { podName, writes, told: [], failure: null };
}

export function deletionOf(pod: PodVersion): PodTask {
  return task(pod.name, [{ purpose: "delete", request: { verb: "delete", target: pod } }]);
}

/** Makes the pod, its missing claims before it. */
export function creationOf(view: StatefulView, ordinal: number, revision: Revision): PodTask {
  const object = view.newPod(ordinal, revision);
  const { writes, failure } = missingClaims(view, ordinal);
  const create = { purpose: "pod", request: { verb: "create", object } } as const;
  const retention = retentionOf(view, { name: object.name, uid: "" });
  return {
    podName: object.name,
    writes: failure === null ? [...writes, create, ...retention.writes] : writes,
    told: retention.told,
    failure,
  };
}

/** Makes what claims a pending pod lacks. */
export function completionOf(view: StatefulView, pod: PodVersion): PodTask {
  const { writes, failure } = missingClaims(view, ordinalOf(pod));
  if (failure !== null) return { podName: pod.name, writes, told: [], failure };
  const retention = retentionOf(view, pod);
  return {
    podName: pod.name,
    writes: [...writes, ...retention.writes],
    told: retention.told,
    failure,
  };
}

/** Gives the pod its name's labels and its claims their owners, where they differ. */
export function identityOf(view: StatefulView, pod: PodVersion): PodTask {
  const { set, features } = view;
  const ordinal = ordinalOf(pod);
  const hasStorage = storageMatches(set, pod);
  const retention = retentionOf(view, pod);
  const retained = retention.writes.length === 0;
  if (identityMatches(set, pod) && hasStorage && retained) return task(pod.name, []);
  const claims = hasStorage ? { writes: [], failure: null } : missingClaims(view, ordinal);
  if (claims.failure !== null) {
    return { podName: pod.name, writes: claims.writes, told: [], failure: claims.failure };
  }
  const labels = { ...pod.labels, ...identityLabels(pod.name, ordinal, features.PodIndexLabel) };
  const spec = hasStorage
    ? {}
    : { spec: { ...pod.spec, ...withClaims(set, ordinal, pod.spec.volumes) } };
  const request = { verb: "update", base: pod, change: { labels, ...spec } } as const;
  return {
    podName: pod.name,
    writes: [...claims.writes, ...retention.writes, { purpose: "identity", request }],
    told: retention.told,
    failure: null,
  };
}

/** Gives the claims of a pod that has to go their owners. */
export function retentionTask(view: StatefulView, pod: PodVersion): PodTask {
  return { podName: pod.name, failure: null, ...retentionOf(view, pod) };
}

/** Whether a claim of the pod that is to be made belongs to a former one, which the pod has to wait for. */
export function hasStaleClaim(view: StatefulView, podName: string, ordinal: number): boolean {
  if (!view.features.StatefulSetAutoDeletePVC) return false;
  return claimsOf(view.set, ordinal).some(({ name }) => {
    const claim = view.claim(name);
    return claim !== undefined && isStaleFor(view.set, claim, { name: podName, uid: "" });
  });
}

function missingClaims(view: StatefulView, ordinal: number): Pick<PodTask, "writes" | "failure"> {
  const writes: PodWrite[] = [];
  let failure: string | null = null;
  for (const object of claimsOf(view.set, ordinal)) {
    const claim = view.claim(object.name);
    if (claim === undefined) writes.push({ purpose: "claim", request: { verb: "create", object } });
    else if (claim.deletionTimeMicros !== null) {
      failure ??= `pvc ${object.name} is being deleted`;
    }
  }
  return { writes, failure };
}

function retentionOf(view: StatefulView, pod: User): Pick<PodTask, "writes" | "told"> {
  const { set, features } = view;
  const writes: PodWrite[] = [];
  const told: Told[] = [];
  if (!features.StatefulSetAutoDeletePVC) return { writes, told };
  const ordinals = ordinalsOf(set, features);
  for (const { name } of claimsOf(set, ordinalOf(pod))) {
    const claim = view.claim(name);
    if (claim === undefined) continue;
    const ownerReferences = ownersOfClaim(set, claim, pod, ordinals);
    if (ownerReferences === null) continue;
    if (hasOtherController(set, claim, pod)) told.push(conflictingController(name));
    const request = { verb: "update", base: claim, change: { ownerReferences } } as const;
    writes.push({ purpose: "retention", request });
  }
  return { writes, told };
}

function conflictingController(claimName: string): Told {
  const message =
    `PersistentVolumeClaim ${claimName} has a conflicting OwnerReference that acts as a ` +
    "managing controller, the retention policy is ignored for this claim";
  return { type: "Warning", reason: "ConflictingController", message };
}
