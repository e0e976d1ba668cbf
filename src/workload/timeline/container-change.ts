import { KINDS } from "../../api/kinds.js";
import type { PodSpec } from "../../api/kubernetes.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { ObjectStore } from "../../store/object-store.js";
import { merging } from "./merging.js";
import type { OperationTarget } from "./operation.js";
import type { Step } from "./step.js";
import { stored } from "./stored.js";

/** The step that changes one container of an object's pods, or all of them (`*`). */
export function changingContainers(
  { target, container }: { readonly target: OperationTarget; readonly container: string },
  store: ObjectStore,
  to: { readonly change: object; readonly done: string },
): Step {
  const object = stored(store, target);
  if (typeof object === "string") return { target, refusal: object };
  const path = KINDS[object.kind].podSpecPath;
  const spec = path === undefined ? undefined : podSpecAt(object, path);
  if (path === undefined || spec === undefined) {
    return { target, refusal: `a ${target.kind} has no containers` };
  }
  const patch: Record<string, unknown> = {};
  for (const list of ["containers", "initContainers"] as const) {
    const chosen = (spec[list] ?? []).filter((c) => container === "*" || c.name === container);
    if (chosen.length > 0) patch[list] = chosen.map(({ name }) => ({ name, ...to.change }));
  }
  if (Object.keys(patch).length === 0) {
    return { target, refusal: `error: unable to find container named "${container}"` };
  }
  const whole = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), patch);
  return merging(target, whole, `container ${container}: ${to.done}`);
}

function podSpecAt(object: AnyVersion, path: readonly string[]): PodSpec | undefined {
  let at: unknown = object;
  for (const key of path) at = (at as Record<string, unknown> | undefined)?.[key];
  return at as PodSpec | undefined;
}
