import type { Device, DeviceAttribute } from "../devices.js";
import { mustParseQuantity } from "../quantity.js";
import { functionTable } from "./cel-function.js";
import { CelSyntaxError, issuesText } from "./cel-issue.js";
import { ANY, BOOL, type CelType, DYN, map, object, STRING, typeOf, typeText } from "./cel-type.js";
import {
  type CelKey,
  CelMap,
  CelRuntimeError,
  CelTypeValue,
  type CelValue,
  typeNameOf,
} from "./cel-value.js";
import {
  type CelEnvironment,
  type CheckedExpression,
  checkExpression,
} from "./check-expression.js";
import { type DeclaredSize, estimateCost } from "./estimate-cost.js";
import { evaluate } from "./evaluate-expression.js";
import { CONVERSIONS } from "./library/conversions.js";
import { QUANTITY, QUANTITY_FUNCTIONS, SEMVER_FUNCTIONS } from "./library/kubernetes.js";
import { INCLUDES, LIST_FUNCTIONS } from "./library/lists.js";
import { OPERATORS, TYPE_NAMES } from "./library/operators.js";
import { OPTIONAL_FUNCTIONS } from "./library/optionals.js";
import { STRING_FUNCTIONS } from "./library/strings.js";
import { parseExpression } from "./parse-expression.js";
import { Semver } from "./semver.js";

/** Source: Kubernetes `resource.k8s.io` types, CELSelectorExpressionMaxCost and MaxLength. */
export const MAX_COST = 1_000_000;
export const MAX_LENGTH = 10 * 1024;

/** What an expression about devices may use. */
export interface DeviceExpressionOptions {
  /** Attributes may be lists. */
  readonly listAttributes?: boolean;
  /** `device.allowMultipleAllocations` is there. */
  readonly sharing?: boolean;
}

export interface DeviceExpression {
  readonly checked: CheckedExpression;
  /** The most that it can cost. */
  readonly maxCost: number;
}

/** Why the text is no expression about a device. */
export class DeviceExpressionError {
  constructor(readonly detail: string) {}
}

const ENTRIES = 32;
const VALUE_LENGTH = 64;
const VALUES = 48;
const DOMAIN: DeclaredSize = { max: 63 };
const ID: DeclaredSize = { max: 32 };

const FUNCTIONS = functionTable(
  OPERATORS,
  CONVERSIONS,
  STRING_FUNCTIONS,
  LIST_FUNCTIONS,
  INCLUDES,
  OPTIONAL_FUNCTIONS,
  QUANTITY_FUNCTIONS,
  SEMVER_FUNCTIONS,
);

function environment({ listAttributes, sharing }: DeviceExpressionOptions): CelEnvironment {
  const attribute = listAttributes === true ? DYN : ANY;
  const device = object("kubernetes.DRADevice", {
    driver: STRING,
    attributes: map(STRING, map(STRING, attribute)),
    capacity: map(STRING, map(STRING, QUANTITY)),
    ...(sharing === true ? { allowMultipleAllocations: BOOL } : {}),
  });
  const types = [...TYPE_NAMES].map(([name, type]) => [name, typeOf(type)] as const);
  return { variables: new Map([["device", device], ...types]), functions: FUNCTIONS };
}

function sizes({
  listAttributes,
}: DeviceExpressionOptions): Readonly<Record<string, DeclaredSize>> {
  const attribute = {
    max: listAttributes === true ? Math.max(VALUE_LENGTH, VALUES) : VALUE_LENGTH,
  };
  const inner: DeclaredSize = { max: ENTRIES, keys: ID, values: attribute, anyField: attribute };
  const capacities: DeclaredSize = { max: ENTRIES, keys: ID, values: { max: 1 } };
  const fields = {
    driver: { max: 63 },
    attributes: { max: ENTRIES, keys: DOMAIN, values: inner },
    capacity: { max: ENTRIES, keys: DOMAIN, values: capacities },
    allowMultipleAllocations: { max: 1 },
  };
  return { device: { max: 0, fields } };
}

