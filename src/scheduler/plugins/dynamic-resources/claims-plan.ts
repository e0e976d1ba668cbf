import { DeviceExpressionError } from "../../../api/cel/device-expression.js";
import type {
  DeviceConstraint,
  DeviceDemand,
  DeviceRequest,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from "../../../api/devices.js";
import type { VersionOf } from "../../../api/object-version.js";
import type { DeviceModels, Selector } from "./device-model.js";

type DeviceClass = VersionOf<"DeviceClass">;

/** What of a claim matters to whoever allocates: its name for messages, and what it asks for. */
export interface ClaimToAllocate {
  readonly namespace: string;
  readonly name: string;
  readonly spec: ResourceClaimSpec;
}

/** Why no node at all can be looked at: the claim or a class is at fault. */
export class PlanError {
  constructor(readonly message: string) {}
}

/** One request, or one of its alternatives. */
export interface DemandPlan {
  /** Name of the request, or of the alternative. */
  readonly name: string;
  /** Name of the request that it is an alternative of; null for a request. */
  readonly parent: string | null;
  /** `request`, or `request/alternative`. */
  readonly fullName: string;
  readonly demand: DeviceDemand;
  readonly adminAccess: boolean;
  readonly all: boolean;
  readonly count: number;
  readonly deviceClass: DeviceClass;
  readonly classSelectors: readonly Selector[];
  readonly selectors: readonly Selector[];
}

/** A request with its alternatives in the order of preference; without any, the request itself. */
export interface RequestPlan {
  readonly request: DeviceRequest;
  readonly options: readonly DemandPlan[];
  readonly hasAlternatives: boolean;
}

export interface ClaimPlan {
  /** `namespace/name`, for messages. */
  readonly key: string;
  readonly claim: ClaimToAllocate;
  readonly requests: readonly RequestPlan[];
  readonly constraints: readonly DeviceConstraint[];
}

export interface PlanSource {
  readonly models: DeviceModels;
  readonly deviceClass: (name: string) => DeviceClass | undefined;
  readonly features: {
    readonly adminAccess: boolean;
    readonly prioritizedList: boolean;
    readonly consumableCapacity: boolean;
  };
}

/** What claims ask for, with classes looked up and expressions compiled. */
export function planClaims(
  claims: readonly ClaimToAllocate[],
  source: PlanSource,
): readonly ClaimPlan[] | PlanError {
  const plans: ClaimPlan[] = [];
  for (const claim of claims) {
    const { requests = [], constraints = [] } = claim.spec.devices ?? {};
    const key = `${claim.namespace}/${claim.name}`;
    const planned: RequestPlan[] = [];
    for (const request of requests) {
      const plan = planRequest(request, key, source);
      if (plan instanceof PlanError) return plan;
      planned.push(plan);
    }
    plans.push({ key, claim, requests: planned, constraints });
  }
  return plans;
}

function planRequest(
  request: DeviceRequest,
  key: string,
  source: PlanSource,
): RequestPlan | PlanError {
  const { name, exactly, firstAvailable = [] } = request;
  const { features } = source;
  if (firstAvailable.length > 0 && !features.prioritizedList) {
    return new PlanError(
      `claim ${key}, request ${name}: has subrequests, but the DRAPrioritizedList feature is disabled`,
    );
  }
  const demands: readonly (readonly [string, ExactDeviceRequest])[] =
    exactly === undefined
      ? firstAvailable.map((subRequest) => [subRequest.name, subRequest] as const)
      : [[name, exactly]];
  const options: DemandPlan[] = [];
  for (const [own, demand] of demands) {
    const parent = exactly === undefined ? name : null;
    const plan = planDemand({ name: own, parent, demand }, key, source);
    if (plan instanceof PlanError) return plan;
    options.push(plan);
  }
  return { request, options, hasAlternatives: exactly === undefined };
}

function planDemand(
  named: { name: string; parent: string | null; demand: ExactDeviceRequest },
  key: string,
  { features, models, deviceClass }: PlanSource,
): DemandPlan | PlanError {
  const { name, parent, demand } = named;
  const where = `claim ${key}, ${parent === null ? "" : "sub"}request ${name}`;
  if (demand.capacity !== undefined && !features.consumableCapacity) {
    return new PlanError(
      `${where}: has capacity requests, but the DRAConsumableCapacity feature is disabled`,
    );
  }
  const at = `claim ${key}, request ${name}`;
  if (demand.adminAccess !== undefined && !features.adminAccess) {
    return new PlanError(`${at}: admin access is requested, but the feature is disabled`);
  }
  const found = deviceClass(demand.deviceClassName);
  if (found === undefined) {
    const quoted = `deviceclass.resource.k8s.io "${demand.deviceClassName}" not found`;
    return new PlanError(
      `${at}: could not retrieve device class ${demand.deviceClassName}: ${quoted}`,
    );
  }
  const ofClass = selectorsOf(found.spec.selectors ?? [], models);
  const own = selectorsOf(demand.selectors ?? [], models);
  for (const [whose, list] of [
    [`class ${found.name}`, ofClass],
    [`claim ${key}`, own],
  ] as const) {
    const wrong = list.findIndex(({ expression }) => expression instanceof DeviceExpressionError);
    if (wrong < 0) continue;
    const { detail } = list[wrong]!.expression as DeviceExpressionError;
    return new PlanError(`${whose}: selector #${wrong}: CEL compile error: ${detail}`);
  }
  return {
    name,
    parent,
    fullName: parent === null ? name : `${parent}/${name}`,
    demand,
    adminAccess: demand.adminAccess === true,
    all: demand.allocationMode === "All",
    count: demand.count ?? 1,
    deviceClass: found,
    classSelectors: ofClass,
    selectors: own,
  };
}

function selectorsOf(
  selectors: readonly { readonly cel?: { readonly expression: string } }[],
  models: DeviceModels,
): readonly Selector[] {
  return selectors.map(({ cel }) => models.selector(cel?.expression ?? ""));
}
