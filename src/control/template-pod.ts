import type { PodTemplateSpec } from "../api/kubernetes.js";
import type { NewPod } from "../api/new-object.js";
import type { AnyVersion } from "../api/object-version.js";
import { EMPTY_POD_STATUS } from "../api/pod-version.js";
import { controllerReference } from "./owner-references.js";

/** An owner whose name has this length leaves no room for the dash that its pods' names begin with. */
const MAX_NAME_LENGTH = 253;

/**
 * The pod that a template makes for its owner, as yet without a name.
 * Source: Kubernetes, "Pod templates"; upstream's pkg/controller/controller_utils.go, GetPodFromTemplate.
 */
export function templatePod(
  owner: Pick<AnyVersion, "kind" | "namespace" | "name" | "uid">,
  template: PodTemplateSpec | undefined,
): NewPod {
  const { metadata, spec = { containers: [] } } = template ?? {};
  return {
    kind: "Pod",
    namespace: owner.namespace,
    name: "",
    generateName: owner.name.length < MAX_NAME_LENGTH ? `${owner.name}-` : owner.name,
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
    ownerReferences: [controllerReference(owner)],
    finalizers: metadata?.finalizers ?? [],
    spec,
    nodeName: spec.nodeName ?? "",
    nominatedNodeName: "",
    phase: "Pending",
    status: EMPTY_POD_STATUS,
  };
}
