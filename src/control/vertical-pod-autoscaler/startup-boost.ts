import type { PodSpec } from "../../api/kubernetes.js";
import { mustParseQuantity, Quantity } from "../../api/quantity.js";
import type {
  VerticalPodAutoscalerSpec,
  VerticalPodAutoscalerSpecStartupBoost,
} from "../../api/schemas/types.js";
import { containerPolicy } from "./container-policy.js";
import { proportionalLimit } from "./proportional-limits.js";
import { amountIn, amountsOf, listOf, ZERO } from "./resource-lists.js";

type Container = PodSpec["containers"][number];

/** Why a pod cannot be given more CPU for its start. A value, not thrown. */
export class BoostError {
  constructor(readonly message: string) {}
}

const ONE_MILLI = Quantity.of(1, "DecimalSI", -3);

/** The boost of a container: its policy's own goes before the autoscaler's. */
export function boostPolicy(
  name: string,
  { startupBoost, resourcePolicy }: VerticalPodAutoscalerSpec,
): VerticalPodAutoscalerSpecStartupBoost | undefined {
  return containerPolicy(name, resourcePolicy)?.startupBoost ?? startupBoost ?? undefined;
}

/** An autoscaler that boosts takes part in admission whatever its mode. */
export function hasStartupBoost({
  startupBoost,
  resourcePolicy,
}: VerticalPodAutoscalerSpec): boolean {
  if (startupBoost != null) return true;
  return (resourcePolicy?.containerPolicies ?? []).some((policy) => policy.startupBoost != null);
}

/**
 * The CPU with which a container starts: a multiple of what it would have, or so much more.
 * Source: VPA, applyControlledCPUResources (1.8).
 */
export function boostedCpu(
  { resources = {} }: Container,
  target: Quantity,
  { cpu }: VerticalPodAutoscalerSpecStartupBoost,
  { requestsOnly, most }: { readonly requestsOnly: boolean; readonly most: Quantity | null },
): { readonly request: Quantity; readonly limit: Quantity | null } | BoostError {
  const request = amountIn(amountsOf(resources.requests), "cpu");
  const limits = amountsOf(resources.limits);
  const boosted = boostOf(target.isZero ? request : target, cpu ?? { type: "" });
  if (boosted instanceof BoostError) return boosted;
  const held = most !== null && boosted.compare(most) > 0 ? most : boosted;
  const limit = limits.get("cpu");
  if (requestsOnly) return { request: belowLimit(held, limit), limit: null };
  const original = { request, limit: limit ?? ZERO, defaultLimit: ZERO };
  return { request: held, limit: proportionalLimit("cpu", original, held).limit };
}

function boostOf(
  base: Quantity,
  { type, factor, quantity }: NonNullable<VerticalPodAutoscalerSpecStartupBoost["cpu"]>,
): Quantity | BoostError {
  const millis = Number(base.milliValue());
  switch (type) {
    case "":
    case "Factor":
      if (factor == null) {
        return new BoostError(
          "startupBoost.CPU.Factor is required when Type is Factor or not specified",
        );
      }
      if (factor < 1) return new BoostError("boost factor must be >= 1");
      return Quantity.of(Math.trunc(millis * factor), "DecimalSI", -3);
    case "Quantity":
      if (quantity == null) {
        return new BoostError("startupBoost.CPU.Quantity is required when Type is Quantity");
      }
      return Quantity.of(
        base.milliValue() + mustParseQuantity(quantity).milliValue(),
        "DecimalSI",
        -3,
      );
    default:
      return new BoostError(`unsupported startup boost type: ${type}`);
  }
}

/** A request stays below the limit, so that the pod does not become guaranteed. */
function belowLimit(request: Quantity, limit: Quantity | undefined): Quantity {
  if (limit === undefined || request.milliValue() <= limit.milliValue()) return request;
  return limit.compare(ONE_MILLI) > 0 ? limit.subtract(ONE_MILLI) : limit;
}

/** What a container asked for before, as its annotation keeps it: JSON with sorted keys. */
export function originalResourcesText({ resources = {} }: Container): string {
  const kept = (list: typeof resources.requests) => {
    const amounts = [...amountsOf(list)].filter(([name]) => name === "cpu" || name === "memory");
    return listOf(new Map(amounts.sort(([a], [b]) => (a < b ? -1 : 1))));
  };
  return JSON.stringify({ requests: kept(resources.requests), limits: kept(resources.limits) });
}
