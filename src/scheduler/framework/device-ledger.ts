import type { AllocationResult, DeviceResult } from "../../api/devices.js";
import { mustParseQuantity, type Quantity } from "../../api/quantity.js";

/** `driver/pool/device`, as upstream's DeviceID. */
function deviceKey(device: {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
}): string {
  return `${device.driver}/${device.pool}/${device.device}`;
}

/** So many changes are told apart at most. */
const MAX_CHANGES = 10_000;

/** Which devices are in use by allocations, kept up as allocations come and go. */
export class DeviceLedger {
  private readonly owned = new Map<string, number>();
  private readonly shares = new Map<string, number>();
  private readonly consumed = new Map<string, Map<string, Quantity>>();
  /** Pools with a device that was taken or given back, the newest last. */
  private changed: string[] = [];
  private forgotten = 0;

  /** Whether one claim has the device for itself. */
  isOwned(key: string): boolean {
    return this.owned.has(key);
  }

  /** Whether claims share the device. */
  isShared(key: string): boolean {
    return this.shares.has(key);
  }

  /** What the claims that share the device consume of its capacity together. */
  consumedOf(key: string): ReadonlyMap<string, Quantity> | undefined {
    return this.consumed.get(key);
  }

  /** How many changes there were so far. */
  get version(): number {
    return this.forgotten + this.changed.length;
  }

  /** The pools, as `driver/pool`, of the changes after `version`; null: it is too long ago. */
  changedSince(version: number): readonly string[] | null {
    return version < this.forgotten ? null : this.changed.slice(version - this.forgotten);
  }

  add(allocation: AllocationResult | undefined): void {
    for (const result of allocation?.devices?.results ?? []) this.count(result, 1);
  }

  remove(allocation: AllocationResult | undefined): void {
    for (const result of allocation?.devices?.results ?? []) this.count(result, -1);
  }

  /** An administrator's access to a device leaves it free. */
  private count(result: DeviceResult, by: 1 | -1): void {
    if (result.adminAccess === true) return;
    const key = deviceKey(result);
    if (this.changed.length >= MAX_CHANGES) {
      this.forgotten += this.changed.length;
      this.changed = [];
    }
    this.changed.push(`${result.driver}/${result.pool}`);
    const counts = result.shareID === undefined ? this.owned : this.shares;
    const count = (counts.get(key) ?? 0) + by;
    if (count > 0) counts.set(key, count);
    else counts.delete(key);
    if (result.shareID === undefined || result.consumedCapacity === undefined) return;
    const before = this.consumed.get(key) ?? new Map<string, Quantity>();
    const after = new Map(before);
    for (const [name, amount] of Object.entries(result.consumedCapacity)) {
      const change = mustParseQuantity(amount);
      const sum = after.get(name);
      const signed = by === 1 ? change : change.negate();
      const next = sum === undefined ? signed : sum.add(signed);
      if (next.isZero) after.delete(name);
      else after.set(name, next);
    }
    if (after.size === 0) this.consumed.delete(key);
    else this.consumed.set(key, after);
  }
}
