import { POD_CLAIM_NAME } from "../../api/devices.js";
import { newMeta } from "../../api/new-object.js";
import type { VersionOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";

/** Five random characters and a hyphen are left for the end of a name of 63 characters. */
const MAX_BASE = 57;

function baseName(pod: string, claim: string): string {
  const whole = `${pod}-${claim}-`;
  if (whole.length <= MAX_BASE) return whole;
  const cut = (name: string): string =>
    name.slice(0, Math.trunc((name.length * MAX_BASE) / whole.length));
  return `${cut(pod)}-${cut(claim)}`;
}

/** The claim of a pod that names a template. All claims of a template share its spec. */
export function claimFromTemplate(
  pod: PodVersion,
  podClaim: string,
  template: VersionOf<"ResourceClaimTemplate">,
) {
  const { metadata, spec } = template.spec;
  const owner = { apiVersion: "v1", kind: "Pod", name: pod.name, uid: pod.uid, controller: true };
  return {
    kind: "ResourceClaim",
    ...newMeta(pod.namespace, ""),
    generateName: baseName(pod.name, podClaim),
    labels: metadata?.labels ?? {},
    annotations: { ...metadata?.annotations, [POD_CLAIM_NAME]: podClaim },
    ownerReferences: [owner],
    spec,
    status: {},
  } as const;
}
