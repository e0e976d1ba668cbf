import { z } from "zod";
import type { Parsed } from "../units.js";

/** Where the number of a default comes from; shown in the reference. */
type Source = "upstream" | "measured" | "assumed";

interface LeafSchema {
  /** Name under `$defs` of the generated JSON Schema. */
  readonly id?: string;
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly examples?: readonly unknown[];
  readonly [keyword: string]: unknown;
}

/**
 * A value with a syntax of its own: `jsonSchema` tells editors its form, `parse` reads it or says
 * what would be right.
 */
export function leaf<T>(jsonSchema: LeafSchema, parse: (raw: unknown) => Parsed<T>) {
  return z
    .unknown()
    .meta({ ...jsonSchema })
    .transform((raw, context): T => {
      const parsed = raw === undefined ? { problem: "is required" } : parse(raw);
      if ("value" in parsed) return parsed.value;
      context.addIssue({ code: "custom", message: parsed.problem, input: raw });
      return z.NEVER;
    });
}

/** A key of the contract that this version refuses by name. */
export function notYet(feature: string) {
  return z
    .unknown()
    .meta({ not: {}, description: `Not supported yet: ${feature}.`, "x-not-supported": true })
    .transform((raw, context): undefined => {
      if (raw !== undefined) {
        const message = `not supported yet: ${feature}`;
        context.addIssue({ code: "custom", message, input: raw });
      }
      return undefined;
    })
    .optional();
}

/** Keys that this version refuses, each with what is missing. */
export const refused = <N extends string>(flags: Readonly<Record<N, string>>) =>
  Object.fromEntries(
    Object.entries<string>(flags).map(([name, owner]) => [name, notYet(`${owner} (\`${name}\`)`)]),
  ) as Record<N, ReturnType<typeof notYet>>;

/** Becomes `default` in the JSON Schema. */
export const DEFAULT_KEYWORD = "x-default";

interface Described {
  /** As one would write it in the file. */
  readonly default?: unknown;
  readonly source?: Source;
}

/** The schema with what the reference says of the key. */
export function described<S extends z.ZodType>(
  schema: S,
  description: string,
  extra: Described = {},
): S {
  return schema.meta({
    description,
    // zod leaves the default of what is transformed out of a JSON Schema: it goes in under this name.
    ...(extra.default === undefined ? {} : { [DEFAULT_KEYWORD]: extra.default }),
    ...(extra.source === undefined ? {} : { "x-source": extra.source }),
  }) as S;
}

/** Lays a parsed value's bounds over a leaf's parser. */
export function bounded<T>(
  parse: (raw: unknown) => Parsed<T>,
  holds: (value: T) => boolean,
  problem: string,
): (raw: unknown) => Parsed<T> {
  return (raw) => {
    const parsed = parse(raw);
    return "value" in parsed && !holds(parsed.value) ? { problem } : parsed;
  };
}
