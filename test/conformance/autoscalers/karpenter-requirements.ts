import {
  cheapestPrice,
  cheapestTypes,
  compatibleOfferings,
  compatibleTypes,
  orderByPrice,
  worstLaunchPrice,
} from "../../../src/autoscaling/karpenter/instance-prices.js";
import type { InstanceTypeEntry } from "../../../src/autoscaling/karpenter/instance-type.js";
import { InstanceType } from "../../../src/autoscaling/karpenter/instance-type.js";
import { minValuesOf } from "../../../src/autoscaling/karpenter/min-values.js";
import type { RawRequirement } from "../../../src/autoscaling/karpenter/requirement.js";
import { MAY_BE_MISSING, Requirements } from "../../../src/autoscaling/karpenter/requirements.js";
import { amountTexts } from "../../../src/autoscaling/karpenter/resource-amounts.js";
import type { Area } from "../controllers/suite.js";
import { karpenterSuite } from "./karpenter-compare.js";

const requirements = karpenterSuite<{
  readonly pairs: readonly {
    readonly a: readonly RawRequirement[];
    readonly b: readonly RawRequirement[];
    readonly allowUndefined: boolean;
  }[];
}>(({ pairs }) => ({
  pairs: pairs.map(({ a, b, allowUndefined }) => {
    const [left, right] = [Requirements.ofRaw(a), Requirements.ofRaw(b)];
    return {
      compatible: left.isCompatible(right, allowUndefined ? MAY_BE_MISSING : undefined),
      intersects: left.intersects(right),
      merged: left.clone().addAll(right).raw(),
    };
  }),
}));

const price = karpenterSuite<{
  readonly instanceTypes: readonly InstanceTypeEntry[];
  readonly requirements: readonly RawRequirement[];
  readonly maxItems?: number;
}>(({ instanceTypes, requirements: raw, maxItems }) => {
  const types = instanceTypes.map((entry, index) => new InstanceType(entry, index));
  const wanted = Requirements.ofRaw(raw);
  const order = orderByPrice(types, wanted);
  const { isMet, needed, unsatisfied } = minValuesOf(order, wanted);
  const truncated = maxItems === undefined ? undefined : cheapestTypes(types, wanted, maxItems);
  const names = (list: readonly InstanceType[]) => list.map(({ name }) => name);
  return {
    order: order.map((type) => ({ name: type.name, price: cheapestPrice(type, wanted) })),
    compatible: names(compatibleTypes(types, wanted)).sort(),
    types: Object.fromEntries(
      types.map((type) => [
        type.name,
        {
          requirementsMatch: type.requirements.intersects(wanted),
          launchable: compatibleOfferings(type.launchable, wanted)
            .map(({ zone, capacityType }) => `${zone}/${capacityType}`)
            .sort(),
          cheapest: cheapestPrice(type, wanted) ?? undefined,
          worstLaunchPrice: worstLaunchPrice(type, wanted),
          allocatable: amountTexts(type.allocatable),
        },
      ]),
    ),
    truncated: truncated === null ? null : truncated && names(truncated),
    minValues: wanted.hasMinValues
      ? {
          needed,
          ok: isMet,
          unsatisfied: unsatisfied.size === 0 ? undefined : Object.fromEntries(unsatisfied),
        }
      : null,
  };
});

export const requirementSuites: Area = { requirements, "instancetype.price": price };
