import { KINDS, type Kind } from "./kinds.js";

/** `deployments.apps "web"`, as the API server writes it. */
export function describe({ kind, name }: { readonly kind: Kind; readonly name: string }): string {
  const { apiVersion, plural } = KINDS[kind];
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  return `${plural}${group} "${name}"`;
}

/** What is said of a write that rests on an older version of the object. */
export function conflictMessage(target: { readonly kind: Kind; readonly name: string }): string {
  return (
    `Operation cannot be fulfilled on ${describe(target)}: the object has been modified; ` +
    "please apply your changes to the latest version and try again"
  );
}
