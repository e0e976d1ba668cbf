import { CelRuntimeError } from "../../../api/cel/cel-value.js";
import {
  type DeviceToleration,
  type DeviceTaint,
  MAX_ALLOCATION_RESULTS,
} from "../../../api/devices.js";
import type { Quantity } from "../../../api/quantity.js";
import type { DeviceLedger } from "../../framework/device-ledger.js";
import { type AttributeConstraint, constraintOf } from "./attribute-constraints.js";
import { type ClaimPlan, type DemandPlan, PlanError, type RequestPlan } from "./claims-plan.js";
import { consumedCapacity, hasCapacity } from "./consumable-capacity.js";
import type { Selector } from "./device-model.js";
import type { DevicePool, PlacedDevice } from "./device-pools.js";
import { SharedCounters } from "./shared-counters.js";

/** Which parts of dynamic resource allocation are on. */
export interface AllocatorFeatures {
  readonly adminAccess: boolean;
  readonly prioritizedList: boolean;
  readonly partitions: boolean;
  readonly taints: boolean;
  readonly bindingConditions: boolean;
  readonly consumableCapacity: boolean;
  readonly fractions: boolean;
  readonly listAttributes: boolean;
  /** Errors of selectors name the device and say what would help. */
  readonly errorsNameDevice: boolean;
}

/** A device that was found for a demand. */
export interface FoundDevice {
  readonly demand: DemandPlan;
  readonly placed: PlacedDevice;
  /** What it takes of a shared device's capacity; null of one that it has for itself. */
  readonly consumed: ReadonlyMap<string, Quantity> | null;
}

/** The devices of each claim, in the order in which they were found; null: there are not enough. */
export type Found = readonly (readonly FoundDevice[])[] | null;

/** Thrown to leave the search: no other device and no other node would do better. */
class Hopeless extends Error {}

type Step = "found" | "none" | "tooMany";

/**
 * Looks for devices for all claims of a pod on one node: the first that fit, in the order of pools and
 * devices, going back where a later demand finds none.
 * Source: `dynamic-resource-allocation/structured`, allocateOne.
 */
export function searchDevices(
  claims: readonly ClaimPlan[],
  pools: readonly DevicePool[],
  options: { readonly ledger: DeviceLedger; readonly features: AllocatorFeatures },
): Found | PlanError {
  try {
    const search = new Search(claims, pools, options);
    const problem = search.prepare();
    if (problem !== null) return problem;
    return search.claim(0) === "found" ? search.results : null;
  } catch (error) {
    if (error instanceof Hopeless) return new PlanError(error.message);
    throw error;
  }
}

class Search {
  readonly results: FoundDevice[][];
  private readonly constraints: readonly (readonly AttributeConstraint[])[];
  private readonly counters: SharedCounters;
  /** Claims, by number, that the device is being allocated for. */
  private readonly taking = new Map<string, number[]>();
  private readonly takingShares = new Map<string, ReadonlyMap<string, Quantity>[]>();
  private readonly allDevices = new Map<DemandPlan, readonly PlacedDevice[]>();
  private readonly devices: readonly PlacedDevice[];

  constructor(
    private readonly claims: readonly ClaimPlan[],
    private readonly pools: readonly DevicePool[],
    private readonly options: {
      readonly ledger: DeviceLedger;
      readonly features: AllocatorFeatures;
    },
  ) {
    this.results = claims.map(() => []);
    this.counters = new SharedCounters(options.ledger);
    const { listAttributes } = options.features;
    this.constraints = claims.map((claim) =>
      claim.constraints.flatMap((one) => constraintOf(one, listAttributes) ?? []),
    );
    const usable = pools.filter(({ incomplete, invalid }) => !incomplete && invalid === "");
    this.devices = usable.length === 1 ? usable[0]!.devices : usable.flatMap((p) => p.devices);
  }

  /** Finds what "all" devices are, and whether a claim asks for more than it may have. */
  prepare(): PlanError | null {
    for (const claim of this.claims) {
      let least = 0;
      for (const { request, options } of claim.requests) {
        let fewest = Number.POSITIVE_INFINITY;
        for (const demand of options) {
          const count = this.countOf(demand, claim);
          if (count instanceof PlanError) return count;
          fewest = Math.min(fewest, count);
        }
        if (fewest > MAX_ALLOCATION_RESULTS - least) {
          return new PlanError(
            `claim ${claim.key}, request ${request.name}: adding ${fewest} devices exceeds the claim limit of ${MAX_ALLOCATION_RESULTS}, with ${least} already accounted for`,
          );
        }
        least += fewest;
      }
    }
    return null;
  }

