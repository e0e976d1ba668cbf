import { counted } from "../../base/counted.js";
import type { DeviceConstraint, DeviceDemand } from "../../api/devices.js";
import { DeviceModels } from "../plugins/dynamic-resources/device-model.js";
import {
  type ClaimPlan,
  type DemandPlan,
  PlanError,
  planClaims,
} from "../plugins/dynamic-resources/claims-plan.js";
import { podResourceClaims } from "../plugins/dynamic-resources/pod-claims.js";
import { roomText } from "./node-text.js";
import type { Refused, Ruled } from "./ruled.js";

interface Offered {
  readonly devices: number;
  readonly ofClass: number;
  readonly fitting: number;
  readonly inUse: number;
  /** The most that one node has of what fits and is not in use. */
  readonly mostFree: number;
}

/** What a refusal of the pod as a whole, for its claims of devices, means. */
export function devicesOfPod(reason: string): string | null {
  const noClass = /^request (.*): device class (.*) does not exist$/.exec(reason);
  if (noClass !== null) {
    const [, request, name] = noClass;
    return `It claims a device of the class ${name} (request ${request}), and there is no DeviceClass of that name: create it, or correct the name in the claim.`;
  }
  if (reason.includes("is in the process of being allocated")) {
    return "Another pod with the same claim is being given its devices at this moment: it is tried again by itself.";
  }
  return null;
}

/** Nodes that only the devices which the pod claims keep it from, in words about devices. */
export function devicesOfNodes(ruled: Ruled, reasons: readonly string[]): string {
  const where = `${roomText(ruled.nodes)} would take it, but for the devices that it claims`;
  if (reasons.includes("resourceclaim not available on the node")) {
    return `${where}: its claim already has devices, and they are on other nodes.`;
  }
  if (!reasons.includes("cannot allocate all claims")) return `${where}: ${reasons.join("; ")}.`;
  const texts = openPlans(ruled).flatMap((plan) =>
    plan.requests.map(({ options, request, hasAlternatives }) => {
      const each = options.map((option) => demandText(option, plan, ruled));
      return hasAlternatives
        ? `Its claim ${plan.claim.name} takes one of ${options.length} kinds for ${request.name}. ${each.join(" ")}`
        : each.join(" ");
    }),
  );
  return [`${where}.`, ...texts].join(" ");
}

function openPlans(refused: Refused): readonly ClaimPlan[] {
  const { listers } = refused.framework;
  const claims = podResourceClaims(refused.pod.pod, listers.resourceClaims);
  if (typeof claims === "string") return [];
  const plans = planClaims(
    claims.filter(({ status }) => status?.allocation === undefined),
    {
      models: new DeviceModels({ listAttributes: true, sharing: true }),
      deviceClass: (name) => listers.deviceClasses.get(name),
      features: { adminAccess: true, prioritizedList: true, consumableCapacity: true },
    },
  );
  return plans instanceof PlanError ? [] : plans;
}

function demandText(option: DemandPlan, plan: ClaimPlan, ruled: Ruled): string {
  const { demand, all, count, deviceClass } = option;
  const offered = offeredBy(ruled, option);
  const rules = rulesOf(demand);
  const such = rules === "" ? "" : ` for which holds: ${rules}`;
  const amount = all ? "all devices" : counted(count, "device");
  const wants = `Its claim ${plan.claim.name} asks for ${amount} of the class ${deviceClass.name}${such}.`;
  return `${wants} ${offerText(offered, option, rules !== "", plan.constraints)}`;
}

function rulesOf({ selectors = [] }: DeviceDemand): string {
  return selectors.map(({ cel }) => cel?.expression.trim() ?? "").join(" and ");
}

/** What is there of it, from the general to the particular; the first that lacks is what is told. */
function offerText(
  offered: Offered,
  { deviceClass, count, all }: DemandPlan,
  hasRules: boolean,
  constraints: readonly DeviceConstraint[],
): string {
  const { devices, ofClass, fitting, inUse, mostFree } = offered;
  if (devices === 0) {
    return "No driver tells of any device on these nodes (there is no ResourceSlice for them): install the driver there, or add nodes that have such devices.";
  }
  const there = `Of the ${counted(devices, "device")} on these nodes`;
  if (ofClass === 0) {
    return `${there} none is of that class: add nodes with such devices, or look at the rules of the class ${deviceClass.name}.`;
  }
  const ofTheClass = `${ofClass} ${ofClass === 1 ? "is" : "are"} of that class`;
  if (fitting === 0 && hasRules) {
    return `${there} ${ofTheClass}, and for none of them that holds: ask for less, or add nodes with devices that have it.`;
  }
  const used = `${there} ${fitting} would do, and ${inUse} of them ${inUse === 1 ? "is" : "are"} in use`;
  if (all) return `${used}: all must be free.`;
  if (mostFree === 0) return `${used}: it waits until one is given back, or for more nodes.`;
  if (mostFree < count) {
    return `${used}: no node has more than ${mostFree} free, and ${count} are wanted on one node.`;
  }
  const together =
    constraints.length > 0 ? ", or do not go together as the claim wants it (its constraints)" : "";
  return `${used}. Others are not in use, but cannot be given now: they are parts of a device that others use parts of, have a taint, or are wanted by another request of the pod${together}.`;
}

function offeredBy({ framework, nodes }: Ruled, option: DemandPlan): Offered {
  const { resourceSlices, resourceClaims } = framework.listers;
  const models = new DeviceModels({ listAttributes: true, sharing: true });
  const sum = { devices: 0, ofClass: 0, fitting: 0, inUse: 0, mostFree: 0 };
  const slicesOf = [...nodes.map(({ name }) => resourceSlices.onNode(name))];
  for (const slices of [...slicesOf, resourceSlices.beyondNodes()]) {
    let free = 0;
    for (const { spec } of slices) {
      for (const device of spec.devices ?? []) {
        const model = models.of(spec.driver, device);
        sum.devices += 1;
        if (!option.classSelectors.every((one) => model.answer(one) === true)) continue;
        sum.ofClass += 1;
        if (!option.selectors.every((one) => model.answer(one) === true)) continue;
        sum.fitting += 1;
        const key = `${spec.driver}/${spec.pool.name}/${device.name}`;
        if (resourceClaims.devices.isOwned(key)) sum.inUse += 1;
        else free += 1;
      }
    }
    sum.mostFree = Math.max(sum.mostFree, free);
  }
  return sum;
}
