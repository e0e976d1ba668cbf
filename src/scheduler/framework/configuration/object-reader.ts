import type { TimeMicros } from "../../../base/time.js";
import { lettersApart } from "../../../base/near-name.js";
import type { FieldIssues } from "../../../api/validation/field-issue.js";
import { goDurationMicros } from "./go-duration.js";

/** `, did you mean "x"?`, if one of `known` is near. */
export function nearest(name: string, known: readonly string[]): string {
  let best = "";
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const apart = lettersApart(name.toLowerCase(), candidate.toLowerCase());
    if (apart < bestDistance) {
      best = candidate;
      bestDistance = apart;
    }
  }
  return best === "" ? "" : `, did you mean "${best}"?`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What an integer may be, and what is said of one that is not in it. */
export interface IntegerRange {
  readonly min: number;
  readonly max: number;
  /** Instead of "not in valid range [min, max]". */
  readonly detail?: string;
}

/**
 * Reads one object of a configuration strictly, as the real loader does: a field that is not known
 * or has the wrong type is an issue with its path. Absent and null are the same.
 */
export class ObjectReader {
  private readonly fields: Readonly<Record<string, unknown>>;

  private constructor(
    value: Readonly<Record<string, unknown>>,
    readonly path: string,
    readonly issues: FieldIssues,
  ) {
    this.fields = value;
  }

  /** Null, with an issue, when `value` is no object. */
  static of(
    value: unknown,
    place: { readonly path: string; readonly issues: FieldIssues },
    known: readonly string[],
  ): ObjectReader | null {
    const { path, issues } = place;
    if (!isObject(value)) {
      issues.typeInvalid(path, value, "must be an object with named fields");
      return null;
    }
    const reader = new ObjectReader(value, path, issues);
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      issues.forbidden(
        reader.at(name),
        `unknown field${nearest(name, known) || `; known are ${known.join(", ")}`}`,
      );
    }
    return reader;
  }

  /** Path of a field. */
  at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  raw(name: string): unknown {
    return this.fields[name] ?? undefined;
  }

  private typed<T>(
    name: string,
    holds: (value: unknown) => value is T,
    detail: string,
  ): T | undefined {
    const value = this.raw(name);
    if (value === undefined || holds(value)) return value;
    this.issues.typeInvalid(this.at(name), value, detail);
    return undefined;
  }

  string(name: string): string | undefined {
    return this.typed(name, (value) => typeof value === "string", "must be a string");
  }

  /** A duration such as `1m30s`, in microseconds. */
  durationMicros(name: string): TimeMicros | undefined {
    const text = this.typed(
      name,
      (value): value is string =>
        typeof value === "string" && goDurationMicros(value) !== undefined,
      "must be a duration such as 10s or 1m30s",
    );
    return text === undefined ? undefined : goDurationMicros(text);
  }

  boolean(name: string): boolean | undefined {
    return this.typed(name, (value) => typeof value === "boolean", "must be true or false");
  }

  /** An integer; out of `range` it is an issue. */
  integer(name: string, range?: IntegerRange): number | undefined {
    const value = this.typed(
      name,
      (given): given is number => Number.isSafeInteger(given),
      "must be an integer",
    );
    if (value === undefined || range === undefined) return value;
    if (value >= range.min && value <= range.max) return value;
    const detail = range.detail ?? `not in valid range [${range.min}, ${range.max}]`;
    this.issues.invalid(this.at(name), value, detail);
    return undefined;
  }

  list(name: string): readonly unknown[] {
    return this.typed(name, (value) => Array.isArray(value), "must be a list") ?? [];
  }

  strings(name: string): readonly string[] {
    const strings: string[] = [];
    this.list(name).forEach((element, i) => {
      if (typeof element === "string") strings.push(element);
      else this.issues.typeInvalid(`${this.at(name)}[${i}]`, element, "must be a string");
    });
    return strings;
  }

  /** The object behind `name`; null where it is absent or none. */
  object(name: string, known: readonly string[]): ObjectReader | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    return ObjectReader.of(value, { path: this.at(name), issues: this.issues }, known);
  }

  /** The objects of a list; elements that are none are issues. */
  objects(name: string, known: readonly string[]): readonly ObjectReader[] {
    return this.list(name).flatMap((element, i) => {
      const place = { path: `${this.at(name)}[${i}]`, issues: this.issues };
      return ObjectReader.of(element, place, known) ?? [];
    });
  }
}
