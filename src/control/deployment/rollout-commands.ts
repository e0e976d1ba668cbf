import type { Change } from "../../store/request.js";
import type { Deployment, ReplicaSet } from "./replica-sets.js";
import { inherited, ownAnnotations, revisionOf } from "./revisions.js";
import { POD_TEMPLATE_HASH, TemplateContents } from "./template-hash.js";

/** A change to write, or why there is none to write, in kubectl's words. */
export type CommandResult =
  | { readonly ok: true; readonly change: Change }
  | { readonly ok: false; readonly message: string };

/**
 * `kubectl rollout undo`: the template of an earlier revision. `sets` are the Deployment's own;
 * `toRevision` 0 is the revision before the present one.
 */
export function undo(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  toRevision = 0,
): CommandResult {
  const set = toRevision === 0 ? previousOf(sets) : withRevisionNumber(sets, toRevision);
  if (set === null) {
    const message =
      toRevision === 0
        ? `no rollout history found for deployment "${deployment.name}"`
        : `unable to find specified revision ${toRevision} in history`;
    return { ok: false, message };
  }
  if (deployment.spec.paused === true) {
    return { ok: false, message: "you cannot rollback a paused deployment; resume it first" };
  }
  const template = set.spec.template ?? {};
  if (new TemplateContents().equal(template, deployment.spec.template)) {
    const message = `skipped rollback (current template already matches revision ${toRevision})`;
    return { ok: false, message };
  }
  const { [POD_TEMPLATE_HASH]: _, ...labels } = template.metadata?.labels ?? {};
  const change: Change = {
    annotations: { ...inherited(set.annotations), ...ownAnnotations(deployment.annotations) },
    spec: {
      ...deployment.spec,
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  return { ok: true, change };
}

/** `kubectl rollout restart`: an annotation of the template with the time makes all pods new. */
export function restart(deployment: Deployment, now: string): CommandResult {
  if (deployment.spec.paused === true) {
    return { ok: false, message: "can't restart paused deployment (run rollout resume first)" };
  }
  const { template } = deployment.spec;
  const annotations = {
    ...template.metadata?.annotations,
    "kubectl.kubernetes.io/restartedAt": now,
  };
  const metadata = { ...template.metadata, annotations };
  const spec = { ...deployment.spec, template: { ...template, metadata } };
  return { ok: true, change: { spec } };
}

/** `kubectl rollout pause` and `kubectl rollout resume`. */
export function setPaused(deployment: Deployment, paused: boolean): CommandResult {
  if ((deployment.spec.paused ?? false) === paused) {
    return { ok: false, message: paused ? "is already paused" : "is not paused" };
  }
  return { ok: true, change: { spec: { ...deployment.spec, paused } } };
}

function withRevisionNumber(sets: readonly ReplicaSet[], revision: number): ReplicaSet | null {
  return sets.find((set) => revisionOf(set) === revision) ?? null;
}

/** The set with the second-highest revision. */
function previousOf(sets: readonly ReplicaSet[]): ReplicaSet | null {
  const sorted = [...sets].sort((a, b) => (revisionOf(b) ?? 0) - (revisionOf(a) ?? 0));
  return sorted[1] ?? null;
}
