import type { Manifest } from "../kubernetes.js";
import { isObject, type Loose } from "./loose.js";

/** `object` with `change` applied to a field that it has. */
function changed(object: unknown, field: string, change: (value: unknown) => unknown): unknown {
  if (!isObject(object) || object[field] === undefined) return object;
  return { ...object, [field]: change(object[field]) };
}

function changedList(list: unknown, change: (element: unknown) => unknown): unknown {
  return Array.isArray(list) ? list.map(change) : list;
}

const EXACT_FIELDS = [
  "deviceClassName",
  "selectors",
  "allocationMode",
  "count",
  "adminAccess",
  "tolerations",
  "capacity",
];

/** Before v1beta2 what a request asks for stood in the request itself. */
function fromFlatRequest(request: unknown): unknown {
  if (!isObject(request) || request.exactly !== undefined) return request;
  const given = Object.entries(request).filter(([, value]) => value !== undefined);
  const exactly = given.filter(([field]) => EXACT_FIELDS.includes(field));
  if (exactly.length === 0) return request;
  const rest = given.filter(([field]) => !EXACT_FIELDS.includes(field));
  return { ...Object.fromEntries(rest), exactly: Object.fromEntries(exactly) };
}

/** Before v1beta1 a capacity was the quantity alone. */
function fromFlatCapacity(capacities: unknown): unknown {
  if (!isObject(capacities)) return capacities;
  const entries = Object.entries(capacities);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, isObject(value) ? value : { value }]),
  );
}

function fromBasicDevice(device: unknown): unknown {
  if (!isObject(device) || !isObject(device.basic)) return device;
  const { basic, ...rest } = device;
  return changed({ ...rest, ...(basic as Loose) }, "capacity", fromFlatCapacity);
}

function claimSpec(spec: unknown): unknown {
  return changed(spec, "devices", (devices) =>
    changed(devices, "requests", (requests) => changedList(requests, fromFlatRequest)),
  );
}

/** What differs in a spec of resource.k8s.io/v1alpha3 and v1beta1. */
const SPECS: Readonly<Record<string, (spec: unknown) => unknown>> = {
  ResourceClaim: claimSpec,
  ResourceClaimTemplate: (spec) => changed(spec, "spec", claimSpec),
  ResourceSlice: (spec) =>
    changed(spec, "devices", (devices) => changedList(devices, fromBasicDevice)),
};

/**
 * The older versions of a kind of devices; in v1beta2 it is the same as in v1.
 * Source: `dynamic-resource-allocation/api/v1beta1/conversion.go`.
 */
export function deviceVersions(kind: string) {
  const convert = (manifest: Manifest): Manifest => ({
    ...manifest,
    spec: SPECS[kind]?.(manifest.spec) ?? manifest.spec,
  });
  return {
    "resource.k8s.io/v1alpha3": convert,
    "resource.k8s.io/v1beta1": convert,
    "resource.k8s.io/v1beta2": null,
  };
}
