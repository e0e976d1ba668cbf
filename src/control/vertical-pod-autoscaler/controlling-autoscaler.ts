import type { Labels } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { VerticalPodAutoscalerSpec } from "../../api/schemas/types.js";
import { updateModeOf } from "./container-policy.js";
import { controllerOf } from "./disruption-groups.js";
import type { AutoscalerObject } from "./recommender.js";
import { hasStartupBoost } from "./startup-boost.js";
import type { ControlledPods } from "./updater-loop.js";

/** An object that owns pods, by its kind and name; the namespace is that of the pod. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** An autoscaler whose target is there, with that target's selector. */
export interface SelectingAutoscaler<A> {
  readonly autoscaler: A;
  readonly selector: Selector;
}

/**
 * The autoscaler of a pod whose topmost owner is `owner`: the oldest that is for it, by name where several are equally old.
 * Source: VPA, GetControllingVPAForPod (1.8).
 */
export function controllingAutoscaler<
  A extends AutoscalerObject & { readonly creationTimeMicros: number },
>(
  pod: { readonly namespace: string; readonly labels: Labels },
  owner: Owner | null,
  autoscalers: Iterable<SelectingAutoscaler<A>>,
): A | null {
  if (owner === null) return null;
  let found: A | null = null;
  for (const { autoscaler, selector } of autoscalers) {
    const { namespace, spec } = autoscaler;
    const { kind, name } = spec.targetRef ?? { kind: "", name: "" };
    if (namespace !== pod.namespace || kind !== owner.kind || name !== owner.name) continue;
    if (selector.matches(pod.labels) && (found === null || isStronger(autoscaler, found))) {
      found = autoscaler;
    }
  }
  return found;
}

function isStronger(
  a: { readonly creationTimeMicros: number; readonly name: string },
  b: { readonly creationTimeMicros: number; readonly name: string },
): boolean {
  if (a.creationTimeMicros !== b.creationTimeMicros) {
    return a.creationTimeMicros < b.creationTimeMicros;
  }
  return a.name < b.name;
}

/** What owns that object: undefined where there is no such object, null where nothing owns it. */
export type OwnerOf = (object: Owner, namespace: string) => Owner | null | undefined;

/**
 * The owner at the top of the chain over a pod; null where it has none, or where one of them is not there.
 * Source: VPA, FindTopMostWellKnownOrScalable (1.8).
 */
export function topmostOwner(
  pod: Pick<PodVersion, "namespace" | "ownerReferences">,
  ownerOf: OwnerOf,
): Owner | null {
  let top: Owner | undefined = controllerOf(pod);
  const seen = new Set<string>();
  while (top !== undefined) {
    const key = `${top.kind}/${top.name}`;
    const owner = ownerOf(top, pod.namespace);
    if (owner === undefined || seen.has(key)) return null;
    if (owner === null) return top;
    seen.add(key);
    top = owner;
  }
  return null;
}

/** An autoscaler that new pods are changed by. */
export function takesPartInAdmission(spec: VerticalPodAutoscalerSpec): boolean {
  return updateModeOf(spec) !== "Off" || hasStartupBoost(spec);
}

/** The updater looks at its pods. */
function isUpdating(spec: VerticalPodAutoscalerSpec): boolean {
  const mode = updateModeOf(spec);
  return (mode !== "Off" && mode !== "Initial") || hasStartupBoost(spec);
}

/** The live pods on nodes, by the autoscalers that the updater looks at. */
export function controlledPods<
  A extends AutoscalerObject & { readonly creationTimeMicros: number },
>(
  autoscalers: readonly SelectingAutoscaler<A>[],
  pods: Iterable<PodVersion>,
  ownerOf: OwnerOf,
  ignoredNamespaces: readonly string[],
): readonly ControlledPods<A>[] {
  const considered = autoscalers.filter(
    ({ autoscaler: { namespace, spec } }) =>
      isUpdating(spec) && !ignoredNamespaces.includes(namespace),
  );
  const podsOf = new Map(considered.map(({ autoscaler }): [A, PodVersion[]] => [autoscaler, []]));
  if (considered.length === 0) return [];
  for (const pod of pods) {
    if (pod.nodeName === "" || pod.deletionTimeMicros !== null || isPodTerminal(pod)) continue;
    const candidates = considered.filter(({ autoscaler: { namespace }, selector }) => {
      return namespace === pod.namespace && selector.matches(pod.labels);
    });
    if (candidates.length === 0) continue;
    const found = controllingAutoscaler(pod, topmostOwner(pod, ownerOf), candidates);
    if (found !== null) podsOf.get(found)!.push(pod);
  }
  return [...podsOf].map(([autoscaler, of]) => ({ autoscaler, pods: of }));
}
