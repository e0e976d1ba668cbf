import type { ResourceClaim } from "./pod-claims.js";

/**
 * Whether the devices of a claim may be used: some drivers say so only once a device is attached.
 * Source: KEP-5007; kube-scheduler `dynamicresources`, isClaimReadyForBinding.
 */
export function isReadyToBind({ status }: ResourceClaim): "ready" | "waiting" | "failed" {
  for (const result of status?.allocation?.devices?.results ?? []) {
    const { bindingConditions = [], bindingFailureConditions = [] } = result;
    if (bindingConditions.length === 0) continue;
    const device = (status?.devices ?? []).find(
      ({ driver, pool, device: name }) =>
        driver === result.driver && pool === result.pool && name === result.device,
    );
    if (device === undefined) return "waiting";
    const holds = (type: string): boolean =>
      (device.conditions ?? []).some((one) => one.type === type && one.status === "True");
    if (bindingFailureConditions.some(holds)) return "failed";
    if (!bindingConditions.every(holds)) return "waiting";
  }
  return "ready";
}
