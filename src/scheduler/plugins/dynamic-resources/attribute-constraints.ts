import type { DeviceAttribute, DeviceConstraint } from "../../../api/devices.js";
import type { DemandPlan } from "./claims-plan.js";
import type { PlacedDevice } from "./device-pools.js";

type Values = ReadonlySet<string>;

/** Holds for the devices that were added; `add` refuses one with which it would not hold. */
export interface AttributeConstraint {
  add(demand: DemandPlan, device: PlacedDevice): boolean;
  /** Takes back the last device that was added for a demand that it concerns. */
  remove(demand: DemandPlan): void;
}

/** The values of an attribute with their type, in one set: of a list there are several. */
function valuesOf(attribute: DeviceAttribute, lists: boolean): Values {
  const { int, bool, string, version, ints, bools, strings, versions } = attribute;
  if (lists) {
    if (ints?.length) return new Set(ints.map((one) => `int ${one}`));
    if (bools?.length) return new Set(bools.map((one) => `bool ${one}`));
    if (strings?.length) return new Set(strings.map((one) => `string ${one}`));
    if (versions?.length) return new Set(versions.map((one) => `version ${one}`));
  }
  if (int != null) return new Set([`int ${int}`]);
  if (bool != null) return new Set([`bool ${bool}`]);
  if (string != null) return new Set([`string ${string}`]);
  return new Set(version == null ? [] : [`version ${version}`]);
}

/** An attribute by its full name; the driver's own may be written without its domain. */
function attributeOf({ device, pool }: PlacedDevice, name: string): DeviceAttribute | undefined {
  const { attributes = {} } = device;
  if (Object.hasOwn(attributes, name)) return attributes[name];
  const slash = name.indexOf("/");
  if (slash < 0 || name.slice(0, slash) !== pool.driver) return undefined;
  const own = name.slice(slash + 1);
  return Object.hasOwn(attributes, own) ? attributes[own] : undefined;
}

function intersection(a: Values, b: Values): Values {
  return new Set([...a].filter((value) => b.has(value)));
}

/** Source: `dynamic-resource-allocation/structured`, matchAttributeConstraint. */
export function constraintOf(
  constraint: DeviceConstraint,
  lists: boolean,
): AttributeConstraint | null {
  const requests = new Set(constraint.requests ?? []);
  const concerns = ({ fullName, parent }: DemandPlan): boolean =>
    requests.size === 0 || requests.has(fullName) || (parent !== null && requests.has(parent));
  const { matchAttribute, distinctAttribute } = constraint;
  if (matchAttribute != null) {
    return new Matching({ attribute: matchAttribute, concerns, lists });
  }
  if (distinctAttribute == null) return null;
  return new Distinct({ attribute: distinctAttribute, concerns, lists });
}

interface Rule {
  readonly attribute: string;
  readonly concerns: (demand: DemandPlan) => boolean;
  readonly lists: boolean;
}

/** All devices have a value in common. */
class Matching implements AttributeConstraint {
  /** What all devices so far have in common, after each of them. */
  private readonly common: Values[] = [];

  constructor(private readonly rule: Rule) {}

  add(demand: DemandPlan, device: PlacedDevice): boolean {
    if (!this.rule.concerns(demand)) return true;
    const attribute = attributeOf(device, this.rule.attribute);
    if (attribute === undefined) return false;
    const values = valuesOf(attribute, this.rule.lists);
    const before = this.common.at(-1);
    const after = before === undefined ? values : intersection(before, values);
    if (after.size === 0) return false;
    this.common.push(after);
    return true;
  }

  remove(demand: DemandPlan): void {
    if (this.rule.concerns(demand)) this.common.pop();
  }
}

/** No two devices have a value in common. */
class Distinct implements AttributeConstraint {
  private readonly values: Values[] = [];

  constructor(private readonly rule: Rule) {}

  add(demand: DemandPlan, device: PlacedDevice): boolean {
    if (!this.rule.concerns(demand)) return true;
    const attribute = attributeOf(device, this.rule.attribute);
    if (attribute === undefined) return false;
    const own = valuesOf(attribute, this.rule.lists);
    if (own.size === 0) return false;
    if (this.values.some((other) => intersection(other, own).size > 0)) return false;
    this.values.push(own);
    return true;
  }

  remove(demand: DemandPlan): void {
    if (this.rule.concerns(demand)) this.values.pop();
  }
}
