import { KINDS, type Kind } from "../kinds.js";
import type { Labels, OwnerReference } from "../kubernetes.js";
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  qualifiedNameErrors,
} from "../label-validation.js";
import type { FieldIssues } from "./field-issue.js";
import { validateAnnotations, validateLabels } from "./metadata.js";

interface Meta {
  readonly namespace: string;
  readonly name: string;
  readonly generateName: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly ownerReferences: readonly OwnerReference[];
  readonly finalizers: readonly string[];
}

function validateOwners(
  owners: readonly OwnerReference[],
  path: string,
  issues: FieldIssues,
): void {
  let controller: OwnerReference | undefined;
  owners.forEach((owner, i) => {
    for (const field of ["apiVersion", "kind", "name", "uid"] as const) {
      if (!owner[field])
        issues.invalid(`${path}[${i}].${field}`, owner[field], "must not be empty");
    }
    if (owner.controller !== true) return;
    if (controller !== undefined) {
      const detail = `only one owner may be the controller, found ${controller.kind}/${controller.name} and ${owner.kind}/${owner.name}`;
      issues.invalid(path, owner.name, detail);
    }
    controller = owner;
  });
}

/** Name, namespace, labels, annotations, owners and finalizers of any object; not of parts known to be `valid`. */
export function validateMetadata(
  kind: Kind,
  meta: Meta,
  issues: FieldIssues,
  valid?: WeakSet<object>,
): void {
  const { namespaced, nameErrors = dns1123SubdomainErrors } = KINDS[kind];
  if (meta.generateName !== "") {
    // A prefix may end with the hyphen that a name must not end with.
    const { generateName } = meta;
    const prefix = generateName.endsWith("-") ? `${generateName.slice(0, -1)}a` : generateName;
    issues.invalidFor("metadata.generateName", meta.generateName, nameErrors(prefix));
  }
  if (meta.name === "") issues.required("metadata.name", "name or generateName is required");
  else issues.invalidFor("metadata.name", meta.name, nameErrors(meta.name));
  if (namespaced) {
    if (meta.namespace === "") issues.required("metadata.namespace");
    else {
      issues.invalidFor("metadata.namespace", meta.namespace, dns1123LabelErrors(meta.namespace));
    }
  } else if (meta.namespace !== "") {
    issues.forbidden("metadata.namespace", "not allowed on this type");
  }
  const { labels, annotations, ownerReferences } = meta;
  const isKnown = (part: object) => valid?.has(part) === true;
  if (!isKnown(labels)) validateLabels(labels, "metadata.labels", issues);
  if (!isKnown(annotations)) validateAnnotations(annotations, "metadata.annotations", issues);
  if (!isKnown(ownerReferences)) {
    validateOwners(ownerReferences, "metadata.ownerReferences", issues);
  }
  meta.finalizers.forEach((finalizer) => {
    issues.invalidFor("metadata.finalizers", finalizer, qualifiedNameErrors(finalizer));
  });
}
