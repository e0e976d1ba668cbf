import type { PodTemplateSpec } from "../../api/kubernetes.js";
import { type NewGeneric, type NewPod, newMeta } from "../../api/new-object.js";
import type { PersistentVolumeClaim } from "../../api/schemas/types.js";
import { plainWith } from "../../base/plain-copy.js";
import { templatePod } from "../template-pod.js";
import {
  claimName,
  POD_INDEX_LABEL,
  POD_NAME_LABEL,
  podName,
  REVISION_LABEL,
  type StatefulSet,
} from "./identity.js";

/** A template with the name of its revision. */
export interface Revision {
  readonly name: string;
  readonly template: PodTemplateSpec;
}

/** The claims of one ordinal, in the order of their templates. */
export function claimsOf(
  set: StatefulSet,
  ordinal: number,
): readonly NewGeneric<"PersistentVolumeClaim">[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    kind: "PersistentVolumeClaim",
    ...newMeta(set.namespace, claimName(template, set, ordinal)),
    labels: { ...template.metadata?.labels, ...set.spec.selector.matchLabels },
    annotations: template.metadata?.annotations ?? {},
    finalizers: template.metadata?.finalizers ?? [],
    ownerReferences: (template.metadata?.ownerReferences ?? []) as never,
    spec: template.spec ?? {},
    status: {},
  }));
}

interface StatefulPodOptions {
  readonly revision: Revision;
  readonly hasIndexLabel: boolean;
}

/** The pod of one ordinal, ready to be created: it has its name, and the claims of its ordinal. */
export function statefulPod(
  set: StatefulSet,
  ordinal: number,
  { revision, hasIndexLabel }: StatefulPodOptions,
): NewPod {
  const made = templatePod(set, revision.template);
  const name = podName(set, ordinal);
  return {
    ...made,
    name,
    labels: plainWith(made.labels, {
      ...identityLabels(name, ordinal, hasIndexLabel),
      [REVISION_LABEL]: revision.name,
    }),
    spec: plainWith(made.spec, {
      hostname: name,
      ...(set.spec.serviceName && { subdomain: set.spec.serviceName }),
      ...withClaims(set, ordinal, made.spec.volumes),
    }),
  };
}

export function identityLabels(name: string, ordinal: number, hasIndexLabel: boolean) {
  return {
    [POD_NAME_LABEL]: name,
    ...(hasIndexLabel && { [POD_INDEX_LABEL]: String(ordinal) }),
  };
}

/** The pod's volumes with the claims of its ordinal in place of what bears their names. */
export function withClaims<V extends { readonly name: string }>(
  set: StatefulSet,
  ordinal: number,
  volumes: readonly V[] | undefined,
) {
  const templates: readonly PersistentVolumeClaim[] = set.spec.volumeClaimTemplates ?? [];
  if (templates.length === 0) return {};
  const names = new Set(templates.map(({ metadata }) => metadata?.name));
  const claimed = templates.map((template) => ({
    name: template.metadata?.name ?? "",
    persistentVolumeClaim: { claimName: claimName(template, set, ordinal) },
  }));
  return { volumes: [...claimed, ...(volumes ?? []).filter(({ name }) => !names.has(name))] };
}

/** What the pods of one revision of a set are made from. */
interface Made {
  readonly revision: Revision;
  readonly serviceName: string | undefined;
  readonly claimTemplates: StatefulSet["spec"]["volumeClaimTemplates"];
  readonly pods: Map<number, NewPod>;
}

/** Revisions of a set whose pods are remembered: the current one and the update. */
const REVISIONS_KEPT = 2;

/**
 * Pods to be created, each ordinal's the same object again while what it is made from is: a pod's successor shares
 * its spec and labels, so that nobody works out anew what follows from them.
 */
export class StatefulPods {
  /** By UID of the set and name of the revision. */
  private readonly known = new Map<string, Map<string, Made>>();

  constructor(private readonly hasIndexLabel: boolean) {}

  of(set: StatefulSet, ordinal: number, revision: Revision): NewPod {
    const { pods } = this.madeOf(set, revision);
    let pod = pods.get(ordinal);
    if (pod === undefined) {
      pod = statefulPod(set, ordinal, { revision, hasIndexLabel: this.hasIndexLabel });
      pods.set(ordinal, pod);
    }
    return pod;
  }

  forget(setUid: string): void {
    this.known.delete(setUid);
  }

  private madeOf({ uid, spec }: StatefulSet, revision: Revision): Made {
    let revisions = this.known.get(uid);
    if (revisions === undefined) {
      revisions = new Map();
      this.known.set(uid, revisions);
    }
    const made = revisions.get(revision.name);
    if (
      made?.revision.template === revision.template &&
      made.serviceName === spec.serviceName &&
      made.claimTemplates === spec.volumeClaimTemplates
    ) {
      return made;
    }
    const [eldest] = revisions.keys();
    if (revisions.size >= REVISIONS_KEPT && made === undefined) revisions.delete(eldest!);
    const fresh: Made = {
      revision,
      serviceName: spec.serviceName,
      claimTemplates: spec.volumeClaimTemplates,
      pods: new Map(),
    };
    revisions.set(revision.name, fresh);
    return fresh;
  }
}
