import type { VersionOf } from "../../../api/object-version.js";
import type { ExtendedResourceClaimStatus, PodSpec } from "../../../api/kubernetes.js";
import {
  CLASS_RESOURCE_PREFIX,
  type DeviceRequest,
  type ResourceClaimSpec,
} from "../../../api/devices.js";
import { mustParseQuantity } from "../../../api/quantity.js";
import { isExtendedResource } from "../../framework/resources.js";
import type { Listers } from "../../framework/listers.js";

type DeviceClass = VersionOf<"DeviceClass">;
type Container = PodSpec["containers"][number];
type Mapping = ExtendedResourceClaimStatus["requestMappings"][number];

/** Which class of devices stands behind an extended resource. Source: KEP-5004. */
export class ExtendedResources {
  private asOf = -1;
  private classes = new Map<string, DeviceClass>();

  constructor(private readonly listers: Listers) {}

  /** Of several classes that name the resource the newest, then the first by name. */
  classOf(resource: string): DeviceClass | undefined {
    if (resource.startsWith(CLASS_RESOURCE_PREFIX)) {
      return this.listers.deviceClasses.get(resource.slice(CLASS_RESOURCE_PREFIX.length));
    }
    const { version } = this.listers.deviceClasses;
    if (version !== this.asOf) this.build(version);
    return this.classes.get(resource);
  }

  private build(version: number): void {
    this.asOf = version;
    this.classes = new Map();
    for (const one of this.listers.deviceClasses.list()) {
      const resource = one.spec.extendedResourceName ?? "";
      if (resource === "") continue;
      const known = this.classes.get(resource);
      if (known === undefined || isBefore(one, known)) this.classes.set(resource, one);
    }
  }
}

function isBefore(a: DeviceClass, b: DeviceClass): boolean {
  const age = b.creationTimeMicros - a.creationTimeMicros;
  return age !== 0 ? age < 0 : a.name < b.name;
}

/** What the claim for a pod's extended resources asks for, and which container gets what. */
export interface ExtendedRequests {
  readonly spec: ResourceClaimSpec;
  readonly mappings: readonly Mapping[];
}

/** Whether classes of devices may serve a resource of that name. */
export function isServedByClasses(resource: string): boolean {
  return resource.startsWith(CLASS_RESOURCE_PREFIX) || isExtendedResource(resource);
}

interface Use {
  readonly request: DeviceRequest | null;
  readonly mappings: readonly Mapping[];
}

/**
 * One request a container and resource. Init containers that end use the devices that later containers
 * hold, and only the largest of what they need beyond is asked for.
 * Source: kube-scheduler `dynamicresources/extendeddynamicresources.go`, createRequestsAndMappings.
 */
export function extendedRequests(
  spec: PodSpec,
  resources: readonly string[],
  classOf: (resource: string) => DeviceClass | undefined,
): ExtendedRequests {
  const init = spec.initContainers ?? [];
  const containers = [...init, ...spec.containers];
  const ends = (i: number): boolean => i < init.length && init[i]!.restartPolicy !== "Always";
  const requests: DeviceRequest[] = [];
  const mappings: Mapping[] = [];
  for (const resource of [...resources].sort()) {
    const deviceClass = classOf(resource);
    if (deviceClass === undefined) continue;
    const lasting = containers.map((container, i) =>
      ends(i)
        ? NO_USE
        : useOf({ container, index: i, resource, className: deviceClass.name, reusable: [] }),
    );
    const passing = containers.map((container, i) =>
      ends(i)
        ? useOf({
            container,
            index: i,
            resource,
            className: deviceClass.name,
            reusable: lasting.slice(i).flatMap(({ request }) => request ?? []),
          })
        : NO_USE,
    );
    const largest = largestOf(passing);
    const names = new Set(passing.flatMap(({ request }) => request?.name ?? []));
    if (largest !== null) requests.push(largest);
    requests.push(...lasting.flatMap(({ request }) => request ?? []));
    mappings.push(...lasting.flatMap((use) => use.mappings));
    for (const mapping of passing.flatMap((use) => use.mappings)) {
      const renamed = largest !== null && names.has(mapping.requestName);
      mappings.push(renamed ? { ...mapping, requestName: largest.name } : mapping);
    }
  }
  requests.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { spec: { devices: { requests } }, mappings };
}

const NO_USE: Use = { request: null, mappings: [] };

function largestOf(uses: readonly Use[]): DeviceRequest | null {
  let largest: DeviceRequest | null = null;
  for (const { request } of uses) {
    if (request === null) continue;
    const most = largest?.exactly?.count ?? 0;
    if (largest === null || most < request.exactly!.count!) largest = request;
  }
  return largest;
}

function useOf(of: {
  readonly container: Container;
  readonly index: number;
  readonly resource: string;
  readonly className: string;
  readonly reusable: readonly DeviceRequest[];
}): Use {
  const { container, index, resource, className, reusable } = of;
  const asked = container.resources?.requests ?? {};
  const amount = asked[resource];
  const count = amount === undefined ? 0 : Number(mustParseQuantity(amount).value());
  if (count === 0) return NO_USE;
  const mappings: Mapping[] = [];
  const mapTo = (requestName: string): void => {
    mappings.push({ containerName: container.name, resourceName: resource, requestName });
  };
  let sum = 0;
  for (const request of reusable) {
    sum += request.exactly!.count!;
    mapTo(request.name);
    if (sum >= count) return { request: null, mappings };
  }
  const place = Object.keys(asked).sort().indexOf(resource);
  const name = `container-${index}-request-${place}`;
  mapTo(name);
  const exactly = {
    deviceClassName: className,
    allocationMode: "ExactCount",
    count: count - sum,
  };
  return { request: { name, exactly }, mappings };
}
