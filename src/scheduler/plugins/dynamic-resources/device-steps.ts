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

/** So often a claim is written before it is given up: client-go's `retry.DefaultRetry`. */
const MAX_ATTEMPTS = 5;

/** A claim that the steps before binding write, as far as they know it. */
export class WrittenClaim {
  private attempts = 1;
  /** What the API server had after a write that met another's. */
  private read: ResourceClaim | null = null;

  /** @param of a claim that there is, by `namespace/name`, or one that a step before makes */
  constructor(
    private readonly of: string | MakeDeviceClaim,
    private readonly claims: Claims,
  ) {}

  /** `namespace/name`; empty for one that has no name yet. */
  get key(): string {
    return typeof this.of === "string" ? this.of : "";
  }

  /** As it is known now; a text: it is not there. */
  current(): ResourceClaim | string {
    const known = this.known();
    if (known === null) {
      const [, name = ""] = this.key.split("/");
      return `resourceclaims.resource.k8s.io "${name}" not found`;
    }
    const { read } = this;
    const isNewer = read?.uid === known.uid && read.resourceVersion > known.resourceVersion;
    return isNewer ? read : known;
  }

  private known(): ResourceClaim | null {
    if (typeof this.of !== "string") return this.of.claim();
    const [namespace = "", name = ""] = this.of.split("/");
    return this.claims.get(namespace, name) ?? null;
  }

  written(object: AnyVersion): void {
    if (object.kind === "ResourceClaim") this.claims.set(object);
  }

  /** Whether it may be tried once more with what was read. */
  reread(newest: AnyVersion): boolean {
    if (newest.kind !== "ResourceClaim" || this.attempts >= MAX_ATTEMPTS) return false;
    this.attempts += 1;
    this.read = newest;
    return true;
  }

  endAllocation(uid: string): void {
    this.claims.endAllocation(uid);
  }
}

/** Keeps a claim from vanishing with its devices. */
export class ProtectDevices implements PreBindStep {
  constructor(private readonly claim: WrittenClaim) {}

  write(): PreBindWrite | null | string {
    const claim = this.claim.current();
    if (typeof claim === "string") return claim;
    const problem = whyNotAllocated(claim);
    if (problem !== null) return problem;
    if (claim.finalizers.includes(CLAIM_FINALIZER)) return null;
    const finalizers = [...claim.finalizers, CLAIM_FINALIZER];
    return { verb: "update", base: claim, change: { finalizers } };
  }

  written(object: AnyVersion): void {
    this.claim.written(object);
  }

  reread(newest: AnyVersion): number | null {
    return this.claim.reread(newest) ? 0 : null;
  }
}

/** Why a claim that is to be allocated cannot be any more; null: it can. */
function whyNotAllocated({ namespace, name, deletionTimeMicros, status }: ResourceClaim) {
  const whole = `claim ${namespace}/${name}`;
  if (deletionTimeMicros !== null) return `${whole} got deleted in the meantime`;
  return status?.allocation === undefined
    ? null
    : `${whole} got allocated elsewhere in the meantime`;
}

export interface Reservation {
  readonly pod: PodVersion;
  /** Under which the allocation is known while it is written. */
  readonly uid: string;
  /** Null: the claim has its devices, and gets another consumer. */
  readonly allocation: AllocationResult | null;
}

/** Writes a claim's devices and that the pod uses them; done when all that are attached on demand are. */
export class ReserveDevices implements PreBindStep {
  constructor(
    private readonly target: WrittenClaim,
    private readonly reservation: Reservation,
  ) {}

  /** `namespace/name`; empty for the claim for extended resources, which has no name yet. */
  get claim(): string {
    return this.target.key;
  }

  get allocation(): AllocationResult | null {
    return this.reservation.allocation;
  }

  write(): PreBindWrite | string {
    const { pod, allocation } = this.reservation;
    const claim = this.target.current();
    if (typeof claim === "string") return claim;
    const whole = `claim ${claim.namespace}/${claim.name}`;
    const problem =
      allocation !== null || claim.deletionTimeMicros !== null
        ? whyNotAllocated(claim)
        : claim.status?.allocation === undefined
          ? `${whole} got deallocated elsewhere in the meantime`
          : null;
    if (problem !== null) return problem;
    const { name, uid } = pod;
    const status: ResourceClaimStatus = {
      ...claim.status,
      ...(allocation === null ? {} : { allocation }),
      reservedFor: [...(claim.status?.reservedFor ?? []), { resource: "pods", name, uid }],
    };
    return { verb: "update", base: claim, change: { status } };
  }

  written(object: AnyVersion): void {
    this.target.written(object);
    this.target.endAllocation(this.reservation.uid);
  }

  /** Of a claim that is allocated here the finalizer is looked at again too. */
  reread(newest: AnyVersion): number | null {
    if (!this.target.reread(newest)) return null;
    return this.reservation.allocation === null ? 0 : 1;
  }

  isDone(): boolean | string {
    const claim = this.target.current();
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
