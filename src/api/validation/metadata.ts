import { KINDS, type Kind } from "../kinds.js";
import type { LabelSelector, Labels, OwnerReference } from "../kubernetes.js";
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from "../label-validation.js";
import type { FieldIssues } from "./field-issue.js";

/** All annotations of an object together, in bytes. */
const MAX_ANNOTATION_BYTES = 256 * 1024;
/** A CronJob's Jobs append 11 characters to its name. */
const MAX_CRON_JOB_NAME = 52;

interface Meta {
  readonly namespace: string;
  readonly name: string;
  readonly generateName: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly ownerReferences: readonly OwnerReference[];
  readonly finalizers: readonly string[];
}

/** Why `name` cannot be the name of an object of that kind. */
function nameErrors(kind: Kind, name: string): readonly string[] {
  switch (kind) {
    case "Namespace":
      return dns1123LabelErrors(name);
    case "Service":
      return dns1035LabelErrors(name);
    case "CronJob":
      return name.length > MAX_CRON_JOB_NAME
        ? [`must be no more than ${MAX_CRON_JOB_NAME} characters`]
        : dns1123SubdomainErrors(name);
    default:
      return dns1123SubdomainErrors(name);
  }
}

export function validateLabels(labels: Labels, path: string, issues: FieldIssues): void {
  for (const [key, value] of Object.entries(labels)) {
    issues.invalidFor(path, key, qualifiedNameErrors(key));
    issues.invalidFor(path, value, labelValueErrors(value));
  }
}

export function validateAnnotations(annotations: Labels, path: string, issues: FieldIssues): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    issues.invalidFor(path, key, qualifiedNameErrors(key.toLowerCase()));
    bytes += key.length + value.length;
  }
  if (bytes > MAX_ANNOTATION_BYTES) {
    issues.invalid(path, "", `must have at most ${MAX_ANNOTATION_BYTES} bytes`);
  }
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

/** Name, namespace, labels, annotations, owners and finalizers of any object. */
export function validateMetadata(kind: Kind, meta: Meta, issues: FieldIssues): void {
  if (meta.generateName !== "") {
    // A prefix may end with the hyphen that a name must not end with.
    const prefix = meta.generateName.replace(/-$/, "a");
    issues.invalidFor("metadata.generateName", meta.generateName, nameErrors(kind, prefix));
  }
  if (meta.name === "") issues.required("metadata.name", "name or generateName is required");
  else issues.invalidFor("metadata.name", meta.name, nameErrors(kind, meta.name));
  if (KINDS[kind].namespaced) {
    if (meta.namespace === "") issues.required("metadata.namespace");
    else {
      issues.invalidFor("metadata.namespace", meta.namespace, dns1123LabelErrors(meta.namespace));
    }
  } else if (meta.namespace !== "") {
    issues.forbidden("metadata.namespace", "not allowed on this type");
  }
  validateLabels(meta.labels, "metadata.labels", issues);
  validateAnnotations(meta.annotations, "metadata.annotations", issues);
  validateOwners(meta.ownerReferences, "metadata.ownerReferences", issues);
  for (const finalizer of meta.finalizers) {
    issues.invalidFor("metadata.finalizers", finalizer, qualifiedNameErrors(finalizer));
  }
}

/** Keys, operators and values of a label selector. */
export function validateLabelSelector(
  selector: LabelSelector,
  path: string,
  issues: FieldIssues,
): void {
  validateLabels(selector.matchLabels ?? {}, `${path}.matchLabels`, issues);
  (selector.matchExpressions ?? []).forEach((expression, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    const values = expression.values ?? [];
    switch (expression.operator) {
      case "In":
      case "NotIn":
        if (values.length === 0) {
          issues.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
        }
        break;
      case "Exists":
      case "DoesNotExist":
        if (values.length > 0) {
          issues.forbidden(
            `${at}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          );
        }
        break;
      default:
        issues.invalid(`${at}.operator`, expression.operator, "not a valid selector operator");
    }
    issues.invalidFor(`${at}.key`, expression.key, qualifiedNameErrors(expression.key ?? ""));
    values.forEach((value, j) => {
      issues.invalidFor(`${at}.values[${j}]`, value, labelValueErrors(value));
    });
  });
}
