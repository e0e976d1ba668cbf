type Loose = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

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

/**
 * The spec of an object of resource.k8s.io/v1alpha3 or v1beta1 as v1 has it. In v1beta2 it is the
 * same. Source: `dynamic-resource-allocation/api/v1beta1/conversion.go`.
 */
export function currentDeviceSpec(kind: string, spec: unknown): unknown {
  switch (kind) {
    case "ResourceClaim":
      return claimSpec(spec);
    case "ResourceClaimTemplate":
      return changed(spec, "spec", claimSpec);
    case "ResourceSlice":
      return changed(spec, "devices", (devices) => changedList(devices, fromBasicDevice));
    default:
      return spec;
  }
}
