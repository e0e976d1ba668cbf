import {
  CLAIM_FINALIZER,
  EXTENDED_RESOURCE_CLAIM,
  type ResourceClaimStatus,
} from "../api/devices.js";
import { newMeta } from "../api/new-object.js";
import type { VersionOf } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import type { WriteRequest } from "../store/request.js";
import type { DeviceStep } from "./framework/interfaces.js";
import type { Listers } from "./framework/listers.js";

type ResourceClaim = VersionOf<"ResourceClaim">;

/** What the steps of one pod's PreBind share. */
export interface DeviceStepContext {
  readonly pod: PodVersion;
  readonly listers: Listers;
  /** The claim that a step before has made. */
  readonly made: ResourceClaim | null;
}

export function isDeviceStep(step: { readonly kind: string }): step is DeviceStep {
  return step.kind !== "bindClaim" && step.kind !== "provisionClaim";
}

/** What is written for a step: nothing where it is written already; a string: impossible. */
export function deviceWrite(
  step: DeviceStep,
  context: DeviceStepContext,
): WriteRequest | null | string {
  const { pod, made } = context;
  switch (step.kind) {
    case "makeDeviceClaim":
      return { verb: "create", object: extendedClaim(pod, step.spec) };
    case "tellExtendedResources": {
      if (made === null) return "the claim for extended resources was not made";
      const resourceClaimName = made.name;
      const extendedResourceClaimStatus = {
        resourceClaimName,
        requestMappings: [...step.mappings],
      };
      return { verb: "patch", target: pod, change: { status: { extendedResourceClaimStatus } } };
    }
    default: {
      const claim = claimOf(step.claim, context);
      if (claim === undefined) {
        const name = step.claim.slice(step.claim.indexOf("/") + 1);
        return `resourceclaims.resource.k8s.io "${name}" not found`;
      }
      return step.kind === "protectDevices" ? protection(claim) : reservation(claim, step, pod);
    }
  }
}

/** The claim that a step is about, as far as is known. */
export function claimOf(
  key: string,
  { listers, made }: DeviceStepContext,
): ResourceClaim | undefined {
  if (key === "") {
    if (made === null) return undefined;
    const known = listers.resourceClaims.get(made.namespace, made.name);
    return known?.uid === made.uid ? known : made;
  }
  const [namespace = "", name = ""] = key.split("/");
  return listers.resourceClaims.get(namespace, name);
}

function extendedClaim(pod: PodVersion, spec: ResourceClaim["spec"]) {
  const owner = { apiVersion: "v1", kind: "Pod", name: pod.name, uid: pod.uid, controller: true };
  return {
    kind: "ResourceClaim" as const,
    ...newMeta(pod.namespace, ""),
    generateName: `${pod.name}-extended-resources-`,
    annotations: { [EXTENDED_RESOURCE_CLAIM]: "true" },
    ownerReferences: [owner],
    spec,
    status: {},
  };
}

function protection(claim: ResourceClaim): WriteRequest | null {
  if (claim.finalizers.includes(CLAIM_FINALIZER)) return null;
  const finalizers = [...claim.finalizers, CLAIM_FINALIZER];
  return { verb: "update", base: claim, change: { finalizers } };
}

function reservation(
  claim: ResourceClaim,
  { allocation }: DeviceStep & { kind: "reserveDevices" },
  { name, uid }: PodVersion,
): WriteRequest | string {
  const whole = `claim ${claim.namespace}/${claim.name}`;
  if (claim.deletionTimeMicros !== null) return `${whole} got deleted in the meantime`;
  if (allocation !== null && claim.status?.allocation !== undefined) {
    return `${whole} got allocated elsewhere in the meantime`;
  }
  if (allocation === null && claim.status?.allocation === undefined) {
    return `${whole} got deallocated elsewhere in the meantime`;
  }
  const consumer = { resource: "pods", name, uid };
  const status: ResourceClaimStatus = {
    ...claim.status,
    ...(allocation === null ? {} : { allocation }),
    reservedFor: [...(claim.status?.reservedFor ?? []), consumer],
  };
  return { verb: "update", base: claim, change: { status } };
}
