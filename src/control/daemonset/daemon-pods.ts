import { daemonTolerations } from "../../api/daemon-tolerations.js";
import type { Affinity, Toleration } from "../../api/kubernetes.js";
import type { NewPod } from "../../api/new-object.js";
import type { ObjectVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { templatePod } from "../template-pod.js";

export type DaemonSet = ObjectVersion<"DaemonSet">;

export const HASH_LABEL = "controller-revision-hash";
const GENERATION_LABEL = "pod-template-generation";
const GENERATION_ANNOTATION = "deprecated.daemonset.template.generation";

/** The affinity with that node in place of whatever nodes it required. */
function pinnedTo(nodeName: string, affinity: Affinity | undefined): Affinity {
  const matchFields = [{ key: "metadata.name", operator: "In" as const, values: [nodeName] }];
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
    },
  };
}

/** The node that a daemon pod is for, bound or not; null where nothing says so. */
export function targetNodeOf(pod: PodVersion): string | null {
  if (pod.nodeName !== "") return pod.nodeName;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values = [] } of matchFields) {
      if (key !== "metadata.name" || operator !== "In") continue;
      return values.length === 1 ? values[0]! : null;
    }
  }
  return null;
}

/** The count of changes of the set's template; null where it is not known. */
function generationOf(set: DaemonSet): string | null {
  const text = set.annotations[GENERATION_ANNOTATION];
  return text !== undefined && /^[0-9]+$/.test(text) ? text : null;
}

/** Whether the pod is of the set's present template, by the hash of its revision or the count of changes. */
export function isUpdated(set: DaemonSet, pod: PodVersion, hash: string): boolean {
  if (pod.labels[HASH_LABEL] === hash) return true;
  const generation = generationOf(set);
  return generation !== null && pod.labels[GENERATION_LABEL] === generation;
}

/** Daemon pods ready to be created, each the same object for a template, a revision and a node. */
export class DaemonPods {
  private readonly known = new WeakMap<DaemonSet["spec"], Map<string, NewPod>>();

  of(set: DaemonSet, hash: string, nodeName: string): NewPod {
    let made = this.known.get(set.spec);
    if (made === undefined) {
      made = new Map();
      this.known.set(set.spec, made);
    }
    const key = `${hash}/${nodeName}`;
    let pod = made.get(key);
    if (pod === undefined) {
      pod = newDaemonPod(set, hash, nodeName);
      made.set(key, pod);
    }
    return pod;
  }
}

function newDaemonPod(set: DaemonSet, hash: string, nodeName: string): NewPod {
  const made = templatePod(set, set.spec.template);
  const generation = generationOf(set);
  return {
    ...made,
    labels: {
      ...made.labels,
      ...(generation !== null && { [GENERATION_LABEL]: generation }),
      [HASH_LABEL]: hash,
    },
    spec: {
      ...made.spec,
      affinity: pinnedTo(nodeName, made.spec.affinity),
      tolerations: daemonTolerations(made.spec) as Toleration[],
    },
  };
}
