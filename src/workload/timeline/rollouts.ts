import { kindNamed } from "../../api/kinds.js";
import { own } from "../../base/own.js";
import type { Labels, PodTemplateSpec } from "../../api/kubernetes.js";
import { controllerOf, type ObjectVersion } from "../../api/object-version.js";
import { formatTimestamp } from "../../api/timestamp.js";
import type { ObjectStore } from "../../store/object-store.js";
import { merging } from "./merging.js";
import type { OperationTarget } from "./operation.js";
import type { Step } from "./step.js";
import { stored } from "./stored.js";

export type RolloutOperation =
  | {
      readonly type: "rollout";
      readonly action: "pause" | "resume" | "restart";
      readonly target: OperationTarget;
    }
  | {
      readonly type: "rollout";
      readonly action: "undo";
      readonly target: OperationTarget;
      /** 0 for the revision before the present one. */
      readonly toRevision: number;
    };

type Deployment = ObjectVersion<"Deployment">;
type ReplicaSet = ObjectVersion<"ReplicaSet">;

const REVISION = "deployment.kubernetes.io/revision";
const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";
const TEMPLATE_HASH = "pod-template-hash";

/** Annotations that an undo does not take over from the old ReplicaSet. */
const KEPT_ANNOTATIONS: readonly string[] = [
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
];

/**
 * The request behind `kubectl rollout`: the client reads, decides and writes; the Deployment
 * controller knows nothing of an undo but a template that changed.
 *
 * Source: Kubernetes, "Deployments: Rolling Back a Deployment"; kubectl's `polymorphichelpers`.
 */
export function rolloutStep(
  operation: RolloutOperation,
  store: ObjectStore,
  startTimeMs: number,
): Step {
  const { target } = operation;
  const object = stored(store, target);
  if (typeof object === "string") return { target, refusal: object };
  if (operation.action === "restart") {
    return restart(operation, object, formatTimestamp(secondOf(store.engine.now), startTimeMs));
  }
  if (object.kind !== "Deployment") {
    const refusal = `rollout ${operation.action} is not supported for a ${target.kind}`;
    return { target, refusal };
  }
  const paused = object.spec.paused === true;
  switch (operation.action) {
    case "pause":
      return paused
        ? { target, refusal: `deployments.apps "${target.name}" is already paused` }
        : merging(target, { spec: { paused: true } }, "paused");
    case "resume":
      return paused
        ? merging(target, { spec: { paused: null } }, "resumed")
        : { target, refusal: `deployments.apps "${target.name}" is not paused` };
    case "undo":
      return undo(operation, object, store);
  }
}

function secondOf(timeMicros: number): number {
  return Math.floor(timeMicros / 1_000_000) * 1_000_000;
}

function restart(
  { target }: RolloutOperation,
  object: { readonly kind: string; readonly spec: unknown },
  restartedAt: string,
): Step {
  if (kindNamed(object.kind)?.workload?.isRolledOut === undefined) {
    return { target, refusal: `restarting is not supported for a ${target.kind}` };
  }
  if ((object.spec as { paused?: boolean }).paused === true) {
    return { target, refusal: "can't restart paused deployment (run rollout resume first)" };
  }
  const metadata = { annotations: { [RESTARTED_AT]: restartedAt } };
  return merging(target, { spec: { template: { metadata } } }, "restarted");
}

function undo(
  operation: Extract<RolloutOperation, { action: "undo" }>,
  deployment: Deployment,
  store: ObjectStore,
): Step {
  const { target, toRevision } = operation;
  if (deployment.spec.paused === true) {
    const refusal =
      "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume'";
    return { target, refusal };
  }
  const replicaSet = replicaSetOf(deployment, store, toRevision);
  if (replicaSet === null) {
    const refusal =
      toRevision > 0
        ? `unable to find specified revision ${toRevision} in history`
        : `no rollout history found for deployment "${target.name}"`;
    return { target, refusal };
  }
  const template = withoutHash(replicaSet.spec.template ?? {});
  const revision = revisionOf(replicaSet);
  if (JSON.stringify(template) === JSON.stringify(withoutHash(deployment.spec.template))) {
    const refusal = `skipped rollback (current template already matches revision ${revision})`;
    return { target, refusal };
  }
  const change = {
    spec: { ...deployment.spec, template },
    annotations: annotationsOf(deployment.annotations, replicaSet.annotations),
  };
  const request = { verb: "patch", target: deployment, change } as const;
  return [{ target, request, done: `rolled back to revision ${revision}` }];
}

/** The ReplicaSet of that revision; for 0 that of the revision before the newest. */
function replicaSetOf(
  deployment: Deployment,
  store: ObjectStore,
  toRevision: number,
): ReplicaSet | null {
  let newest: ReplicaSet | null = null;
  let previous: ReplicaSet | null = null;
  for (const replicaSet of store.table("ReplicaSet")) {
    if (controllerOf(replicaSet)?.uid !== deployment.uid) continue;
    const revision = revisionOf(replicaSet);
    if (toRevision > 0) {
      if (revision === toRevision) return replicaSet;
    } else if (newest === null || revision > revisionOf(newest)) {
      previous = newest;
      newest = replicaSet;
    } else if (previous === null || revision > revisionOf(previous)) {
      previous = replicaSet;
    }
  }
  return previous;
}

function revisionOf(replicaSet: ReplicaSet): number {
  const revision = Number(replicaSet.annotations[REVISION]);
  return Number.isInteger(revision) ? revision : 0;
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const labels = template.metadata?.labels;
  if (labels === undefined || !(TEMPLATE_HASH in labels)) return template;
  const { [TEMPLATE_HASH]: _, ...rest } = labels;
  return { ...template, metadata: { ...template.metadata, labels: rest } };
}

function annotationsOf(current: Labels, old: Labels): Labels {
  const annotations: Record<string, string> = {};
  for (const key of KEPT_ANNOTATIONS) {
    const value = own(current, key);
    if (value !== undefined) annotations[key] = value;
  }
  for (const [key, value] of Object.entries(old)) {
    if (!KEPT_ANNOTATIONS.includes(key)) annotations[key] = value;
  }
  return annotations;
}
