import type { Kind } from "../../api/kinds.js";
import type { Labels, LabelSelector, OwnerReference } from "../../api/kubernetes.js";
import { compileLabelSelector, Selector, selectorFromLabels } from "../../api/label-selector.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { Informer } from "../../store/informer.js";
import type { Informers } from "../controller.js";
import type { Owner } from "./controlling-autoscaler.js";
import { controllerOf } from "./disruption-groups.js";
import type { AutoscalerObject, TargetSelector } from "./recommender.js";

/** Kinds whose pods an autoscaler can be for. */
export const TARGET_KINDS = [
  "DaemonSet",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "ReplicationController",
  "Job",
  "CronJob",
] as const satisfies readonly Kind[];
type TargetKind = (typeof TARGET_KINDS)[number];

/**
 * The objects that autoscalers name as their targets, and that own pods.
 * Source: VPA, pkg/target (1.8).
 */
export class TargetObjects {
  private readonly informers: ReadonlyMap<string, Informer<TargetKind>>;
  private readonly selectors = new WeakMap<object, Selector | string>();

  constructor(informers: Informers) {
    this.informers = new Map(
      TARGET_KINDS.map((kind) => [kind, informers.informer(kind) as Informer<TargetKind>]),
    );
  }

  /** Whose pods an autoscaler is for, or why it is for none. */
  selectorOf({ namespace, spec }: Pick<AutoscalerObject, "namespace" | "spec">): TargetSelector {
    const { apiVersion = "", kind, name } = spec.targetRef;
    const informer = this.informers.get(kind);
    if (informer === undefined) {
      const text = `unhandled targetRef ${apiVersion} / ${kind} / ${name}, last error no matches for kind "${kind}"`;
      return { problem: `Cannot read targetRef. Reason: ${text}` };
    }
    const object = informer.find(namespace, name);
    if (object === undefined) {
      const text = `${kind} ${namespace}/${name} does not exist`;
      return { problem: `Cannot read targetRef. Reason: ${text}` };
    }
    const selector = this.selectorOfObject(object);
    if (typeof selector === "string") {
      return { problem: `Cannot read targetRef. Reason: ${selector}` };
    }
    if (controllerOf(object) !== undefined) {
      const target = `${apiVersion}.${kind}/${name}`;
      return {
        problem: `The target ${target} has a parent controller but it should point to a topmost well-known or scalable controller`,
      };
    }
    return selector;
  }

  /** As {@link OwnerOf}. */
  ownerOf({ kind, name }: Owner, namespace: string): Owner | null | undefined {
    const object = this.informers.get(kind)?.find(namespace, name);
    return object === undefined ? undefined : (controllerOf(object) ?? null);
  }

  /** As {@link ReplicasOf}. */
  replicasOf({ kind, name }: OwnerReference, namespace: string): number | null | "as many" {
    if (kind === "Job") return "as many";
    const object = this.informers.get(kind)?.find(namespace, name);
    if (object === undefined) return null;
    const replicas =
      kind === "DaemonSet"
        ? (object.status as { readonly desiredNumberScheduled?: number }).desiredNumberScheduled
        : (object.spec as { readonly replicas?: number }).replicas;
    return replicas === undefined || replicas === 0 ? null : replicas;
  }

  private selectorOfObject(object: AnyVersion): Selector | string {
    const spec = object.spec as object;
    let known = this.selectors.get(spec);
    if (known === undefined) {
      known = compiled(object);
      this.selectors.set(spec, known);
    }
    return known;
  }
}

function compiled({ kind, spec }: AnyVersion): Selector | string {
  if (kind === "CronJob") {
    const { jobTemplate } = spec as {
      readonly jobTemplate: {
        readonly spec: { readonly template: { readonly metadata?: { readonly labels?: Labels } } };
      };
    };
    return selectorFromLabels(jobTemplate.spec.template.metadata?.labels ?? {});
  }
  const { selector } = spec as { readonly selector?: unknown };
  if (kind === "ReplicationController") return selectorFromLabels((selector ?? {}) as Labels);
  const made = compileLabelSelector(selector as LabelSelector | undefined);
  return made instanceof Selector ? made : made.message;
}
