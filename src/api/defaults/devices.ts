import type { DeviceDemand, DeviceRequest, ResourceClaimSpec } from "../devices.js";
import type { SpecOf } from "../kinds.js";
import { each, fill, within } from "./fill.js";

function defaultDemand<T extends DeviceDemand>(demand: T): T {
  const mode = fill(demand, { allocationMode: "ExactCount" } as Partial<T>);
  // A count of 0 is none that was given.
  const isOpen = mode.allocationMode === "ExactCount" && (mode.count ?? 0) === 0;
  const counted = isOpen ? { ...mode, count: 1 } : mode;
  return within(
    counted as unknown as { tolerations?: { operator?: string }[] },
    "tolerations",
    (list) => each(list, (toleration) => fill(toleration, { operator: "Equal" })),
  ) as unknown as T;
}

function defaultRequest(request: DeviceRequest): DeviceRequest {
  const exactly = within(request as { exactly?: DeviceDemand }, "exactly", defaultDemand);
  return within(exactly as { firstAvailable?: DeviceDemand[] }, "firstAvailable", (list) =>
    each(list, defaultDemand),
  ) as unknown as DeviceRequest;
}

export function defaultResourceClaim(spec: ResourceClaimSpec): ResourceClaimSpec {
  return within(spec as { devices?: { requests?: DeviceRequest[] } }, "devices", (devices) =>
    within(devices, "requests", (requests) => each(requests, defaultRequest)),
  );
}

export function defaultResourceClaimTemplate(
  spec: SpecOf["ResourceClaimTemplate"],
): SpecOf["ResourceClaimTemplate"] {
  return within(spec as { spec: ResourceClaimSpec }, "spec", defaultResourceClaim);
}
