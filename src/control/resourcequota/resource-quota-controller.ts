import { ALL_KINDS, KINDS, type Kind } from "../../api/kinds.js";
import type { AnyVersion } from "../../api/object-version.js";
import { mustParseQuantity } from "../../api/quantity.js";
import { isTerminating } from "../../api/quota/quota-scopes.js";
import { concerns, isPodCharged } from "../../api/quota/quota-usage.js";
import type { ServiceSpec } from "../../api/schemas/types.js";
import { MICROS_PER_MINUTE } from "../../base/time.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { WriteQueue } from "../write-queue.js";
import { type Quota, QuotaTally } from "./quota-tally.js";

const NO_ROWS: ReadonlySet<number> = new Set();

/** Every so often all quotas are computed anew. Upstream's `--resource-quota-sync-period`. */
const SYNC_PERIOD_MICROS = 5 * MICROS_PER_MINUTE;

/** Kinds whose objects quotas may count. */
const QUOTA_KINDS: readonly Kind[] = ALL_KINDS.filter((kind) => KINDS[kind].namespaced);

/**
 * Keeps the status of quotas: the limits that admission goes by, and the usage, which grows by admission
 * and shrinks here, when objects go or end.
 * Source: Kubernetes, "Resource Quotas"; upstream's pkg/controller/resourcequota.
 */
export class ResourceQuotaController implements Controller {
  private readonly quotas: Informer<"ResourceQuota">;
  private readonly queue: WriteQueue;
  private readonly tallies = new Map<
    number,
    { readonly quota: Quota; readonly tally: QuotaTally }
  >();
  private readonly rowsIn = new Map<string, Set<number>>();

  constructor(private readonly options: ControllerOptions) {
    const { engine, client, workers, informers } = options;
    this.quotas = informers.informer("ResourceQuota");
    this.queue = new WriteQueue({
      engine,
      client,
      name: "resourcequota",
      workers,
      plan: (row) => this.plan(row),
      refused: (_row, refusal) => refusal.reason !== "NotFound",
    });
  }

  start(): void {
    for (const kind of QUOTA_KINDS) this.watch(kind);
    this.quotas.addHandler({
      added: (quota) => {
        this.tallyOf(quota);
        this.queue.add(quota.row);
      },
      updated: (before, quota) => {
        if (before.spec === quota.spec) return;
        this.tallyOf(quota);
        this.queue.add(quota.row);
      },
      deleted: (quota) => {
        this.tallies.delete(quota.row);
        this.rowsIn.get(quota.namespace)?.delete(quota.row);
      },
    });
  }

  private watch(kind: Kind): void {
    const informer = this.options.informers.informer(kind) as unknown as Informer<"Pod">;
    informer.addHandler({
      added: (object) => this.put(object),
      updated: (before, object) => {
        this.put(object);
        if (this.frees(before, object)) this.replenish(object);
        if (before.deletionTimeMicros === null && object.deletionTimeMicros !== null) {
          for (const row of this.rowsIn.get(object.namespace) ?? NO_ROWS) this.awaitChange(row);
        }
      },
      deleted: (last) => {
        for (const row of this.rowsIn.get(last.namespace) ?? NO_ROWS) {
          this.tallies.get(row)?.tally.remove(last.uid);
        }
        this.replenish(last);
      },
    });
  }

  private put(object: AnyVersion): void {
    for (const row of this.rowsIn.get(object.namespace) ?? NO_ROWS) {
      this.tallies.get(row)?.tally.put(object, this.options.engine.now);
    }
  }

  /** Whether a change of an object may free something that a quota limits. */
  private frees(before: AnyVersion, after: AnyVersion): boolean {
    if (before.kind === "Service" && after.kind === "Service") {
      return typeOf(before.spec) !== typeOf(after.spec);
    }
    if (before.kind !== "Pod" || after.kind !== "Pod") return false;
    const { now } = this.options.engine;
    if (isPodCharged(before, now) && !isPodCharged(after, now)) return true;
    if (before.status.resources !== after.status.resources) return true;
    return isTerminating(before.spec) !== isTerminating(after.spec);
  }

  /** Wakes the quotas that limit something of that kind. */
  private replenish(object: AnyVersion): void {
    for (const row of this.rowsIn.get(object.namespace) ?? NO_ROWS) {
      const hard = Object.keys(this.quotas.at(row)?.status.hard ?? {});
      if (hard.some((name) => concerns(name, object.kind))) this.queue.add(row);
    }
  }

  /** Counts for a new or changed quota what its namespace holds. */
  private tallyOf(quota: Quota): void {
    const tally = new QuotaTally(quota);
    this.tallies.set(quota.row, { quota, tally });
    const rows = this.rowsIn.get(quota.namespace);
    if (rows === undefined) this.rowsIn.set(quota.namespace, new Set([quota.row]));
    else rows.add(quota.row);
    const names = Object.keys(quota.spec.hard ?? {});
    for (const kind of QUOTA_KINDS) {
      if (!names.some((name) => concerns(name, kind))) continue;
      for (const object of this.options.informers.informer(kind).values()) {
        if (object.namespace === quota.namespace) tally.put(object, this.options.engine.now);
      }
    }
  }

  /** A pod that is charged no more, being deleted for too long, is noticed when all quotas are computed anew. */
  private awaitChange(row: number): void {
    const change = this.tallies.get(row)?.tally.nextChangeMicros() ?? null;
    if (change === null) return;
    const next = (Math.floor(change / SYNC_PERIOD_MICROS) + 1) * SYNC_PERIOD_MICROS;
    this.queue.addAfter(row, next - this.options.engine.now);
  }

  private plan(row: number): readonly WriteRequest[] {
    const base = this.quotas.at(row);
    const known = this.tallies.get(row);
    if (base === undefined || known === undefined || base.deletionTimeMicros !== null) return [];
    const { now } = this.options.engine;
    const used = known.tally.used(now);
    this.awaitChange(row);
    const hard = { ...base.spec.hard };
    if (isSame(base.status.hard, hard) && isSame(base.status.used, used)) return [];
    return [{ verb: "update", base, change: { status: { hard, used } } }];
  }
}

function typeOf(spec: ServiceSpec): string {
  return spec.type === "NodePort" || spec.type === "LoadBalancer" ? spec.type : "";
}

type Limits = Readonly<Record<string, string | number>>;

function isSame(known: Limits | undefined, now: Limits): boolean {
  const names = Object.keys(now);
  if (known === undefined || Object.keys(known).length !== names.length) return false;
  return names.every((name) => {
    const amount = known[name];
    return (
      amount !== undefined && mustParseQuantity(amount).compare(mustParseQuantity(now[name]!)) === 0
    );
  });
}
