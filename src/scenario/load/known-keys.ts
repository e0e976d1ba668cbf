import type { JsonSchema } from "../schema/json-schema.js";
import type { Path } from "./yaml-source.js";

/** The keys that the schema `root` allows in the map at `path`, without those that are refused by name. */
export function knownKeys(root: JsonSchema, path: Path): readonly string[] {
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
  const properties = schema.properties ?? {};
  if (Object.hasOwn(properties, part)) return [properties[part]!];
  return typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
}
