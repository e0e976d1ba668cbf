import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import { Quantity } from "../../api/quantity.js";
import { inScope } from "../../api/quota/quota-scopes.js";
import {
  chargeEndsMicros,
  concerns,
  isPodCharged,
  type QuotaAmounts,
  quotaUsage,
} from "../../api/quota/quota-usage.js";

export type Quota = ObjectVersion<"ResourceQuota">;

/**
 * What the objects of a namespace use of one quota, kept object by object, so that its cost does not grow
 * with their number.
 */
export class QuotaTally {
  private readonly sums = new Map<string, Quantity>();
  /** By UID: the object as it was counted, and with what. */
  private readonly counted = new Map<string, { object: AnyVersion; usage: QuotaAmounts }>();
  /** Pods that are being deleted, by UID: charged until some time only. */
  private readonly ending = new Map<string, AnyVersion>();

  constructor(private readonly quota: Quota) {}

  put(object: AnyVersion, nowMicros: number): void {
    const known = this.counted.get(object.uid)?.object;
    if (known !== undefined && !mayDiffer(known, object)) return;
    this.count(object, nowMicros);
  }

  private count(object: AnyVersion, nowMicros: number): void {
    this.remove(object.uid);
    const names = Object.keys(this.quota.spec.hard ?? {});
    if (!names.some((name) => concerns(name, object.kind))) return;
    if (!inScope(this.quota.spec, object)) return;
    const usage = quotaUsage(object, nowMicros);
    this.counted.set(object.uid, { object, usage });
    this.add(usage, 1);
    const ends = object.kind === "Pod" && chargeEndsMicros(object) !== null;
    if (ends && isPodCharged(object, nowMicros)) this.ending.set(object.uid, object);
  }

  remove(uid: string): void {
    this.ending.delete(uid);
    const known = this.counted.get(uid);
    if (known === undefined) return;
    this.counted.delete(uid);
    this.add(known.usage, -1);
  }

  /** The sums of what the quota limits, as of now. */
  used(nowMicros: number): Record<string, string> {
    for (const pod of [...this.ending.values()]) {
      if (!isPodCharged(pod, nowMicros)) this.count(pod, nowMicros);
    }
    const names = Object.keys(this.quota.spec.hard ?? {});
    return Object.fromEntries(
      names.map((name) => [name, (this.sums.get(name) ?? Quantity.of(0)).toString()]),
    );
  }

  /** When a pod that is being deleted is charged no more; null where none is. */
  nextChangeMicros(): number | null {
    let next: number | null = null;
    for (const pod of this.ending.values()) {
      const end = chargeEndsMicros(pod);
      if (end !== null && (next === null || end < next)) next = end;
    }
    return next;
  }

  private add(usage: QuotaAmounts, sign: 1 | -1): void {
    for (const [name, amount] of usage) {
      const sum = this.sums.get(name);
      if (sum === undefined) this.sums.set(name, sign > 0 ? amount : amount.negate());
      else this.sums.set(name, sign > 0 ? sum.add(amount) : sum.subtract(amount));
    }
  }
}

/** Whether a change of an object may change what it uses. */
function mayDiffer(before: AnyVersion, after: AnyVersion): boolean {
  if (before.spec !== after.spec) return true;
  if (before.kind !== "Pod" || after.kind !== "Pod") return false;
  return (
    before.phase !== after.phase ||
    before.deletionTimeMicros !== after.deletionTimeMicros ||
    before.status.resources !== after.status.resources
  );
}
