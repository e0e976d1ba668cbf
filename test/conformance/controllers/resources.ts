import type {
  LimitRangeSpec,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  PreferredSchedulingTerm,
  RawPodStatus,
  ResourceList,
} from "../../../src/api/kubernetes.js";
import {
  Selector,
  SelectorError,
  type Requirement,
  parseSelector,
  requirementErrors,
} from "../../../src/api/label-selector.js";
import { limitRangePodErrors, withLimitRangeDefaults } from "../../../src/api/limit-range.js";
import {
  CompiledNodeSelector,
  type NodeIdentity,
  PreferredNodeTerms,
  RequiredNodeAffinity,
  compileNodeRequirements,
} from "../../../src/api/node-selector.js";
import {
  type Amounts,
  type PodResourceOptions,
  isPodLevelResourcesSet,
  podLimits,
  podRequests,
} from "../../../src/api/pod-resources.js";
import { qosClass } from "../../../src/api/qos.js";
import {
  Quantity,
  QuantityError,
  type QuantityFormat,
  parseQuantity,
  readQuantity,
  splitQuantity,
} from "../../../src/api/quantity.js";
import { type Area, suite } from "./suite.js";

type Labels = Record<string, string>;
type Container = PodSpec["containers"][number];

/** The quantity of a plain decimal number, however small, in that format. */
function decimal(value: string, format: QuantityFormat = "DecimalSI"): Quantity {
  const [whole = "0", fraction = ""] = value.split(".");
  return Quantity.of(BigInt(whole + fraction), format, -fraction.length);
}

/** The number of a quantity alone, in plain decimal notation. */
function decimalText({ unscaled, exponent }: Quantity): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled).slice(sign.length);
  if (exponent >= 0) return sign + digits + "0".repeat(exponent);
  const padded = digits.padStart(1 - exponent, "0");
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

function good<T>(value: T | QuantityError | SelectorError): T {
  if (value instanceof QuantityError || value instanceof SelectorError) {
    throw new Error(value.message);
  }
  return value;
}

function texts(amounts: Amounts): Record<string, string> {
  return Object.fromEntries([...amounts].map(([name, quantity]) => [name, String(quantity)]));
}

function listTexts(list: ResourceList | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(list ?? {}).map(([name, q]) => [name, String(good(readQuantity(q)))]),
  );
}

const selectors: Area = {
  "selector.parse": suite<{ selector: string; other?: string }>(({ selector, other }) => {
    const parsed = parseSelector(selector);
    if (parsed instanceof SelectorError) return { valid: false };
    const sameCanonical =
      other === undefined ? undefined : good(parseSelector(other)).toString() === parsed.toString();
    return { valid: true, canonical: parsed.toString(), sameCanonical };
  }),
  "selector.match": suite<{ selector: string; labels: Labels }>(({ selector, labels }) => ({
    matches: good(parseSelector(selector)).matches(labels),
  })),
  "selector.requirements": suite<{ requirements: Requirement[]; labels: Labels }>(
    ({ requirements, labels }) => ({ matches: Selector.of(requirements).matches(labels) }),
  ),
  "selector.requirementValid": suite<Requirement>((requirement) => ({
    valid: requirementErrors(requirement).length === 0,
  })),
  "selector.toString": suite<{ requirements: Requirement[] }>(({ requirements }) => ({
    text: Selector.of(requirements).toString(),
  })),
  "selector.parseSet": suite<{ selector: string }>(
    ({ selector }) => {
      const parsed = parseSelector(selector);
      return parsed instanceof SelectorError
        ? { valid: false }
        : { valid: true, requirements: parsed.requirements };
    },
    { ordered: ["requirements"] },
  ),
};

type PodCase = {
  pod: { spec: PodSpec; status?: RawPodStatus };
  options: PodResourceOptions;
};

const pods: Area = {
  qosClass: suite<{ spec: PodSpec; podLevelResources: boolean }>(({ spec, podLevelResources }) => ({
    qosClass: qosClass(spec, { podLevelResources }),
  })),
  podRequests: suite<PodCase>(({ pod, options }) => ({
    requests: texts(podRequests(pod, options)),
  })),
  podLimits: suite<PodCase>(({ pod, options }) => ({ limits: texts(podLimits(pod, options)) })),
  podLevelSet: suite<{ resources: PodSpec["resources"] | null }>(({ resources }) => ({
    set: isPodLevelResourcesSet(resources),
  })),
  "limitRange.validate": suite<{ pod: { spec: PodSpec }; limitRange: { spec: LimitRangeSpec } }>(
    ({ pod, limitRange }) => ({
      allowed: limitRangePodErrors(limitRange.spec, pod.spec).length === 0,
    }),
  ),
  "limitRange.defaults": suite<{ container: Container; limitRange: { spec: LimitRangeSpec } }>(
    ({ container, limitRange }) => {
      const { resources } = withLimitRangeDefaults(limitRange.spec, container);
      return { requests: listTexts(resources?.requests), limits: listTexts(resources?.limits) };
    },
  ),
};

