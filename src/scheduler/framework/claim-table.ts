import type { AllocationResult } from "../../api/devices.js";
import type { VersionOf } from "../../api/object-version.js";
import { DeviceLedger } from "./device-ledger.js";
import { type ClaimLister, ObjectTable } from "./listers.js";

type ResourceClaim = VersionOf<"ResourceClaim">;

/**
 * ResourceClaims in memory, with what the scheduler itself has decided and not yet seen: allocations
 * that are being written, and claims as they were answered. Source: kube-scheduler `dra_manager.go`.
 */
export class ClaimTable extends ObjectTable<"ResourceClaim"> implements ClaimLister {
  readonly devices = new DeviceLedger();
  private readonly beingWritten = new Map<string, AllocationResult>();

  constructor(claims: readonly ResourceClaim[] = []) {
    super();
    for (const claim of claims) this.set(claim);
  }

  /** What is older than what is known of the same claim tells nothing new. */
  override set(claim: ResourceClaim): void {
    const known = this.get(claim.namespace, claim.name);
    if (known?.uid === claim.uid && known.resourceVersion > claim.resourceVersion) return;
    this.devices.remove(known?.status?.allocation);
    super.set(claim);
    this.devices.add(claim.status?.allocation);
  }

  override delete(namespace: string, name: string): void {
    this.devices.remove(this.get(namespace, name)?.status?.allocation);
    super.delete(namespace, name);
  }

  pendingAllocation(uid: string): AllocationResult | undefined {
    return this.beingWritten.get(uid);
  }

  beginAllocation(uid: string, allocation: AllocationResult): void {
    this.endAllocation(uid);
    this.beingWritten.set(uid, allocation);
    this.devices.add(allocation);
  }

  endAllocation(uid: string): void {
    this.devices.remove(this.beingWritten.get(uid));
    this.beingWritten.delete(uid);
  }
}