  private countOf(demand: DemandPlan, claim: ClaimPlan): number | PlanError {
    if (!demand.all) return demand.count;
    const where = `claim ${claim.key}, request ${demand.name}`;
    for (const { driver, name, incomplete, invalid } of this.pools) {
      const state = incomplete ? "being updated" : invalid === "" ? "" : "invalid";
      if (state === "") continue;
      return new PlanError(
        `${where}: asks for all devices, but resource pool ${driver}/${name} is currently ${state}`,
      );
    }
    const nothing = { taken: undefined, taking: undefined };
    const { consumableCapacity, fractions } = this.options.features;
    const all = this.devices.filter(
      (placed) =>
        this.isSelectable(demand, placed, claim) &&
        (!consumableCapacity || hasCapacity(demand.demand, placed.device, nothing, fractions)),
    );
    this.allDevices.set(demand, all);
    return all.length;
  }

  claim(claimIndex: number): Step {
    if (claimIndex >= this.claims.length) return "found";
    return this.request(claimIndex, 0);
  }

  private request(claimIndex: number, requestIndex: number): Step {
    const plan = this.claims[claimIndex]!.requests[requestIndex];
    if (plan === undefined) {
      // Another choice before may leave this claim with an alternative of fewer devices.
      return this.claim(claimIndex + 1) === "found" ? "found" : "none";
    }
    const at = { claimIndex, requestIndex };
    return plan.hasAlternatives
      ? this.alternatives(at, plan)
      : this.demand(at, plan.options[0]!, { taken: 0, from: 0 });
  }

  private alternatives(at: Place, { options }: RequestPlan): Step {
    let alwaysTooMany = true;
    for (const option of options) {
      const step = this.demand(at, option, { taken: 0, from: 0 });
      if (step === "found") return "found";
      if (step !== "tooMany") alwaysTooMany = false;
    }
    return alwaysTooMany ? "tooMany" : "none";
  }

  /** `taken` devices of the demand are found; the next is sought from the device `from` on. */
  private demand(
    at: Place,
    demand: DemandPlan,
    { taken, from }: { readonly taken: number; readonly from: number },
  ): Step {
    const all = this.allDevices.get(demand);
    if (all !== undefined && all.length === 0) return "none";
    const count = all?.length ?? demand.count;
    if (taken >= count) return this.request(at.claimIndex, at.requestIndex + 1);
    const room = MAX_ALLOCATION_RESULTS - this.results[at.claimIndex]!.length;
    if (count - taken > room) return "tooMany";
    if (all !== undefined) {
      const placed = all[taken]!;
      if (!this.take(at, demand, placed, true)) return "none";
      const step = this.demand(at, demand, { taken: taken + 1, from: 0 });
      if (step !== "found") this.undo(at, demand, placed);
      return step;
    }
    for (let i = from; i < this.devices.length; i += 1) {
      const placed = this.devices[i]!;
      if (!this.isCandidate(at, demand, placed)) continue;
      if (!this.take(at, demand, placed, false)) continue;
      const step = this.demand(at, demand, { taken: taken + 1, from: i + 1 });
      if (step === "found") return step;
      this.undo(at, demand, placed);
      if (step === "tooMany") return step;
    }
    return "none";
  }

  private isCandidate(at: Place, demand: DemandPlan, placed: PlacedDevice): boolean {
    const isBusy = demand.adminAccess
      ? (this.taking.get(placed.key)?.includes(at.claimIndex) ?? false)
      : this.isInUse(placed.key);
    if (isBusy) return false;
    if (!this.isSelectable(demand, placed, this.claims[at.claimIndex]!)) return false;
    return this.hasRoom(demand, placed);
  }

  private isInUse(key: string): boolean {
    return this.options.ledger.isOwned(key) || (this.taking.get(key)?.length ?? 0) > 0;
  }

  private hasRoom(demand: DemandPlan, { key, device }: PlacedDevice): boolean {
    const { consumableCapacity, fractions } = this.options.features;
    if (!consumableCapacity) return true;
    const taken = this.options.ledger.consumedOf(key);
    const taking = sumOf(this.takingShares.get(key));
    return hasCapacity(demand.demand, device, { taken, taking }, fractions);
  }

  private isSelectable(demand: DemandPlan, placed: PlacedDevice, claim: ClaimPlan): boolean {
    const { bindingConditions } = this.options.features;
    if (!bindingConditions && (placed.device.bindingConditions ?? []).length > 0) return false;
    const ofClass = `class ${demand.deviceClass.name}`;
    return (
      this.selects(demand.classSelectors, placed, ofClass) &&
      this.selects(demand.selectors, placed, `claim ${claim.key}`) &&
      placed.reachable
    );
  }

  private selects(selectors: readonly Selector[], placed: PlacedDevice, whose: string): boolean {
    for (let i = 0; i < selectors.length; i += 1) {
      const answer = placed.model.answer(selectors[i]!);
      if (answer === false) return false;
      if (!(answer instanceof CelRuntimeError)) continue;
      const { errorsNameDevice } = this.options.features;
      const device = errorsNameDevice ? ` on device ${placed.key}` : "";
      const hint = errorsNameDevice && answer.message.includes("no such key:") ? KEY_HINT : "";
      throw new Hopeless(
        `${whose}: selector #${i}${device}: CEL runtime error: ${answer.message}${hint}`,
      );
    }
    return true;
  }

