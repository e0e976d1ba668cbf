import type { GenericKind } from "../../api/kinds.js";
import type { PodTemplateSpec } from "../../api/kubernetes.js";
import { type NewGeneric, newMeta } from "../../api/new-object.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { plainWith } from "../../base/plain-copy.js";
import { controllerReference } from "../owner-references.js";

export type ControllerRevision = ObjectVersion<"ControllerRevision">;

/** The longest name of an owner that the name of its revision holds whole. */
const MAX_PREFIX_LENGTH = 223;

/** `<owner>-<hash>`, the owner's name cut so that both fit. */
function revisionName(ownerName: string, hash: string): string {
  return `${ownerName.slice(0, MAX_PREFIX_LENGTH)}-${hash}`;
}

export interface NewRevision {
  readonly owner: ObjectVersion<GenericKind>;
  readonly template: PodTemplateSpec;
  readonly revision: number;
  readonly hash: string;
  /** The label that has the hash. */
  readonly hashLabel: string;
}

/**
 * The record of a pod template, ready to be created: a patch that puts the template back.
 * Source: Kubernetes API reference, ControllerRevision; upstream's pkg/controller/history.
 */
export function newRevision(of: NewRevision): NewGeneric<"ControllerRevision"> {
  const { owner, template, revision, hash, hashLabel } = of;
  return {
    kind: "ControllerRevision",
    ...newMeta(owner.namespace, revisionName(owner.name, hash)),
    labels: plainWith(template.metadata?.labels ?? {}, { [hashLabel]: hash }),
    annotations: owner.annotations,
    ownerReferences: [controllerReference(owner)],
    spec: { data: { spec: { template: plainWith(template, { $patch: "replace" }) } }, revision },
    status: undefined,
  };
}

/** The templates that revisions hold, each the same object whenever it is asked for. */
export class RevisionTemplates {
  private readonly known = new WeakMap<object, PodTemplateSpec>();

  /** The template of a revision; an empty one where its data hold none. */
  of({ spec }: Pick<ControllerRevision, "spec">): PodTemplateSpec {
    let template = this.known.get(spec);
    if (template === undefined) {
      const data = spec.data as { readonly spec?: { readonly template?: PodTemplateSpec } } | null;
      const { $patch: _, ...rest } = (data?.spec?.template ?? {}) as Record<string, unknown>;
      template = rest as PodTemplateSpec;
      this.known.set(spec, template);
    }
    return template;
  }
}

/** By revision number, then by age, then by name. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  const difference = a.spec.revision - b.spec.revision;
  if (difference !== 0) return difference;
  const age = a.creationTimeMicros - b.creationTimeMicros;
  if (age !== 0) return age;
  return a.name < b.name ? -1 : 1;
}
