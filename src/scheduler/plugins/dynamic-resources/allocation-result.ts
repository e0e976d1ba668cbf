import type {
  AllocationResult,
  DeviceClaimConfiguration,
  DeviceResult,
  ResourceClaimSpec,
} from "../../../api/devices.js";
import type { NodeSelector, NodeSelectorRequirement } from "../../../api/kubernetes.js";
import { deepEqual } from "../../../api/deep-equal.js";
import type { FoundDevice } from "./allocation-search.js";
import type { ClaimPlan, DemandPlan } from "./claims-plan.js";
import { onlyNode } from "./node-selection.js";

type Configuration = DeviceClaimConfiguration & { readonly source: string };

/** What is written into a claim's status for the devices that were found for it. */
export function allocationOf(
  plan: ClaimPlan,
  found: readonly FoundDevice[],
  nodeName: string,
  withConditions: boolean,
): AllocationResult {
  const results = found.map((one, i) => resultOf(one, `${plan.key}/${i}`, withConditions));
  const config = configOf(plan, found);
  const nodeSelector = selectorOf(found, nodeName);
  return {
    devices: { results, ...(config.length === 0 ? {} : { config }) },
    ...(nodeSelector === null ? {} : { nodeSelector }),
  };
}

function resultOf(
  { demand, placed, consumed }: FoundDevice,
  shareID: string,
  withConditions: boolean,
): DeviceResult {
  const { device, pool } = placed;
  const { tolerations } = demand.demand;
  const conditions = withConditions && (device.bindingConditions ?? []).length > 0;
  return {
    request: demand.fullName,
    driver: pool.driver,
    pool: pool.name,
    device: device.name,
    ...(demand.adminAccess ? { adminAccess: true } : {}),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(consumed === null ? {} : { shareID }),
    ...(consumed === null || consumed.size === 0
      ? {}
      : {
          consumedCapacity: Object.fromEntries([...consumed].map(([k, v]) => [k, v.toString()])),
        }),
    ...(conditions ? { bindingConditions: device.bindingConditions! } : {}),
    ...(conditions && device.bindingFailureConditions !== undefined
      ? { bindingFailureConditions: device.bindingFailureConditions }
      : {}),
  };
}

/** The alternative that was chosen for each request, in the order of requests. */
function chosenOf(plan: ClaimPlan, found: readonly FoundDevice[]): readonly DemandPlan[] {
  return plan.requests.map(
    ({ options }) => found.find(({ demand }) => options.includes(demand))?.demand ?? options[0]!,
  );
}

/** Classes' configuration, each once, then the claim's own where it is for what was chosen. */
function configOf(plan: ClaimPlan, found: readonly FoundDevice[]): readonly Configuration[] {
  const chosen = chosenOf(plan, found);
  const config: { source: string; requests: string[]; rest: object }[] = [];
  const ofClass = new Map<string, typeof config>();
  for (const { deviceClass, fullName } of chosen) {
    const known = ofClass.get(deviceClass.name);
    for (const one of known ?? []) one.requests.push(fullName);
    if (known !== undefined) continue;
    const made = (deviceClass.spec.config ?? []).map((rest) => ({
      source: "FromClass",
      requests: [fullName],
      rest,
    }));
    ofClass.set(deviceClass.name, made);
    config.push(...made);
  }
  for (const { requests = [], ...rest } of claimConfig(plan.claim.spec)) {
    const isFor = chosen.some(
      ({ fullName, parent }) => requests.includes(fullName) || requests.includes(parent ?? ""),
    );
    if (requests.length === 0 || isFor) {
      config.push({ source: "FromClaim", requests: [...requests], rest });
    }
  }
  return config.map(({ source, requests, rest }) => {
    const isForAll = chosen.every(
      ({ fullName, parent }) => requests.includes(fullName) || requests.includes(parent ?? ""),
    );
    return { source, ...(isForAll || requests.length === 0 ? {} : { requests }), ...rest };
  });
}

function claimConfig(spec: ResourceClaimSpec): readonly DeviceClaimConfiguration[] {
  return spec.devices?.config ?? [];
}

/** Where the devices can be used from; null: from everywhere. */
function selectorOf(found: readonly FoundDevice[], nodeName: string): NodeSelector | null {
  const matchFields: NodeSelectorRequirement[] = [];
  const matchExpressions: NodeSelectorRequirement[] = [];
  for (const { placed } of found) {
    const { device, slice } = placed;
    const place = slice.spec.perDeviceNodeSelection === true ? device : slice.spec;
    if (place.nodeName != null || device.bindsToNode === true) return onlyNode(nodeName);
    const [term] = place.nodeSelector?.nodeSelectorTerms ?? [];
    addNew(term?.matchFields ?? [], matchFields);
    addNew(term?.matchExpressions ?? [], matchExpressions);
  }
  if (matchFields.length + matchExpressions.length === 0) return null;
  return {
    nodeSelectorTerms: [
      {
        ...(matchFields.length === 0 ? {} : { matchFields }),
        ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
      },
    ],
  };
}

function addNew(
  requirements: readonly NodeSelectorRequirement[],
  to: NodeSelectorRequirement[],
): void {
  for (const one of requirements) {
    const sorted = (of: NodeSelectorRequirement) => ({
      ...of,
      values: [...(of.values ?? [])].sort(),
    });
    if (!to.some((other) => deepEqual(sorted(other), sorted(one)))) to.push(one);
  }
}
