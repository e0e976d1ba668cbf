import type { Device, DeviceCapacity, DeviceDemand } from "../../../api/devices.js";
import { mustParseQuantity, Quantity } from "../../../api/quantity.js";

type Amounts = ReadonlyMap<string, Quantity>;
type Range = NonNullable<NonNullable<DeviceCapacity["requestPolicy"]>["validRange"]>;

const NOTHING: Amounts = new Map();
const quantity = (value: string | number | undefined | null): Quantity | undefined =>
  value == null ? undefined : mustParseQuantity(value);

/** `a` over `b`, rounded up, in whole steps. */
function stepsUp(a: Quantity, b: Quantity): bigint {
  const digits = Math.min(a.exponent, b.exponent);
  const whole = (one: Quantity): bigint => one.unscaled * 10n ** BigInt(one.exponent - digits);
  const [x, y] = [whole(a), whole(b)];
  return x % y === 0n ? x / y : x / y + 1n;
}

/** Without fractions, each bound counts in whole units. */
function units(value: Quantity, fractions: boolean): Quantity {
  return fractions ? value : Quantity.of(value.value(), value.format);
}

function inRange(asked: Quantity, range: Range, fractions: boolean): Quantity {
  const min = quantity(range.min);
  if (min === undefined) return asked;
  if (asked.compare(min) < 0) return min;
  const step = quantity(range.step);
  if (step === undefined) return asked;
  const [from, by] = [units(min, fractions), units(step, fractions)];
  const steps = stepsUp(units(asked, fractions).subtract(from), by);
  return from.add(by.multiply(Quantity.of(steps)));
}

/** What a claim takes of one capacity, by what it asks for and what the device lets be asked for. */
function consumed(
  asked: Quantity | undefined,
  { value, requestPolicy }: DeviceCapacity,
  fractions: boolean,
): Quantity {
  if (asked === undefined) return mustParseQuantity(requestPolicy?.default ?? value);
  if (requestPolicy?.validRange?.min != null) {
    return inRange(asked, requestPolicy.validRange, fractions);
  }
  const options = (requestPolicy?.validValues ?? []).map(mustParseQuantity);
  return options.find((option) => asked.compare(option) <= 0) ?? asked;
}

function isAllowed(amount: Quantity, { requestPolicy }: DeviceCapacity): boolean {
  if (requestPolicy == null) return true;
  const byDefault = quantity(requestPolicy.default);
  if (byDefault !== undefined && byDefault.compare(amount) === 0) return true;
  const max = quantity(requestPolicy.validRange?.max);
  if (requestPolicy.validRange != null) return max === undefined || amount.compare(max) <= 0;
  const options = requestPolicy.validValues ?? [];
  return (
    options.length === 0 ||
    options.some((option) => mustParseQuantity(option).compare(amount) === 0)
  );
}

/** What a claim takes of each capacity of a device. Source: KEP-5075. */
export function consumedCapacity(
  { capacity: asked }: DeviceDemand,
  device: Device,
  fractions: boolean,
): Amounts {
  const requests = asked?.requests ?? {};
  return new Map(
    Object.entries(device.capacity ?? {}).map(([name, capacity]) => [
      name,
      consumed(quantity(requests[name]), capacity, fractions),
    ]),
  );
}

/**
 * Whether the device has, and has left, the capacity that is asked for. `taken`: by other claims;
 * `taking`: by those that are being allocated with it.
 */
export function hasCapacity(
  demand: DeviceDemand,
  device: Device,
  use: { readonly taken: Amounts | undefined; readonly taking: Amounts | undefined },
  fractions: boolean,
): boolean {
  const { capacity = {} } = device;
  const asked = Object.keys(demand.capacity?.requests ?? {});
  if (asked.some((name) => !Object.hasOwn(capacity, name))) return false;
  if (asked.length === 0 && device.allowMultipleAllocations !== true) return true;
  const { taken = NOTHING, taking = NOTHING } = use;
  for (const [name, amount] of consumedCapacity(demand, device, fractions)) {
    const has = capacity[name]!;
    if (!isAllowed(amount, has)) return false;
    let sum = amount;
    for (const other of [taken.get(name), taking.get(name)]) {
      if (other !== undefined) sum = sum.add(other);
    }
    if (sum.compare(mustParseQuantity(has.value)) > 0) return false;
  }
  return true;
}