  private isShareable({ device }: PlacedDevice): boolean {
    return this.options.features.consumableCapacity && device.allowMultipleAllocations === true;
  }

  /** Takes the device for the demand if nothing speaks against it. */
  private take(at: Place, demand: DemandPlan, placed: PlacedDevice, must: boolean): boolean {
    const { features, ledger } = this.options;
    const { device, key } = placed;
    const shareable = this.isShareable(placed);
    if (!demand.adminAccess && this.isInUse(key)) return false;
    if (demand.adminAccess && !shareable && this.taking.get(key)?.includes(at.claimIndex)) {
      return false;
    }
    const consumes = (device.consumesCounters ?? []).length > 0;
    if (consumes && !features.partitions) return false;
    const isFirst = !shareable || !(ledger.isShared(key) || this.isTakingShare(key));
    const counted = consumes && isFirst;
    if (counted && !this.counters.take(placed)) return false;
    if (features.taints && isKeptAway(device.taints ?? [], demand.demand.tolerations ?? [])) {
      if (counted) this.counters.giveBack(placed);
      return false;
    }
    if (!this.constrain(at, demand, placed)) {
      if (counted) this.counters.giveBack(placed);
      if (!must) return false;
      throw new Hopeless(
        `claim ${this.claims[at.claimIndex]!.key}, request ${demand.name}: cannot add device ${key} because a claim constraint would not be satisfied`,
      );
    }
    if (!this.hasRoom(demand, placed)) {
      this.unconstrain(at, demand, this.constraints[at.claimIndex]!.length);
      if (counted) this.counters.giveBack(placed);
      return false;
    }
    const consumed = shareable ? consumedCapacity(demand.demand, device, features.fractions) : null;
    if (consumed === null) push(this.taking, key, at.claimIndex);
    else push(this.takingShares, key, consumed);
    this.results[at.claimIndex]!.push({ demand, placed, consumed });
    return true;
  }

  private isTakingShare(key: string): boolean {
    return (this.takingShares.get(key)?.length ?? 0) > 0;
  }

  private constrain(at: Place, demand: DemandPlan, placed: PlacedDevice): boolean {
    const constraints = this.constraints[at.claimIndex]!;
    for (let i = 0; i < constraints.length; i += 1) {
      if (constraints[i]!.add(demand, placed)) continue;
      this.unconstrain(at, demand, i);
      return false;
    }
    return true;
  }

  private unconstrain(at: Place, demand: DemandPlan, count: number): void {
    const constraints = this.constraints[at.claimIndex]!;
    for (let i = count - 1; i >= 0; i -= 1) constraints[i]!.remove(demand);
  }

  private undo(at: Place, demand: DemandPlan, placed: PlacedDevice): void {
    this.results[at.claimIndex]!.pop();
    const { key, device } = placed;
    if (this.isShareable(placed)) this.takingShares.get(key)!.pop();
    else this.taking.get(key)!.pop();
    this.unconstrain(at, demand, this.constraints[at.claimIndex]!.length);
    if ((device.consumesCounters ?? []).length === 0) return;
    const isLast = !this.isShareable(placed) || !this.isTakingShare(key);
    if (isLast && !this.options.ledger.isShared(key)) this.counters.giveBack(placed);
  }
}

interface Place {
  readonly claimIndex: number;
  readonly requestIndex: number;
}

const KEY_HINT =
  ". consider using CEL optional chaining (.? followed by orValue()) or guarding the check with has() for optional fields";

function push<T>(lists: Map<string, T[]>, key: string, element: T): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [element]);
  else known.push(element);
}

function sumOf(
  shares: readonly ReadonlyMap<string, Quantity>[] | undefined,
): ReadonlyMap<string, Quantity> | undefined {
  if (shares === undefined || shares.length === 0) return undefined;
  const sum = new Map<string, Quantity>();
  for (const share of shares) {
    for (const [name, amount] of share) sum.set(name, sum.get(name)?.add(amount) ?? amount);
  }
  return sum;
}

/** Source: KEP-5055; taints of other effects keep nobody away. */
function isKeptAway(
  taints: readonly DeviceTaint[],
  tolerations: readonly DeviceToleration[],
): boolean {
  return taints.some(
    (taint) =>
      (taint.effect === "NoSchedule" || taint.effect === "NoExecute") &&
      !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}

function tolerates(toleration: DeviceToleration, taint: DeviceTaint): boolean {
  const { key = "", operator = "Equal", value = "", effect = "" } = toleration;
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  return operator === "Exists" || value === (taint.value ?? "");
}
