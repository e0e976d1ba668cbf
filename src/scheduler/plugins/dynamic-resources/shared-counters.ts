import type { Counters, Device } from "../../../api/devices.js";
import { mustParseQuantity, Quantity } from "../../../api/quantity.js";
import type { DeviceLedger } from "../../framework/device-ledger.js";
import type { DevicePool, PlacedDevice } from "./device-pools.js";

/** Amounts by `counterSet/counter`. */
type Amounts = Map<string, Quantity>;

const ZERO = Quantity.of(0);

function change(amounts: Amounts, set: string, counters: Counters, sign: 1 | -1): void {
  for (const [name, { value }] of Object.entries(counters)) {
    const key = `${set}/${name}`;
    const by = mustParseQuantity(value);
    amounts.set(key, (amounts.get(key) ?? ZERO).add(sign === 1 ? by : by.negate()));
  }
}

function changeFor(amounts: Amounts, { consumesCounters = [] }: Device, sign: 1 | -1): void {
  for (const { counterSet, counters } of consumesCounters) {
    change(amounts, counterSet, counters, sign);
  }
}

/**
 * What devices that are parts of one another take from the counters that they share, in one attempt
 * to allocate. Source: KEP-4815; `dynamic-resource-allocation/structured`, checkAvailableCounters.
 */
export class SharedCounters {
  private readonly available = new Map<DevicePool, Amounts>();
  private readonly taking = new Map<DevicePool, Amounts>();

  constructor(private readonly ledger: DeviceLedger) {}

  /** Takes what the device needs, if there is enough of it. */
  take({ device, pool }: PlacedDevice): boolean {
    const taking = this.taking.get(pool) ?? new Map<string, Quantity>();
    this.taking.set(pool, taking);
    changeFor(taking, device, 1);
    const available = this.availableIn(pool);
    for (const [key, amount] of available) {
      if (amount.compare(taking.get(key) ?? ZERO) < 0) {
        changeFor(taking, device, -1);
        return false;
      }
    }
    return true;
  }

  giveBack({ device, pool }: PlacedDevice): void {
    const taking = this.taking.get(pool);
    if (taking !== undefined) changeFor(taking, device, -1);
  }

  private availableIn(pool: DevicePool): Amounts {
    const known = this.available.get(pool);
    if (known !== undefined) return known;
    const amounts: Amounts = new Map();
    for (const { name, counters } of pool.counterSets.values()) change(amounts, name, counters, 1);
    for (const device of pool.everywhere) {
      const key = `${pool.driver}/${pool.name}/${device.name}`;
      if (this.ledger.isOwned(key) || this.ledger.isShared(key)) changeFor(amounts, device, -1);
    }
    this.available.set(pool, amounts);
    return amounts;
  }
}
