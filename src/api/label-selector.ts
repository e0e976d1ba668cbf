import type { LabelSelector, Labels } from "./kubernetes.js";
import { parseSelectorText } from "./label-selector-text.js";
import { labelValueErrors, qualifiedNameErrors } from "./label-validation.js";

export type SelectorOperator =
  | "In"
  | "NotIn"
  | "Equals"
  | "DoubleEquals"
  | "NotEquals"
  | "Exists"
  | "DoesNotExist"
  | "GreaterThan"
  | "LessThan";

export interface Requirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** Why a selector is refused, in a sentence. A value, not thrown. */
export class SelectorError {
  constructor(readonly message: string) {}
}

/** The integer of 64 bits that `text` spells in decimal digits, or undefined. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Why a requirement is refused; none for a good one. */
export function requirementErrors(requirement: {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}): readonly string[] {
  const { key = "", operator, values } = requirement;
  const reasons = qualifiedNameErrors(key).map((reason) => `key ${JSON.stringify(key)}: ${reason}`);
  const countError = valueCountError(operator, values.length);
  if (countError !== undefined) reasons.push(countError);
  if (operator === "GreaterThan" || operator === "LessThan") {
    for (const value of values) {
      if (parseInt64(value) === undefined) {
        reasons.push(`value ${JSON.stringify(value)}: must be an integer to compare with`);
      }
    }
  }
  for (const value of values) {
    for (const reason of labelValueErrors(value)) {
      reasons.push(`value ${JSON.stringify(value)}: ${reason}`);
    }
  }
  return reasons;
}

function valueCountError(operator: string, count: number): string | undefined {
  switch (operator) {
    case "In":
    case "NotIn":
      return count > 0 ? undefined : `values: ${operator} needs at least one value`;
    case "Equals":
    case "DoubleEquals":
    case "NotEquals":
    case "GreaterThan":
    case "LessThan":
      return count === 1 ? undefined : `values: ${operator} needs exactly one value`;
    case "Exists":
    case "DoesNotExist":
      return count === 0 ? undefined : `values: must be empty with ${operator}`;
    default:
      return `operator ${JSON.stringify(operator)}: must be one of In, NotIn, Exists, DoesNotExist, Gt, Lt`;
  }
}

function requirementMatches(requirement: Requirement, labels: Labels): boolean {
  const value: unknown = labels[requirement.key];
  // What a plain object inherits (`constructor` and the like) is no string and thus no label.
  const present = typeof value === "string";
  switch (requirement.operator) {
    case "In":
    case "Equals":
    case "DoubleEquals":
      return present && requirement.values.includes(value);
    case "NotIn":
    case "NotEquals":
      return !present || !requirement.values.includes(value);
    case "Exists":
      return present;
    case "DoesNotExist":
      return !present;
    case "GreaterThan":
    case "LessThan": {
      const left = present ? parseInt64(value) : undefined;
      const right = parseInt64(requirement.values[0] ?? "");
      if (left === undefined || right === undefined) return false;
      return requirement.operator === "GreaterThan" ? left > right : left < right;
    }
  }
}

const SYMBOLS: Readonly<Record<SelectorOperator, string>> = {
  In: " in ",
  NotIn: " notin ",
  Equals: "=",
  DoubleEquals: "==",
  NotEquals: "!=",
  Exists: "",
  DoesNotExist: "",
  GreaterThan: ">",
  LessThan: "<",
};

function requirementText({ key, operator, values }: Requirement): string {
  if (operator === "Exists") return key;
  if (operator === "DoesNotExist") return `!${key}`;
  const list = [...values].sort().join(",");
  const isSet = operator === "In" || operator === "NotIn";
  return key + SYMBOLS[operator] + (isSet ? `(${list})` : list);
}

/** A selector ready for use: all of its requirements must hold. */
export class Selector {
  /** `requirements` sorted by key, as the selector's text has them. */
  private constructor(
    readonly requirements: readonly Requirement[],
    readonly matchesNothing: boolean,
  ) {}

  static readonly everything = new Selector([], false);
  static readonly nothing = new Selector([], true);

  /** The selector of requirements that are known to be good. */
  static of(requirements: readonly Requirement[]): Selector {
    return new Selector(
      [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
      false,
    );
  }

  get matchesEverything(): boolean {
    return !this.matchesNothing && this.requirements.length === 0;
  }

  matches(labels: Labels): boolean {
    if (this.matchesNothing) return false;
    for (const requirement of this.requirements) {
      if (!requirementMatches(requirement, labels)) return false;
    }
    return true;
  }

  /** The canonical text; empty both for everything and for nothing. */
  toString(): string {
    return this.requirements.map(requirementText).join(",");
  }
}

/** The selector that needs every one of these labels, as `spec.selector` of a Service. */
export function selectorFromLabels(labels: Labels): Selector {
  return Selector.of(
    Object.entries(labels).map(([key, value]) => ({ key, operator: "Equals", values: [value] })),
  );
}

/** The compiled selector; one that cannot be read, or is not there, matches nothing. */
export function selectorOrNothing(selector: LabelSelector | null | undefined): Selector {
  const compiled = compileLabelSelector(selector);
  return compiled instanceof Selector ? compiled : Selector.nothing;
}

const LABEL_SELECTOR_OPERATORS: ReadonlyMap<string, SelectorOperator> = new Map([
  ["In", "In"],
  ["NotIn", "NotIn"],
  ["Exists", "Exists"],
  ["DoesNotExist", "DoesNotExist"],
]);

/**
 * The selector of `matchLabels` and `matchExpressions`: an absent one matches nothing, an empty one
 * everything.
 */
export function compileLabelSelector(
  selector: LabelSelector | null | undefined,
): Selector | SelectorError {
  if (selector === null || selector === undefined) return Selector.nothing;
  const requirements: Requirement[] = [];
  const reasons: string[] = [];
  const take = (requirement: Requirement): void => {
    const wrong = requirementErrors(requirement);
    if (wrong.length === 0) requirements.push(requirement);
    else reasons.push(...wrong);
  };
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    take({ key, operator: "In", values: [value] });
  }
  for (const expression of selector.matchExpressions ?? []) {
    const operator = LABEL_SELECTOR_OPERATORS.get(expression.operator);
    if (operator === undefined) {
      reasons.push(
        `operator ${JSON.stringify(expression.operator)}: must be one of In, NotIn, Exists, DoesNotExist`,
      );
    } else {
      take({ key: expression.key, operator, values: expression.values ?? [] });
    }
  }
  if (reasons.length > 0) return new SelectorError(reasons.join("; "));
  return requirements.length === 0 ? Selector.everything : Selector.of(requirements);
}

/** Reads the text form of a selector, such as `app=web,tier in (front,back),!canary,cpus>4`. */
export function parseSelector(text: string): Selector | SelectorError {
  const parsed = parseSelectorText(text);
  if (typeof parsed === "string") return new SelectorError(parsed);
  const reasons = parsed.flatMap((requirement) => requirementErrors(requirement));
  return reasons.length > 0 ? new SelectorError(reasons.join("; ")) : Selector.of(parsed);
}