/**
 * Reads and checks a selector's expression as the API server does. Source: Kubernetes
 * `dynamic-resource-allocation/cel`.
 */
export function compileDeviceExpression(
  text: string,
  options: DeviceExpressionOptions = {},
): DeviceExpression | DeviceExpressionError {
  const parsed = attemptParse(text);
  if (parsed instanceof DeviceExpressionError) return parsed;
  const checked = checkExpression(parsed, environment(options));
  if (checked.issues.length > 0) {
    return new DeviceExpressionError(`compilation failed: ${issuesText(text, checked.issues)}`);
  }
  if (!isTruth(checked.type)) {
    const found = typeText(checked.type);
    return new DeviceExpressionError(`must evaluate to bool or the unknown type, not ${found}`);
  }
  return { checked, maxCost: estimateCost(checked, sizes(options)) };
}

function attemptParse(text: string) {
  try {
    return parseExpression(text);
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error;
    const { message, at } = error;
    return new DeviceExpressionError(`compilation failed: ${issuesText(text, [{ message, at }])}`);
  }
}

function isTruth(type: CelType): boolean {
  return type.kind === "bool" || type.kind === "any" || type.kind === "dyn";
}

const TYPES = [...TYPE_NAMES.keys()].map((name) => [name, new CelTypeValue(name)] as const);
const NOTHING = new CelMap(new Map());

function attributeValue(attribute: DeviceAttribute): CelValue {
  if (attribute.ints != null) return attribute.ints.map(BigInt);
  if (attribute.bools != null) return attribute.bools;
  if (attribute.strings != null) return attribute.strings;
  if (attribute.versions != null) return attribute.versions.map(version);
  if (attribute.int != null) return BigInt(attribute.int);
  if (attribute.bool != null) return attribute.bool;
  if (attribute.string != null) return attribute.string;
  if (attribute.version != null) return version(attribute.version);
  throw new CelRuntimeError("unsupported attribute value");
}

function version(text: string): Semver {
  const parsed = Semver.parse(text);
  if (parsed === undefined) throw new CelRuntimeError(`parse semantic version: ${text}`);
  return parsed;
}

/** Values by domain and name; what has no domain is the driver's. */
function byDomain<T>(
  values: Readonly<Record<string, T>> | undefined,
  driver: string,
  read: (value: T) => CelValue,
): CelMap {
  const domains = new Map<CelKey, Map<CelKey, CelValue>>();
  for (const [name, value] of Object.entries(values ?? {})) {
    const slash = name.indexOf("/");
    const domain = slash < 0 ? driver : name.slice(0, slash);
    const known = domains.get(domain) ?? new Map<CelKey, CelValue>();
    domains.set(domain, known.set(name.slice(slash + 1), read(value)));
  }
  const entries = [...domains].map(([domain, known]) => [domain, new CelMap(known)] as const);
  return new CelMap(new Map<CelKey, CelValue>(entries), NOTHING);
}

/** A device as expressions see it. Made once for the expressions that look at the same device. */
export function deviceVariables(driver: string, device: Device): ReadonlyMap<string, CelValue> {
  const entries: [CelKey, CelValue][] = [
    ["driver", driver],
    ["allowMultipleAllocations", device.allowMultipleAllocations === true],
    ["attributes", byDomain(device.attributes, driver, attributeValue)],
    ["capacity", byDomain(device.capacity, driver, ({ value }) => mustParseQuantity(value))],
  ];
  return new Map<string, CelValue>([["device", new CelMap(new Map(entries))], ...TYPES]);
}

/** Whether the device is one that the expression selects. Throws {@link CelRuntimeError}. */
export function selects(
  { checked }: DeviceExpression,
  variables: ReadonlyMap<string, CelValue>,
): boolean {
  const value = evaluate(checked, { variables, costLimit: MAX_COST });
  if (typeof value === "boolean") return value;
  const type = typeNameOf(value);
  throw new CelRuntimeError(`CEL result of type ${type} could not be converted to bool`);
}
