import { KINDS, kindNamed } from "../../api/kinds.js";
import type { Manifest, PodSpec } from "../../api/kubernetes.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { OperationTarget, WriteOperation } from "./operation.js";
import type { Step, StepWrite } from "./step.js";
import { namedTarget, stored } from "./stored.js";

/** The API requests of an operation, as `kubectl` makes them of what it reads first. */
export function writesOf(operation: WriteOperation, store: ObjectStore): Step {
  switch (operation.type) {
    case "apply":
      return operation.objects.map(({ manifest }) => applied(manifest));
    case "delete":
      return deletion(operation);
    case "patch":
      return merging(operation.target, operation.patch, "patched", operation.subresource);
    case "scale":
      return scaling(operation);
    case "setImage": {
      const { image } = operation;
      return changingContainers(operation, store, { change: { image }, done: `image ${image}` });
    }
    case "setResources": {
      const { requests, limits } = operation;
      const resources = { requests, limits };
      const done = `resources ${JSON.stringify(resources)}`;
      return changingContainers(operation, store, { change: { resources }, done });
    }
    case "label":
      return merging(operation.target, { metadata: { labels: operation.labels } }, "labeled");
    case "cordon":
      return merging(nodeTarget(operation.node), { spec: { unschedulable: true } }, "cordoned");
    case "uncordon":
      return merging(nodeTarget(operation.node), { spec: { unschedulable: null } }, "uncordoned");
  }
}

function nodeTarget(name: string): OperationTarget {
  return { namespace: "", kind: "Node", name };
}

/** A strategic merge patch of one object. */
export function merging(
  target: OperationTarget,
  patch: unknown,
  done: string,
  subresource?: "resize",
): Step {
  const named = namedTarget(target);
  if (typeof named === "string") return { target, refusal: named };
  const part = subresource === undefined ? {} : { subresource };
  return [{ target, request: { verb: "merge", target: named, patch, ...part }, done }];
}

function applied(manifest: Manifest): StepWrite {
  const { name = "", namespace = "" } = manifest.metadata;
  const target = { namespace, kind: manifest.kind, name };
  return { target, request: { verb: "apply", manifest }, done: null };
}

function deletion(operation: Extract<WriteOperation, { type: "delete" }>): Step {
  const { target, gracePeriodSeconds } = operation;
  const named = namedTarget(target);
  if (typeof named === "string") return { target, refusal: named };
  const grace = gracePeriodSeconds === null ? {} : { gracePeriodSeconds };
  return [{ target, request: { verb: "delete", target: named, ...grace }, done: "deleted" }];
}

function scaling(operation: Extract<WriteOperation, { type: "scale" }>): Step {
  const { target, replicas } = operation;
  if (kindNamed(target.kind)?.isScaled !== true) {
    return { target, refusal: `cannot scale a ${target.kind}: it has no scale subresource` };
  }
  return merging(target, { spec: { replicas } }, `scaled to ${replicas}`);
}

function changingContainers(
  operation: { readonly target: OperationTarget; readonly container: string },
  store: ObjectStore,
  to: { readonly change: object; readonly done: string },
): Step {
  const { target, container } = operation;
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
