import { KINDS, type Kind } from "../../api/kinds.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { NamedTarget } from "../../store/request.js";
import type { OperationTarget } from "./operation.js";

/** The target as the API server takes it, or why there is no such thing. */
export function namedTarget(target: OperationTarget): NamedTarget | string {
  if (!Object.hasOwn(KINDS, target.kind)) {
    return `error: the server doesn't have a resource type "${target.kind}"`;
  }
  return { kind: target.kind as Kind, namespace: target.namespace, name: target.name };
}

/** What kubectl would get of the object now, or the API server's refusal. */
export function stored(store: ObjectStore, target: OperationTarget): AnyVersion | string {
  const named = namedTarget(target);
  if (typeof named === "string") return named;
  const found = store.table(named.kind).find(named.namespace, named.name);
  if (found !== undefined) return found as AnyVersion;
  const { apiVersion, plural } = KINDS[named.kind];
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  return `${plural}${group} "${named.name}" not found`;
}
