import { CUSTOM_DEFINITIONS, CUSTOM_KINDS_BY_VERSION } from "./custom-definitions.js";
import { DEFINITIONS, KINDS_BY_VERSION } from "./definitions.js";

/** Types of single values: integers of 32 and 64 bits, quantities and times are told apart. */
export type ScalarType =
  | "string"
  | "boolean"
  | "int32"
  | "int64"
  | "number"
  | "quantity"
  | "intOrString"
  | "time"
  | "any";

export type ValueType =
  | ScalarType
  | { readonly listOf: ValueType }
  | { readonly mapOf: ValueType }
  | { readonly object: Definition };

/** A field as Kubernetes' OpenAPI document has it. */
export interface Field {
  readonly name: string;
  readonly type: ValueType;
  readonly isRequired: boolean;
  /** Minor versions whose document has it; absent where the table has no other. */
  readonly since?: number;
  readonly until?: number;
  /** Of a list that a strategic patch merges: the key of its elements, empty for plain values. */
  readonly mergeKey?: string;
  /** A map that a strategic patch replaces as a whole. */
  readonly isReplaced?: boolean;
  /** Of a list with unique elements: the keys that tell them apart, none for plain values. */
  readonly uniqueBy?: readonly string[];
}

/** An object or a part of one, with its fields. */
export interface Definition {
  /** The name, with its group and version where another definition has the same: `EndpointPort.discovery.v1`. */
  readonly key: string;
  /** Kubernetes' own name, `PodSpec`. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
}

const SCALARS: Readonly<Record<string, ScalarType>> = {
  s: "string",
  b: "boolean",
  i: "int32",
  l: "int64",
  f: "number",
  q: "quantity",
  n: "intOrString",
  t: "time",
  "*": "any",
};

/** `!name:type~mergeKey#unique,keys@since-until`. */
const FIELD = /^(!?)([^:]+):([^~=#@]+)(?:~([^#@]*)|(=))?(?:#([^@]*))?(?:@(\d*)(?:-(\d+))?)?$/;

interface Unfinished {
  readonly key: string;
  readonly name: string;
  readonly fields: Map<string, Field>;
}

function readDefinitions(text: string): ReadonlyMap<string, Definition> {
  const lines = text.split("\n").map((line) => line.split(" "));
  const definitions = new Map(
    lines.map(([key = ""]): [string, Unfinished] => [
      key,
      { key, name: key.split(".")[0]!, fields: new Map() },
    ]),
  );
  for (const [key = "", ...fields] of lines) {
    const into = definitions.get(key)!.fields;
    for (const written of fields) {
      const field = readField(written, definitions);
      into.set(field.name, field);
    }
  }
  return definitions;
}

function readField(text: string, definitions: ReadonlyMap<string, Definition>): Field {
  const [, required, name = "", type = "", mergeKey, replaced, unique, since, until] =
    FIELD.exec(text)!;
  return {
    name,
    type: readType(type, definitions),
    isRequired: required === "!",
    ...(mergeKey === undefined ? {} : { mergeKey }),
    ...(replaced === undefined ? {} : { isReplaced: true }),
    ...(unique === undefined ? {} : { uniqueBy: unique === "" ? [] : unique.split(",") }),
    ...(since === undefined || since === "" ? {} : { since: Number(since) }),
    ...(until === undefined ? {} : { until: Number(until) }),
  };
}

function readType(text: string, definitions: ReadonlyMap<string, Definition>): ValueType {
  const inside = text.slice(1, -1);
  if (text.startsWith("[")) return { listOf: readType(inside, definitions) };
  if (text.startsWith("{")) return { mapOf: readType(inside, definitions) };
  return SCALARS[text] ?? { object: definitions.get(text)! };
}

function readKinds(text: string): ReadonlyMap<string, string> {
  const kinds = text.split("\n").flatMap((line) => {
    const [apiVersion = "", ...entries] = line.split(" ");
    return entries.map((entry): [string, string] => {
      const [kind = "", definition = kind] = entry.split("=");
      return [`${apiVersion} ${kind}`, definition];
    });
  });
  return new Map(kinds);
}

const definitionOf = readDefinitions(`${DEFINITIONS}\n${CUSTOM_DEFINITIONS}`);
const definitionOfKind = readKinds(`${KINDS_BY_VERSION}\n${CUSTOM_KINDS_BY_VERSION}`);

/** What objects of that API version and kind are made of; undefined for what is not known. */
export function schemaOf(apiVersion: string, kind: string): Definition | undefined {
  const name = definitionOfKind.get(`${apiVersion} ${kind}`);
  return name === undefined ? undefined : definitionOf.get(name);
}
