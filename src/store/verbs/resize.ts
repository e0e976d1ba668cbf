import { describe } from "../../api/object-named.js";
import { defaultSpec } from "../../api/defaults.js";
import type { PodSpec } from "../../api/kubernetes.js";
import { fromManifest } from "../../api/manifest.js";
import type { PodResourcesStatus } from "../../api/pod-resources.js";
import type { PodVersion } from "../../api/pod-version.js";
import { qosClass } from "../../api/qos.js";
import { typeIssues } from "../../api/schemas/screen.js";
import { type Outcome, refuse } from "../outcome.js";
import type { NamedTarget } from "../request.js";
import { mergedManifest, unreadableMessage } from "./merge.js";
import { isRefusal, resolve, type ServerContext } from "./server-context.js";
import { write } from "./update.js";

/** What the kubelet's status says of containers that have what they ask for. */
function statusOfSpec(spec: PodSpec): PodResourcesStatus {
  const say = (containers: PodSpec["containers"]) =>
    containers.map(({ name, resources = {} }) => ({
      name,
      resources,
      ...(resources.requests === undefined ? {} : { allocatedResources: resources.requests }),
    }));
  const { resources } = spec;
  return {
    containerStatuses: say(spec.containers),
    initContainerStatuses: say(spec.initContainers ?? []),
    ...(resources === undefined ? {} : { resources, allocatedResources: resources.requests ?? {} }),
  };
}

/**
 * Lays a patch over the resources of a pod that runs, as `kubectl patch --subresource resize`. What the pod
 * has until its kubelet grants it stands in the status from then on. Source: KEP-1287.
 */
export function resize(context: ServerContext, target: NamedTarget, patch: unknown): Outcome {
  if (target.kind !== "Pod" || !context.resizes) {
    return refuse("NotFound", "the server could not find the requested resource");
  }
  const before = resolve(context, target) as PodVersion | ReturnType<typeof refuse>;
  if (isRefusal(before)) return before;
  const manifest = mergedManifest(context, before, patch);
  const unreadable = typeIssues(manifest);
  if (unreadable.length > 0) return refuse("BadRequest", unreadableMessage(before, unreadable));
  const after = fromManifest(manifest, context.startTimeMs);
  if (after === null || after.kind !== "Pod") {
    return refuse("BadRequest", "a Pod cannot become another kind");
  }
  const spec = defaultSpec("Pod", after.spec as PodSpec);
  if (JSON.stringify(spec) === JSON.stringify(before.spec)) return { ok: true, object: before };
  const podLevelResources = { podLevelResources: true };
  if (qosClass(spec, podLevelResources) !== qosClass(before.spec, podLevelResources)) {
    const why = "spec: Invalid value: Pod QOS Class may not change as a result of resizing";
    return refuse("Invalid", `${describe(target)} is invalid: ${why}`);
  }
  const runs = before.nodeName !== "" && before.status.resources === null;
  const status = runs ? { status: { resources: statusOfSpec(before.spec) } } : {};
  return write(context, before, { spec, ...status }, { resize: true });
}
