import { z } from "zod";
import type { Path } from "./yaml-source.js";

interface JsonSchema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly "x-not-supported"?: boolean;
}

/** The keys that a schema knows in the map at `path`, without those that it refuses by name. */
export function knownKeys(schema: z.ZodType, path: Path): readonly string[] {
  const root = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  let here: readonly JsonSchema[] = [root];
  for (const part of path) {
    here = here.flatMap((one) => alternatives(root, one)).flatMap((one) => below(one, part));
  }
  const keys = here
    .flatMap((one) => alternatives(root, one))
    .flatMap((one) => Object.entries(one.properties ?? {}))
    .filter(([, property]) => property["x-not-supported"] !== true)
    .map(([key]) => key);
  return [...new Set(keys)];
}

function alternatives(root: JsonSchema, schema: JsonSchema): readonly JsonSchema[] {
  const name = schema.$ref?.replace("#/$defs/", "");
  const target = name === undefined ? schema : (root.$defs?.[name] ?? schema);
  return target.anyOf === undefined
    ? [target]
    : target.anyOf.flatMap((one) => alternatives(root, one));
}

function below(schema: JsonSchema, part: string | number): readonly JsonSchema[] {
  if (typeof part === "number") return schema.items === undefined ? [] : [schema.items];
  const property = schema.properties?.[part];
  if (property !== undefined) return [property];
  return typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
}
