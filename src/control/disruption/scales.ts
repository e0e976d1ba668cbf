import type { OwnerReference } from "../../api/kubernetes.js";
import { controllerOf, objectKey } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { InvariantError } from "../../base/assert.js";
import { own } from "../../base/own.js";
import type { SelectedPods } from "./selected-pods.js";

/** An object that says how many pods it wants. */
export interface Scaled {
  readonly uid: string;
  readonly replicas: number;
  readonly ownerReferences: readonly OwnerReference[];
}

/** Finds the object that a reference names, if it is one with a scale. */
export type FindScaled = (
  reference: Pick<OwnerReference, "apiVersion" | "kind" | "name" | "uid">,
  namespace: string,
) => Scaled | undefined;

export interface Scale {
  readonly uid: string;
  readonly replicas: number;
}

/** Groups under which upstream knows the kinds that it does not ask for their scale subresource. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  ReplicationController: [""],
  ReplicaSet: ["apps", "extensions"],
  Deployment: ["apps", "extensions"],
  StatefulSet: ["apps"],
};

/**
 * The scale that an owner stands for, null when there is none: that of the Deployment behind a
 * ReplicaSet, else its own.
 */
export function scaleOf(
  reference: OwnerReference,
  namespace: string,
  find: FindScaled,
): Scale | null {
  return deploymentScale(reference, namespace, find) ?? found(reference, namespace, find) ?? null;
}

/** The scale of the Deployment that controls the ReplicaSet of that reference. */
export function deploymentScale(
  reference: OwnerReference,
  namespace: string,
  find: FindScaled,
): Scale | null {
  if (reference.kind !== "ReplicaSet") return null;
  const set = found(reference, namespace, find);
  const controller = set && controllerOf(set);
  if (controller?.kind !== "Deployment") return null;
  return found(controller, namespace, find) ?? null;
}

export type ExpectedScale =
  | { readonly pods: number; readonly unmanaged: readonly PodVersion[] }
  | { readonly error: string };

/** The pods that the controllers of `pods` want together; pods without one are not managed. */
export function expectedScale(pods: SelectedPods, find: FindScaled): ExpectedScale {
  let last: Scale | null = null;
  let sum = 0;
  let counted: Set<string> | null = null;
  for (const { reference, namespace } of pods.controllers()) {
    const scale = scaleOf(reference, namespace, find);
    if (scale === null) return { error: withoutScale(pods, find) };
    // Several may stand for one scale; most budgets have one controller.
    if (last !== null) counted ??= new Set([last.uid]);
    last = scale;
    if (counted?.has(scale.uid) === true) continue;
    counted?.add(scale.uid);
    sum += scale.replicas;
  }
  return { pods: sum, unmanaged: pods.unmanaged() };
}

/** Names the first pod whose controller has no scale. */
function withoutScale(pods: SelectedPods, find: FindScaled): string {
  for (const pod of pods) {
    const controller = controllerOf(pod);
    if (controller !== undefined && scaleOf(controller, pod.namespace, find) === null) {
      return `found no controllers for pod "${objectKey(pod)}"`;
    }
  }
  throw new InvariantError("a controller without a scale has no pod");
}

function found(reference: OwnerReference, namespace: string, find: FindScaled): Scaled | undefined {
  const groups = own(GROUPS, reference.kind);
  const { apiVersion } = reference;
  if (groups?.some((group) => isOfGroup(apiVersion, group)) === false) return undefined;
  const scaled = find(reference, namespace);
  return scaled?.uid === reference.uid ? scaled : undefined;
}

function isOfGroup(apiVersion: string, group: string): boolean {
  if (group === "") return !apiVersion.includes("/");
  return apiVersion.startsWith(group) && apiVersion[group.length] === "/";
}
