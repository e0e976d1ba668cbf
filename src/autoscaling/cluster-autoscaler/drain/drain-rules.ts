import { isMirrorPod } from "../../../api/mirror-pod.js";
import { controllerOf } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { TimeMicros } from "../../../base/time.js";
import { isLongTerminating } from "../long-terminating.js";
import { isDaemonSetPod } from "../pod-kinds.js";
import type { RemainingBudgets } from "./remaining-budgets.js";

export interface DrainOptions {
  /** Pods of kube-system keep their node, unless a budget covers them or they are old enough. */
  readonly skipNodesWithSystemPods: boolean;
  /** Pods with a hostPath or an emptyDir on disk keep their node. */
  readonly skipNodesWithLocalStorage: boolean;
  /** Pods of controllers that nobody here knows keep their node; those of known ones must have theirs. */
  readonly skipNodesWithCustomControllerPods: boolean;
  /** A ReplicaSet or ReplicationController must want that many, or its pods keep their node. */
  readonly minReplicaCount: number;
  /** Age from which a pod of kube-system no longer keeps its node. */
  readonly blockingSystemPodTimeoutMicros: TimeMicros;
}

/** Why a pod keeps its node, in Cluster Autoscaler's words. */
export type BlockingReason =
  | "ControllerNotFound"
  | "MinReplicasReached"
  | "NotReplicated"
  | "UnmovableKubeSystemPod"
  | "NotSafeToEvictAnnotation"
  | "LocalStorageRequested"
  | "NotEnoughPdb";

/** evict: it can go. ignore: it does not matter. wait: once it has ended by itself. Else why it keeps its node. */
export type DrainVerdict = "evict" | "ignore" | "wait" | { readonly blocked: BlockingReason };

/** What is known of the objects that pods belong to. */
export interface Owners {
  /** `replicas` is null where its kind has none; undefined when there is no such object. */
  find(
    kind: string,
    namespace: string,
    name: string,
  ): { readonly replicas: number | null } | undefined;
}

export interface DrainContext {
  readonly options: DrainOptions;
  readonly nowMicros: TimeMicros;
  /** Null: no owner is asked after. */
  readonly owners: Owners | null;
  /** Null: no budget counts. */
  readonly budgets: RemainingBudgets | null;
}

const SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict";
const SAFE_VOLUMES = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
/** Kinds whose pods come back elsewhere. */
const REPLICATED: ReadonlySet<string> = new Set([
  "ReplicationController",
  "ReplicaSet",
  "StatefulSet",
  "Job",
]);

type Rule = (pod: PodVersion, context: DrainContext) => DrainVerdict | null;

const blocked = (reason: BlockingReason): DrainVerdict => ({ blocked: reason });
const isSafe = (pod: PodVersion, as: string): boolean => pod.annotations[SAFE_TO_EVICT] === as;

const ownerIsThere: Rule = (pod, { options, owners }) => {
  const owner = controllerOf(pod);
  if (!options.skipNodesWithCustomControllerPods || owners === null || owner === undefined) {
    return null;
  }
  const { kind, name } = owner;
  // A pod that only its annotation makes a daemon has no owner that could be asked after.
  const isAsked = isDaemonSetPod(pod)
    ? kind === "DaemonSet" || kind === "ReplicationController"
    : REPLICATED.has(kind);
  if (!isAsked) return null;
  const found = owners.find(kind, pod.namespace, name);
  if (found === undefined) return blocked("ControllerNotFound");
  const isCounted = kind === "ReplicaSet" || kind === "ReplicationController";
  const tooFew = found.replicas !== null && found.replicas < options.minReplicaCount;
  return isCounted && tooFew ? blocked("MinReplicasReached") : null;
};

/** It has ended, and will not start again. */
function hasEnded({ phase, spec }: PodVersion): boolean {
  const { restartPolicy } = spec;
  if (phase === "Failed") return true;
  return phase === "Succeeded" && (restartPolicy === "Never" || restartPolicy === "OnFailure");
}

const comesBack: Rule = (pod, { options }) => {
  const owner = controllerOf(pod);
  const isKnown = !options.skipNodesWithCustomControllerPods || REPLICATED.has(owner?.kind ?? "");
  return owner !== undefined && isKnown ? null : blocked("NotReplicated");
};

const systemPod: Rule = (pod, { options, budgets, nowMicros }) => {
  if (!options.skipNodesWithSystemPods || pod.namespace !== "kube-system") return null;
  if (budgets?.hasAny(pod) === true) return null;
  const isOld = pod.creationTimeMicros + options.blockingSystemPodTimeoutMicros < nowMicros;
  return isOld ? "evict" : blocked("UnmovableKubeSystemPod");
};

const localStorage: Rule = ({ spec, annotations }, { options }) => {
  if (!options.skipNodesWithLocalStorage) return null;
  // Blanks belong to the names.
  const safe = (annotations[SAFE_VOLUMES] ?? "").split(",");
  const blocks = (spec.volumes ?? []).some(({ name, hostPath, emptyDir }) => {
    const isOnDisk = emptyDir !== undefined && emptyDir.medium !== "Memory";
    return (hostPath !== undefined || isOnDisk) && !safe.includes(name);
  });
  return blocks ? blocked("LocalStorageRequested") : null;
};

/** In this order; the first that has something to say decides. */
const RULES: readonly Rule[] = [
  (pod) => (isMirrorPod(pod) ? "ignore" : null),
  (pod, { nowMicros }) => (isLongTerminating(pod, nowMicros) ? "ignore" : null),
  ownerIsThere,
  (pod) => (isDaemonSetPod(pod) || isSafe(pod, "true") || hasEnded(pod) ? "evict" : null),
  (pod) => (isSafe(pod, "on-completion") ? "wait" : null),
  comesBack,
  systemPod,
  (pod) => (isSafe(pod, "false") ? blocked("NotSafeToEvictAnnotation") : null),
  localStorage,
  (pod, { budgets }) => (budgets?.allows(pod) === false ? blocked("NotEnoughPdb") : null),
];

/**
 * What becomes of a pod when its node is to be removed.
 * Source: Cluster Autoscaler 1.36, simulator/drainability; its FAQ, "What types of pods can prevent CA
 * from removing a node?".
 */
export function drainVerdict(pod: PodVersion, context: DrainContext): DrainVerdict {
  for (const rule of RULES) {
    const verdict = rule(pod, context);
    if (verdict !== null) return verdict;
  }
  return "evict";
}
