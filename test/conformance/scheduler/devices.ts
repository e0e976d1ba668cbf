import type { AllocationResult, DeviceResult } from "../../../src/api/devices.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import type { CycleState } from "../../../src/scheduler/framework/cycle-state.js";
import type { Framework, PluginPlan } from "../../../src/scheduler/framework/runtime.js";
import { ReserveDevices } from "../../../src/scheduler/plugins/dynamic-resources/device-steps.js";
import { Status } from "../../../src/scheduler/framework/status.js";
import type { VersionOf } from "../../../src/api/object-version.js";
import { buildObject } from "./objects.js";
import type { RecordedAllocation } from "./vector.js";
import type { World } from "./world.js";

type ResourceClaim = VersionOf<"ResourceClaim">;

function reservations(plans: readonly PluginPlan[]): readonly ReserveDevices[] {
  return plans.flatMap(({ plan }) => plan.steps.filter((step) => step instanceof ReserveDevices));
}

/** The name that the recordings give to a claim for extended resources. */
const extendedName = (pod: PodVersion): string => `${pod.name}-extended-resources-x`;

function inWords(allocation: AllocationResult | undefined): readonly string[] {
  return (allocation?.devices?.results ?? []).map(
    ({ request, driver, pool, device }) => `${request}=${driver}/${pool}/${device}`,
  );
}

/** The devices that the pod's claims would have on the node, as the recordings write them. */
export function allocationsOn(
  framework: Framework,
  state: CycleState,
  pod: PodVersion,
  nodeName: string,
  world: World,
): readonly RecordedAllocation[] {
  const info = world.state.podInfos.podInfo(pod);
  const reserved = framework.runReservePlugins(state, info, nodeName);
  if (reserved !== null) throw new Error(`Reserve failed: ${reserved.message}`);
  const steps = framework.runPreBindPlugins(state, info, nodeName);
  framework.runUnreservePlugins(state, info, nodeName);
  if (steps instanceof Status) throw new Error(`PreBind failed: ${steps.message}`);
  return reservations(steps).map(({ claim: key, allocation }) => {
    const [namespace = pod.namespace, name = ""] = key.split("/");
    const claim = key === "" ? `${pod.namespace}/${extendedName(pod)}` : key;
    const known = world.tables.resourceClaims.get(namespace, name)?.status?.allocation;
    return { claim, devices: inWords(allocation ?? known) };
  });
}

/** Writes what was recorded into the claims. All pools of the recordings are one node's. */
export function applyAllocations(
  recorded: readonly RecordedAllocation[],
  pod: PodVersion,
  nodeName: string,
  world: World,
): void {
  const { resourceClaims } = world.tables;
  for (const { claim: key, devices } of recorded) {
    const [namespace = "", name = ""] = key.split("/");
    const claim = resourceClaims.get(namespace, name) ?? extendedClaim(pod);
    const field = { key: "metadata.name", operator: "In", values: [nodeName] };
    const allocation: AllocationResult = {
      devices: { results: devices.map(deviceResult) },
      nodeSelector: { nodeSelectorTerms: [{ matchFields: [field] }] },
    };
    const consumer = { resource: "pods", name: pod.name, uid: pod.uid };
    resourceClaims.set({
      ...claim,
      resourceVersion: claim.resourceVersion + 1,
      status: {
        allocation: claim.status?.allocation ?? allocation,
        reservedFor: [...(claim.status?.reservedFor ?? []), consumer],
      },
    });
  }
}

function extendedClaim(pod: PodVersion): ResourceClaim {
  const metadata = { name: extendedName(pod), namespace: pod.namespace };
  return buildObject("ResourceClaim", { metadata, spec: {} });
}

function deviceResult(text: string): DeviceResult {
  const [request = "", device = ""] = text.split("=");
  const [driver = "", pool = "", name = ""] = device.split("/");
  return { request, driver, pool, device: name };
}
