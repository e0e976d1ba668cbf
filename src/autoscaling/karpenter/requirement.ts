import { parseInt64 } from "../../api/label-selector.js";
import { currentKey } from "./well-known-labels.js";

const MAX_INT64 = 2n ** 63n - 1n;
const NO_VALUES: ReadonlySet<string> = new Set();
/** More values than that are only counted in a requirement's text. */
const SHOWN_VALUES = 5;

/** A requirement as manifests have it. */
export interface RawRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
  readonly minValues?: number;
}

/** What the values of a key may be: a kind of set, never an operator of comparison. */
type SetOperator = "In" | "NotIn" | "Exists" | "DoesNotExist";

/**
 * What is allowed as the value of one label: some values, or all but some, or the integers within bounds.
 * Immutable, so that it can be shared and its text kept.
 *
 * Source: karpenter 1.15, `pkg/scheduling/requirement.go`.
 */
export class Requirement {
  private shownText: string | null = null;
  private fullText: string | null = null;
  private sortedValues: readonly string[] | null = null;

  private constructor(
    readonly key: string,
    /** True: `values` are those that are not allowed. */
    readonly isComplement: boolean,
    readonly values: ReadonlySet<string>,
    /** Inclusive bounds; with either of them only integers are allowed. */
    readonly least: bigint | null,
    readonly most: bigint | null,
    /** How many different values a choice of instance types must leave open. */
    readonly minValues: number | null,
  ) {}

  static in(key: string, values: Iterable<string>, minValues: number | null = null): Requirement {
    return new Requirement(currentKey(key), false, new Set(values), null, null, minValues);
  }

  static exists(key: string): Requirement {
    return new Requirement(currentKey(key), true, NO_VALUES, null, null, null);
  }

  static doesNotExist(key: string, minValues: number | null = null): Requirement {
    return new Requirement(currentKey(key), false, NO_VALUES, null, null, minValues);
  }

  static of({ key, operator, values = [], minValues }: RawRequirement): Requirement {
    const name = currentKey(key);
    const min = minValues ?? null;
    const bound = () => parseInt64(values[0] ?? "") ?? 0n;
    switch (operator) {
      case "In":
        return new Requirement(name, false, new Set(values), null, null, min);
      case "DoesNotExist":
        return new Requirement(name, false, NO_VALUES, null, null, min);
      case "NotIn":
        return new Requirement(name, true, new Set(values), null, null, min);
      case "Gt": {
        const over = bound();
        if (over === MAX_INT64) return Requirement.doesNotExist(name);
        return new Requirement(name, true, NO_VALUES, over + 1n, null, min);
      }
      case "Gte":
        return new Requirement(name, true, NO_VALUES, bound(), null, min);
      case "Lt":
        return new Requirement(name, true, NO_VALUES, null, bound() - 1n, min);
      case "Lte":
        return new Requirement(name, true, NO_VALUES, null, bound(), min);
      default:
        return new Requirement(name, true, NO_VALUES, null, null, min);
    }
  }

  get operator(): SetOperator {
    if (this.isComplement) return this.values.size > 0 ? "NotIn" : "Exists";
    return this.values.size > 0 ? "In" : "DoesNotExist";
  }

  /** NotIn and DoesNotExist: a node without the label fulfils it, too. */
  get allowsAbsence(): boolean {
    return this.isComplement === this.values.size > 0;
  }

  has(value: string): boolean {
    return this.values.has(value) !== this.isComplement && isWithin(value, this.least, this.most);
  }

  /** The one value that is allowed, where it is one. */
  get single(): string | undefined {
    if (this.isComplement || this.values.size !== 1) return undefined;
    const [value] = this.values;
    return value;
  }

  /** The values of the set, ascending. */
  get sorted(): readonly string[] {
    this.sortedValues ??= [...this.values].sort();
    return this.sortedValues;
  }

  withMinValues(minValues: number | null): Requirement {
    const { key, isComplement, values, least, most } = this;
    return new Requirement(key, isComplement, values, least, most, minValues);
  }

  /** What both allow. */
  intersection(other: Requirement): Requirement {
    if (other === this) return this;
    const least = larger(this.least, other.least);
    const most = smaller(this.most, other.most);
    const minValues = largerCount(this.minValues, other.minValues);
    if (least !== null && most !== null && least > most) {
      return Requirement.doesNotExist(this.key, minValues);
    }
    const isComplement = this.isComplement && other.isComplement;
    const values = [...combined(this, other)].filter((value) => isWithin(value, least, most));
    for (const side of [this, other]) {
      // Identity is kept where nothing is lost: signatures are remembered by object.
      const isWhole = !side.isComplement && side.values.size === values.length;
      if (isWhole && side.minValues === minValues) return side;
    }
    return new Requirement(
      this.key,
      isComplement,
      new Set(values),
      isComplement ? least : null,
      isComplement ? most : null,
      minValues,
    );
  }

  /** True if there is a value that both allow. */
  hasIntersection(other: Requirement): boolean {
    const least = larger(this.least, other.least);
    const most = smaller(this.most, other.most);
    if (least !== null && most !== null && least > most) return false;
    if (this.isComplement && other.isComplement) return true;
    const [few, rest] = this.isComplement ? [other, this] : [this, other];
    for (const value of few.values) {
      if (rest.values.has(value) !== rest.isComplement && isWithin(value, least, most)) return true;
    }
    return false;
  }

  /** As manifests have it; two entries for what is bounded from both sides. */
  raw(): readonly RawRequirement[] {
    const { key, least, most } = this;
    const min = this.minValues === null ? {} : { minValues: this.minValues };
    const bounds: RawRequirement[] = [];
    if (least !== null) bounds.push({ key, operator: "Gte", values: [String(least)], ...min });
    if (most !== null) bounds.push({ key, operator: "Lte", values: [String(most)], ...min });
    if (bounds.length > 0) return bounds;
    if (this.values.size === 0) return [{ key, operator: this.operator, ...min }];
    return [{ key, operator: this.operator, values: this.sorted, ...min }];
  }

  /** Equal for requirements that allow the same; minimums aside. */
  get signature(): string {
    this.fullText ??= `${this.isComplement ? "!" : ""}${JSON.stringify(this.sorted)}${this.least ?? ""}:${this.most ?? ""}`;
    return this.fullText;
  }

  toString(): string {
    this.shownText ??= this.describe();
    return this.shownText;
  }

  private describe(): string {
    let text = `${this.key} ${this.operator}`;
    if (this.values.size > 0) {
      const shown = this.sorted.slice(0, SHOWN_VALUES);
      const more = this.values.size - shown.length;
      text += ` [${shown.join(" ")}${more > 0 ? ` and ${more} others` : ""}]`;
    }
    if (this.least !== null) text += ` >=${this.least}`;
    if (this.most !== null) text += ` <=${this.most}`;
    if (this.minValues !== null) text += ` minValues ${this.minValues}`;
    return text;
  }
}

function* combined(a: Requirement, b: Requirement): Iterable<string> {
  if (a.isComplement && b.isComplement) {
    yield* a.values;
    yield* b.values;
    return;
  }
  const [few, rest] = a.isComplement ? [b, a] : [a, b];
  for (const value of few.values) {
    if (rest.values.has(value) !== rest.isComplement) yield value;
  }
}

function isWithin(value: string, least: bigint | null, most: bigint | null): boolean {
  if (least === null && most === null) return true;
  const number = parseInt64(value);
  if (number === undefined) return false;
  return (least === null || number >= least) && (most === null || number <= most);
}

function larger(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

function smaller(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

function largerCount(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
