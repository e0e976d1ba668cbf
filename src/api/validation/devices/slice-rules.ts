import type {
  Counters,
  CounterSet,
  Device,
  DeviceAttribute,
  DeviceClassSpec,
  DevicePlace,
  DeviceTaint,
  ResourceSliceSpec,
} from "../../devices.js";
import {
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from "../../label-validation.js";
import { Semver } from "../../cel/semver.js";
import type { FieldIssues } from "../field-issue.js";
import { validateNodeSelector } from "../placement.js";
import { validateCapacity } from "./capacity-rules.js";
import {
  EFFECTS,
  eachKeyOnce,
  isWithin,
  validateConfiguration,
  validateDriverName,
  validateLabelName,
  validatePoolName,
  validateQualifiedName,
  validateSelectors,
} from "./device-rules.js";

const MAX_DEVICES = 128;
/** With taints, counters or lists among the attributes. */
const MAX_SPECIAL_DEVICES = 64;
const MAX_COUNTER_SETS = 8;
const MAX_COUNTERS = 32;
const MAX_CONSUMED_SETS = 2;
const MAX_ENTRIES = 32;
const MAX_VALUES = 48;
const MAX_VALUE_LENGTH = 64;
const MAX_TAINTS = 16;
const MAX_CONDITIONS = 4;
const MAX_CONFIG = 32;
const LISTS = ["ints", "bools", "strings", "versions"] as const;
const VALUES = ["int", "bool", "string", "version", ...LISTS] as const;

/** What the API server demands of a ResourceSlice. Source: `pkg/apis/resource/validation`. */
export function validateResourceSlice(spec: ResourceSliceSpec, issues: FieldIssues): void {
  validateDriverName(spec.driver, "spec.driver", issues);
  validatePoolName(spec.pool?.name, "spec.pool.name", issues);
  const { resourceSliceCount = 0, generation = 0 } = spec.pool ?? {};
  if (resourceSliceCount <= 0) {
    issues.invalid("spec.pool.resourceSliceCount", resourceSliceCount, "must be greater than zero");
  }
  issues.notNegative("spec.pool.generation", generation);
  const places = validatePlace(spec, "spec", issues);
  if (spec.perDeviceNodeSelection === false) {
    const detail = "must be either unset or set to true";
    issues.invalid("spec.perDeviceNodeSelection", false, detail);
  }
  const all = [...places, ...(spec.perDeviceNodeSelection ? ["`perDeviceNodeSelection`"] : [])];
  const choice = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection`";
  if (all.length === 0) issues.required("spec", `${choice} is required`);
  else if (all.length > 1) {
    const detail = `${choice} is required, but multiple fields are set`;
    issues.invalid("spec", `{${all.join(", ")}}`, detail);
  }
  if (spec.sharedCounters != null && spec.devices != null) {
    issues.invalid("spec", "", "only one of `sharedCounters` or `devices` is allowed");
  }
  validateDevices(spec, issues);
  validateCounterSets(spec.sharedCounters ?? [], issues);
}

function validateDevices(spec: ResourceSliceSpec, issues: FieldIssues): void {
  const devices = spec.devices ?? [];
  const most = devices.some(isSpecial) ? MAX_SPECIAL_DEVICES : MAX_DEVICES;
  if (!isWithin(devices, most, "spec.devices", issues)) return;
  devices.forEach((device, i) => {
    validateDevice(device, `spec.devices[${i}]`, issues);
    validateDevicePlace(device, spec.perDeviceNodeSelection === true, `spec.devices[${i}]`, issues);
  });
  eachKeyOnce(devices, ({ name }) => name, "spec.devices", issues);
}

function isSpecial({ taints = [], consumesCounters = [], attributes = {} }: Device): boolean {
  const hasList = Object.values(attributes).some((one) => LISTS.some((list) => one[list] != null));
  return taints.length > 0 || consumesCounters.length > 0 || hasList;
}

/** Which of the ways to say where devices are reachable are used. */
function validatePlace(place: DevicePlace, path: string, issues: FieldIssues): string[] {
  const used: string[] = [];
  if (place.nodeName != null) {
    if (place.nodeName === "") {
      issues.invalid(`${path}.nodeName`, "", "must be either unset or set to a non-empty string");
    } else {
      used.push("`nodeName`");
      issues.invalidFor(`${path}.nodeName`, place.nodeName, dns1123SubdomainErrors(place.nodeName));
    }
  }
  if (place.nodeSelector != null) {
    used.push("`nodeSelector`");
    const at = `${path}.nodeSelector`;
    validateNodeSelector(place.nodeSelector, at, issues);
    const terms = place.nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1) {
      issues.invalid(`${at}.nodeSelectorTerms`, terms, "must have exactly one node selector term");
    }
  }
  if (place.allNodes === true) used.push("`allNodes`");
  else if (place.allNodes === false) {
    issues.invalid(`${path}.allNodes`, false, "must be either unset or set to true");
  }
  return used;
}

function validateDevicePlace(
  device: Device,
  perDevice: boolean,
  path: string,
  issues: FieldIssues,
): void {
  const used = validatePlace(device, path, issues);
  if (!perDevice) {
    if (used.length === 0) return;
    const detail =
      "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
    issues.invalid(path, null, detail);
    return;
  }
  const choice = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required";
  const when = "when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
  if (used.length === 0) issues.required(path, `${choice} ${when}`);
  else if (used.length > 1) issues.invalid(path, `{${used.join(", ")}}`, `${choice} ${when}`);
}

function validateDevice(device: Device, path: string, issues: FieldIssues): void {
  validateLabelName(device.name, `${path}.name`, issues);
  const attributes = Object.entries(device.attributes ?? {});
  const capacities = Object.entries(device.capacity ?? {});
  const entries = attributes.length + capacities.length;
  if (entries > MAX_ENTRIES) {
    const detail = `the total number of attributes and capacities must not exceed ${MAX_ENTRIES}`;
    issues.invalid(path, entries, detail);
  }
  const values = attributes.reduce((sum, [, one]) => sum + valueCount(one), 0);
  if (values > MAX_VALUES) {
    const detail = `the total number of attribute values must not exceed ${MAX_VALUES}`;
    issues.invalid(path, values, detail);
  }
  for (const [name, attribute] of attributes) {
    validateQualifiedName(name, `${path}.attributes`, issues);
    validateAttribute(attribute, `${path}.attributes[${name}]`, issues);
  }
  for (const [name, capacity] of capacities) {
    validateQualifiedName(name, `${path}.capacity`, issues);
    const shared = device.allowMultipleAllocations === true;
    validateCapacity(capacity, shared, `${path}.capacity[${name}]`, issues);
  }
  validateTaints(device.taints ?? [], `${path}.taints`, issues);
  validateConsumption(device, path, issues);
  validateConditions(device, path, issues);
}

const valueCount = (attribute: DeviceAttribute): number =>
  Math.max(
    1,
    LISTS.reduce((sum, list) => sum + (attribute[list]?.length ?? 0), 0),
  );

function validateAttribute(attribute: DeviceAttribute, path: string, issues: FieldIssues): void {
  const given = VALUES.filter((field) => attribute[field] != null);
  if (given.length !== 1) issues.invalid(path, attribute, "exactly one value must be specified");
  for (const list of LISTS) {
    if (attribute[list]?.length === 0) {
      issues.invalid(`${path}.${list}`, [], "must not be empty if specified");
    }
  }
  const texts = [attribute.string, ...(attribute.strings ?? [])];
  const versions = [attribute.version, ...(attribute.versions ?? [])];
  for (const text of [...texts, ...versions]) {
    if ((text?.length ?? 0) > MAX_VALUE_LENGTH) {
      issues.invalid(path, text, `may not be more than ${MAX_VALUE_LENGTH} bytes`);
    }
  }
  for (const version of versions) {
    if (version != null && Semver.parse(version) === undefined) {
      const detail = "must be a string compatible with semver.org spec 2.0.0";
      issues.invalid(`${path}.version`, version, detail);
    }
  }
}

function validateTaints(taints: readonly DeviceTaint[], path: string, issues: FieldIssues): void {
  if (!isWithin(taints, MAX_TAINTS, path, issues)) return;
  taints.forEach(({ key, value, effect }, i) => {
    if (!key) issues.required(`${path}[${i}].key`);
    else issues.invalidFor(`${path}[${i}].key`, key, qualifiedNameErrors(key));
    if (value) issues.invalidFor(`${path}[${i}].value`, value, labelValueErrors(value));
    if (!effect) issues.required(`${path}[${i}].effect`);
    else issues.oneOf(`${path}[${i}].effect`, effect, EFFECTS);
  });
}

function validateCounters(counters: Counters, path: string, issues: FieldIssues): void {
  const names = Object.keys(counters);
  if (names.length === 0) issues.required(path);
  if (!isWithin(names, MAX_COUNTERS, path, issues)) return;
  for (const name of names) validateLabelName(name, path, issues);
}

function validateConsumption(device: Device, path: string, issues: FieldIssues): void {
  const consumed = device.consumesCounters ?? [];
  const at = `${path}.consumesCounters`;
  if (!isWithin(consumed, MAX_CONSUMED_SETS, at, issues)) return;
  consumed.forEach(({ counterSet, counters = {} }, i) => {
    validateLabelName(counterSet, `${at}[${i}].counterSet`, issues);
    validateCounters(counters, `${at}[${i}].counters`, issues);
  });
  eachKeyOnce(consumed, ({ counterSet }) => counterSet, at, issues);
}

function validateCounterSets(sets: readonly CounterSet[], issues: FieldIssues): void {
  if (!isWithin(sets, MAX_COUNTER_SETS, "spec.sharedCounters", issues)) return;
  sets.forEach(({ name, counters = {} }, i) => {
    validateLabelName(name, `spec.sharedCounters[${i}].name`, issues);
    validateCounters(counters, `spec.sharedCounters[${i}].counters`, issues);
  });
  eachKeyOnce(sets, ({ name }) => name, "spec.sharedCounters", issues);
}

function validateConditions(device: Device, path: string, issues: FieldIssues): void {
  const { bindingConditions = [], bindingFailureConditions = [] } = device;
  const fields = { bindingConditions, bindingFailureConditions };
  for (const [field, conditions] of Object.entries(fields)) {
    if (!isWithin(conditions, MAX_CONDITIONS, `${path}.${field}`, issues)) continue;
    conditions.forEach((one, i) => {
      issues.invalidFor(`${path}.${field}[${i}]`, one, qualifiedNameErrors(one));
    });
  }
  if (bindingConditions.length === 0 && bindingFailureConditions.length > 0) {
    const detail = "bindingConditions are required to use bindingFailureConditions";
    issues.invalid(`${path}.bindingConditions`, bindingConditions, detail);
  }
  if (bindingFailureConditions.length === 0 && bindingConditions.length > 0) {
    const detail = "bindingFailureConditions are required to use bindingConditions";
    issues.invalid(`${path}.bindingFailureConditions`, bindingFailureConditions, detail);
  }
}

export function validateDeviceClass(spec: DeviceClassSpec, issues: FieldIssues): void {
  validateSelectors(spec.selectors ?? [], "spec.selectors", issues);
  const config = spec.config ?? [];
  if (isWithin(config, MAX_CONFIG, "spec.config", issues)) {
    config.forEach((one, i) => {
      validateConfiguration(one, `spec.config[${i}]`, issues);
    });
  }
  const name = spec.extendedResourceName;
  if (name == null) return;
  const isExtended =
    name.includes("/") &&
    !/(^|\.)kubernetes\.io\//.test(name) &&
    !name.startsWith("requests.") &&
    qualifiedNameErrors(name).length === 0;
  if (!isExtended) {
    issues.invalid("spec.extendedResourceName", name, "must be a valid extended resource name");
  }
}