const nodes: Area = {
  "nodeSelector.match": suite<{ nodeSelectorTerms: NodeSelectorTerm[]; node: NodeIdentity | null }>(
    ({ nodeSelectorTerms, node }) => {
      const selector = new CompiledNodeSelector({ nodeSelectorTerms });
      const valid = selector.error === null;
      return valid ? { valid, matches: selector.matches(node) } : { valid };
    },
  ),
  "nodeSelector.toSelector": suite<{ matchExpressions: NodeSelectorRequirement[] }>(
    ({ matchExpressions }) => {
      const selector = compileNodeRequirements(matchExpressions);
      if (selector instanceof SelectorError) return { valid: false };
      return {
        valid: true,
        matchesNothing: selector.matchesNothing,
        selector: selector.toString(),
      };
    },
  ),
  "nodeAffinity.preferredScore": suite<{
    preferred: PreferredSchedulingTerm[];
    node: NodeIdentity;
  }>(({ preferred, node }) => {
    const terms = new PreferredNodeTerms(preferred);
    return terms.error === null ? { valid: true, score: terms.score(node) } : { valid: false };
  }),
  "nodeAffinity.podMatches": suite<{ podSpec: PodSpec; node: NodeIdentity }>(
    ({ podSpec, node }) => ({ matches: new RequiredNodeAffinity(podSpec).matches(node) }),
  ),
};

type Operand = { value: string; format: QuantityFormat };

const quantities: Area = {
  "quantity.parse": suite<{ text: string }>(({ text }) => {
    const parsed = parseQuantity(text);
    if (parsed instanceof QuantityError) return { valid: false };
    return { valid: true, value: decimalText(parsed), format: parsed.format };
  }),
  "quantity.split": suite<{ text: string }>(({ text }) => {
    const parts = good(splitQuantity(text));
    const { positive, whole: num, fraction: denom, suffix } = parts;
    return { positive, num, denom, suffix };
  }),
  "quantity.canonical": suite<Operand & { alternate?: string }>(({ value, format, alternate }) => {
    const text = decimal(value, format).toString();
    const other = alternate === undefined ? text : good(parseQuantity(alternate)).toString();
    return { text: other === text ? text : `${text}, but ${alternate} as ${other}` };
  }),
  "quantity.reformat": suite<{ text: string }>(({ text }) => ({
    text: good(parseQuantity(text)).toString(),
  })),
  "quantity.fromJSON": suite<{ json: string }>(({ json }) => ({
    text: good(readQuantity(JSON.parse(json))).toString(),
  })),
  "quantity.integers": suite<{ text: string }>(({ text }) => {
    const quantity = good(parseQuantity(text));
    return { value: quantity.value(), milliValue: quantity.milliValue() };
  }),
  "quantity.roundUp": suite<{ text: string; scale: number }>(({ text, scale }) => {
    const { quantity, exact } = good(parseQuantity(text)).roundUp(scale);
    return { value: decimalText(quantity), exact };
  }),
  "quantity.compare": suite<{ a?: string; b?: string; aValue?: string; bValue?: string }>(
    ({ a, b, aValue = "", bValue = "" }) => {
      const left = a === undefined ? decimal(aValue) : good(parseQuantity(a));
      const right = b === undefined ? decimal(bValue) : good(parseQuantity(b));
      return { cmp: left.compare(right) };
    },
  ),
  "quantity.subtract": suite<{ a: Operand; b: Operand }>(({ a, b }) => {
    const result = decimal(a.value, a.format).subtract(decimal(b.value, b.format));
    return { value: decimalText(result), format: result.format };
  }),
  "quantity.scaled": suite<{ text: string; scale: number }>(({ text, scale }) => ({
    value: good(parseQuantity(text)).scaledValue(scale),
  })),
};

/** Quantities, selectors, resources of pods, node selectors, limit ranges. */
export const resources: Area = { ...selectors, ...pods, ...nodes, ...quantities };
