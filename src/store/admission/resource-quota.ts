import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import type { PodSpec } from "../../api/kubernetes.js";
import { mustParseQuantity, type Quantity } from "../../api/quantity.js";
import { inScope } from "../../api/quota/quota-scopes.js";
import {
  concerns,
  type QuotaAmounts,
  type QuotaObject,
  quotaUsage,
  unsaid,
} from "../../api/quota/quota-usage.js";
import { genericVersion, type ObjectStore } from "../object-store.js";
import { type Refusal, refuse } from "../outcome.js";

type Quota = ObjectVersion<"ResourceQuota">;
type Limits = Readonly<Record<string, string | number>>;

interface Charge {
  readonly quota: Quota;
  readonly used: Limits;
}

export interface QuotaRequest {
  /** `pods "web-1"`, as refusals name it. */
  readonly what: string;
  readonly object: QuotaObject & { readonly namespace: string };
  /** What it takes the place of; null for a new object. */
  readonly before: QuotaObject | null;
}

/**
 * The ResourceQuota admission plugin: refuses what would use more than a quota of the namespace allows, and
 * charges the quotas' status with what it lets pass. Null where it passes.
 * Source: Kubernetes, "Resource Quotas"; upstream's admission/plugin/resourcequota.
 */
export function chargeQuotas(store: ObjectStore, request: QuotaRequest): Refusal | null {
  const table = store.table("ResourceQuota");
  if (table.size === 0 || !isHandled(request)) return null;
  const { what, object, before } = request;
  const now = store.engine.now;
  let usage: QuotaAmounts | null = null;
  const charges: Charge[] = [];
  for (const quota of table) {
    if (quota.namespace !== object.namespace) continue;
    const limited = limitedBy(quota, object);
    if (limited.length === 0) continue;
    const forbidden = (why: string) => refuse("Forbidden", `${what} is forbidden: ${why}`);
    const missing = object.kind === "Pod" ? unsaid(object.spec as PodSpec, limited) : null;
    if (missing !== null) return forbidden(`failed quota: ${quota.name}: ${missing}`);
    const { used = {} } = quota.status;
    const unknown = limited.filter((name) => used[name] === undefined);
    if (unknown.length > 0) {
      const names = limited.toSorted().join(",");
      return forbidden(`status unknown for quota: ${quota.name}, resources: ${names}`);
    }
    usage ??= quotaUsage(object, now);
    const matched = before !== null && limitedBy(quota, before).length > 0;
    const delta = deltaOf(usage, matched ? quotaUsage(before, now) : new Map());
    const charge = chargeOf(quota, delta, limited);
    if (charge === null) continue;
    if (charge.exceeded.length > 0) return forbidden(exceededText(quota, delta, charge.exceeded));
    charges.push({ quota, used: charge.used });
  }
  for (const { quota, used } of charges) writeUsed(store, quota, used);
  return null;
}

/** New objects, and changes by which an object may use more. */
function isHandled({ object, before }: QuotaRequest): boolean {
  if (before === null) return true;
  switch (object.kind) {
    case "Pod":
    case "Service":
    case "PersistentVolumeClaim":
      return before.spec !== object.spec;
    default:
      return false;
  }
}

/** What the quota limits of what objects of that kind use, if it is about this one. */
function limitedBy(quota: Quota, object: QuotaObject): readonly string[] {
  const names = Object.keys(quota.status.hard ?? {}).filter((name) => concerns(name, object.kind));
  return names.length > 0 && inScope(quota.spec, object) ? names : [];
}

/** What is used more than before; less counts for nothing, until the usage is computed anew. */
function deltaOf(usage: QuotaAmounts, before: QuotaAmounts): QuotaAmounts {
  const delta = new Map<string, Quantity>();
  for (const [name, amount] of usage) {
    const known = before.get(name);
    const more = known === undefined ? amount : amount.subtract(known);
    if (more.sign > 0) delta.set(name, more);
  }
  return delta;
}

function chargeOf(
  { status }: Quota,
  delta: QuotaAmounts,
  limited: readonly string[],
): { readonly used: Limits; readonly exceeded: readonly string[] } | null {
  const used: Record<string, string | number> = { ...status.used };
  const exceeded: string[] = [];
  let charged = false;
  for (const name of limited) {
    const more = delta.get(name);
    if (more === undefined) continue;
    charged = true;
    const sum = mustParseQuantity(used[name] ?? 0).add(more);
    if (sum.compare(mustParseQuantity(status.hard?.[name] ?? 0)) > 0) exceeded.push(name);
    used[name] = sum.toString();
  }
  return charged ? { used, exceeded } : null;
}

function exceededText(
  { name, status }: Quota,
  delta: QuotaAmounts,
  exceeded: readonly string[],
): string {
  const listed = (amountOf: (resource: string) => unknown): string =>
    exceeded
      .toSorted()
      .map((resource) => `${resource}=${amountOf(resource)}`)
      .join(",");
  const canonical = (amounts: Limits | undefined) => (resource: string) =>
    mustParseQuantity(amounts?.[resource] ?? 0).toString();
  return (
    `exceeded quota: ${name}, requested: ${listed((resource) => delta.get(resource))}, ` +
    `used: ${listed(canonical(status.used))}, limited: ${listed(canonical(status.hard))}`
  );
}

function writeUsed(store: ObjectStore, quota: Quota, used: Limits): void {
  const status = { ...quota.status, used: used as Record<string, string> };
  const meta = { ...quota, resourceVersion: store.nextRevision() };
  store.replace(quota, genericVersion("ResourceQuota", meta, quota.spec, status) as AnyVersion);
}
