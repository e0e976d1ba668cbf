import {
  type AllocationResult,
  CLAIM_FINALIZER,
  EXTENDED_RESOURCE_CLAIM,
  type ResourceClaimStatus,
} from "../../../api/devices.js";
import { newMeta } from "../../../api/new-object.js";
import type { AnyVersion } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { PreBindStep, PreBindWrite } from "../../framework/interfaces.js";
import type { Listers } from "../../framework/listers.js";
import { isReadyToBind } from "./binding-conditions.js";
import type { ExtendedRequests } from "./extended-resources.js";
import type { ResourceClaim } from "./pod-claims.js";

type Claims = Listers["resourceClaims"];

/** The claim for the pod's extended resources is made. */
export class MakeDeviceClaim implements PreBindStep {
  private made: ResourceClaim | null = null;

  constructor(
    private readonly pod: PodVersion,
    private readonly spec: ResourceClaim["spec"],
    private readonly claims: Claims,
  ) {}

  write(): PreBindWrite {
    return { verb: "create", object: extendedClaim(this.pod, this.spec) };
  }

  written(object: AnyVersion): void {
    if (object.kind !== "ResourceClaim") return;
    this.claims.set(object);
    this.made = object;
  }

  /** What was made, as far as is known now; null before. */
  claim(): ResourceClaim | null {
    if (this.made === null) return null;
    const known = this.claims.get(this.made.namespace, this.made.name);
    return known?.uid === this.made.uid ? known : this.made;
  }
}

/** A claim that there is, by `namespace/name`, or one that a step before makes. */
type ClaimOfStep = string | MakeDeviceClaim;

function claimOf(of: ClaimOfStep, claims: Claims): ResourceClaim | string {
  if (typeof of !== "string") return of.claim() ?? 'resourceclaims.resource.k8s.io "" not found';
  const [namespace = "", name = ""] = of.split("/");
  return claims.get(namespace, name) ?? `resourceclaims.resource.k8s.io "${name}" not found`;
}

/** Keeps a claim from vanishing with its devices. */
export class ProtectDevices implements PreBindStep {
  constructor(
    private readonly of: ClaimOfStep,
    private readonly claims: Claims,
  ) {}

  write(): PreBindWrite | null | string {
    const claim = claimOf(this.of, this.claims);
    if (typeof claim === "string") return claim;
    if (claim.finalizers.includes(CLAIM_FINALIZER)) return null;
    const finalizers = [...claim.finalizers, CLAIM_FINALIZER];
    return { verb: "update", base: claim, change: { finalizers } };
  }

  written(object: AnyVersion): void {
    if (object.kind === "ResourceClaim") this.claims.set(object);
  }
}

/** Writes a claim's devices and that the pod uses them; done when all that are attached on demand are. */
export class ReserveDevices implements PreBindStep {
  /**
   * @param uid under which the allocation is known while it is written
   * @param allocation null: the claim has its devices, and gets another consumer
   */
  constructor(
    private readonly of: ClaimOfStep,
    private readonly pod: PodVersion,
    private readonly claims: Claims,
    private readonly uid: string,
    readonly allocation: AllocationResult | null,
  ) {}

  /** `namespace/name`; empty for the claim for extended resources, which has no name yet. */
  get claim(): string {
    return typeof this.of === "string" ? this.of : "";
  }

  write(): PreBindWrite | string {
    const { allocation } = this;
    const claim = claimOf(this.of, this.claims);
    if (typeof claim === "string") return claim;
    const whole = `claim ${claim.namespace}/${claim.name}`;
    if (claim.deletionTimeMicros !== null) return `${whole} got deleted in the meantime`;
    if (allocation !== null && claim.status?.allocation !== undefined) {
      return `${whole} got allocated elsewhere in the meantime`;
    }
    if (allocation === null && claim.status?.allocation === undefined) {
      return `${whole} got deallocated elsewhere in the meantime`;
    }
    const { name, uid } = this.pod;
    const status: ResourceClaimStatus = {
      ...claim.status,
      ...(allocation === null ? {} : { allocation }),
      reservedFor: [...(claim.status?.reservedFor ?? []), { resource: "pods", name, uid }],
    };
    return { verb: "update", base: claim, change: { status } };
  }

  written(object: AnyVersion): void {
    if (object.kind !== "ResourceClaim") return;
    this.claims.set(object);
    this.claims.endAllocation(this.uid);
  }

  isDone(): boolean | string {
    const claim = claimOf(this.of, this.claims);
    if (typeof claim === "string") return `claim ${this.claim} is gone`;
    const state = isReadyToBind(claim);
    return state === "failed" ? `device binding failed: claim=${claim.name}` : state === "ready";
  }
}

/** The pod's status tells which claim serves its extended resources. */
export class TellExtendedResources implements PreBindStep {
  constructor(
    private readonly pod: PodVersion,
    private readonly making: MakeDeviceClaim,
    private readonly mappings: ExtendedRequests["mappings"],
  ) {}

  write(): PreBindWrite | string {
    const claim = this.making.claim();
    if (claim === null) return "the claim for extended resources was not made";
    const extendedResourceClaimStatus = {
      resourceClaimName: claim.name,
      requestMappings: [...this.mappings],
    };
    const change = { status: { extendedResourceClaimStatus } };
    return { verb: "patch", target: this.pod, change };
  }
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
