import { OLDEST_MINOR } from "../../../src/api/features.js";
import {
  type Definition,
  type OpenApiDocument,
  objectsOf,
  type Property,
  referred,
} from "./openapi-documents.js";

/** A property over all documents: as the newest has it, and in which it stands. */
interface Field {
  readonly property: Property;
  readonly isRequired: boolean;
  readonly first: number;
  readonly last: number;
}

/** A definition over all documents. */
interface United {
  readonly fields: ReadonlyMap<string, Field>;
  readonly first: number;
  readonly last: number;
}

/** What stands for a definition that is a value of its own. */
const SCALARS: Readonly<Record<string, string>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": "q",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "n",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "t",
  "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "t",
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "*",
  "io.k8s.apimachinery.pkg.runtime.RawExtension": "*",
};

/**
 * All objects of the documents and what they are made of, one definition a line, in the form that
 * `src/api/schemas/schema.ts` reads. Definitions that say the same stand once.
 */
export function compactDefinitions(documents: readonly OpenApiDocument[]): {
  readonly kinds: string;
  readonly definitions: string;
} {
  const united = uniteDefinitions(documents);
  const objects = new Map<string, string>();
  for (const { definitions } of documents) {
    for (const [name, definition] of Object.entries(definitions)) {
      for (const { apiVersion, kind } of objectsOf(definition)) {
        objects.set(`${apiVersion} ${kind}`, name);
      }
    }
  }
  const reached = reachedFrom(objects.values(), united);
  const nameOf = shortNames(reached, united);
  const lines = new Map<string, string>();
  for (const name of reached) {
    lines.set(
      nameOf.get(name)!,
      lineOf(name, united, (other) => nameOf.get(other) ?? "*"),
    );
  }
  return {
    definitions: sorted([...lines].map(([name, line]) => `${name} ${line}`.trimEnd())).join("\n"),
    kinds: kindLines(objects, nameOf).join("\n"),
  };
}

function sorted(texts: readonly string[]): readonly string[] {
  return texts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** `apps/v1 DaemonSet Deployment …`; `Kind=Definition` where the two are not called the same. */
function kindLines(
  objects: ReadonlyMap<string, string>,
  nameOf: ReadonlyMap<string, string>,
): readonly string[] {
  const byVersion = new Map<string, string[]>();
  for (const [object, definition] of objects) {
    const [apiVersion = "", kind = ""] = object.split(" ");
    const name = nameOf.get(definition)!;
    const entry = name === kind ? kind : `${kind}=${name}`;
    byVersion.set(apiVersion, [...(byVersion.get(apiVersion) ?? []), entry]);
  }
  return sorted([...byVersion].map(([version, kinds]) => `${version} ${sorted(kinds).join(" ")}`));
}

function uniteDefinitions(documents: readonly OpenApiDocument[]): ReadonlyMap<string, United> {
  const united = new Map<string, { fields: Map<string, Field>; first: number; last: number }>();
  for (const { minor, definitions } of documents) {
    for (const [name, definition] of Object.entries(definitions)) {
      const known = united.get(name) ?? { fields: new Map(), first: minor, last: minor };
      known.last = minor;
      addFields(known.fields, definition, minor);
      united.set(name, known);
    }
  }
  return united;
}

function addFields(fields: Map<string, Field>, definition: Definition, minor: number): void {
  for (const [field, property] of Object.entries(definition.properties ?? {})) {
    const known = fields.get(field);
    // What became optional is always there in the objects of some version.
    const isRequired = definition.required?.includes(field) === true || known?.isRequired === true;
    fields.set(field, {
      property,
      isRequired,
      first: known?.first ?? minor,
      last: minor,
    });
  }
}

function* referencesOf(property: Property): Generator<string> {
  const name = referred(property);
  if (name !== undefined) yield name;
  if (property.items !== undefined) yield* referencesOf(property.items);
  if (property.additionalProperties !== undefined) {
    yield* referencesOf(property.additionalProperties);
  }
}

/** Definitions with fields that the given ones lead to, themselves included. */
function reachedFrom(
  roots: Iterable<string>,
  united: ReadonlyMap<string, United>,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name) || SCALARS[name] !== undefined) continue;
    const { fields } = united.get(name)!;
    if (fields.size === 0) continue;
    reached.add(name);
    for (const { property } of fields.values()) open.push(...referencesOf(property));
  }
  return reached;
}

/**
 * The last part of each name. Definitions of one last part that say the same, down to what they refer
 * to, share it; the others but the first have their API version behind it.
 */
function shortNames(
  reached: ReadonlySet<string>,
  united: ReadonlyMap<string, United>,
): ReadonlyMap<string, string> {
  const names = byAge([...reached]);
  let classOf = new Map(names.map((name) => [name, lastPart(name)]));
  for (;;) {
    const groups = new Map<string, string>();
    const next = new Map<string, string>();
    const taken = new Set<string>();
    for (const name of names) {
      const line = lineOf(name, united, (other) => classOf.get(other) ?? "*");
      const signature = `${lastPart(name)} ${line}`;
      let label = groups.get(signature);
      if (label === undefined) {
        label = taken.has(lastPart(name)) ? qualified(name) : lastPart(name);
        taken.add(label);
        groups.set(signature, label);
      }
      next.set(name, label);
    }
    if (new Set(next.values()).size === new Set(classOf.values()).size) return next;
    classOf = next;
  }
}

/** Newest stable versions before others, core before other groups: they keep the short names. */
function byAge(names: readonly string[]): readonly string[] {
  const rank = (name: string): string => {
    const [, group = "", version = ""] = /\.([^.]+)\.(v[^.]+)\.[^.]+$/.exec(name) ?? [];
    const [, stable, next] = /^v(\d+)(alpha|beta)?/.exec(version) ?? [];
    const maturity = next === undefined ? 0 : next === "beta" ? 1 : 2;
    const old = group === "extensions" ? 1 : 0;
    return `${old}${maturity}${group === "core" || group === "meta" ? 0 : 1}${9 - Number(stable)}`;
  };
  return sorted(names).toSorted((a, b) => rank(a).localeCompare(rank(b)));
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** `ResourceClaim.resource.v1` of `io.k8s.api.resource.v1.ResourceClaim`. */
function qualified(name: string): string {
  const parts = name.split(".");
  return `${parts.at(-1)}.${parts.at(-3)}.${parts.at(-2)}`;
}

function lineOf(
  name: string,
  united: ReadonlyMap<string, United>,
  nameOf: (other: string) => string,
): string {
  const definition = united.get(name)!;
  const fields = sorted([...definition.fields.keys()]).map((field) => {
    const { property, isRequired, first, last } = definition.fields.get(field)!;
    const since = first > Math.max(OLDEST_MINOR, definition.first) ? first : "";
    const until = last < definition.last ? `-${last}` : "";
    const served = since === "" && until === "" ? "" : `@${since}${until}`;
    return `${isRequired ? "!" : ""}${field}:${typeText(property, nameOf)}${listText(property)}${served}`;
  });
  return fields.join(" ");
}

function typeText(property: Property, nameOf: (other: string) => string): string {
  const name = referred(property);
  if (name !== undefined) return SCALARS[name] ?? nameOf(name);
  if (property.items !== undefined) return `[${typeText(property.items, nameOf)}]`;
  if (property.additionalProperties !== undefined) {
    return `{${typeText(property.additionalProperties, nameOf)}}`;
  }
  switch (property.type) {
    case "string":
      return property.enum === undefined ? "s" : `s<${property.enum.join("|")}>`;
    case "boolean":
      return "b";
    case "integer":
      return property.format === "int32" ? "i" : "l";
    case "number":
      return "f";
    default:
      return "*";
  }
}

/** How a list is merged by a strategic patch (`~key`, `~`), a map replaced (`=`), what is unique (`#`). */
function listText(property: Property): string {
  const strategies = (property["x-kubernetes-patch-strategy"] ?? "").split(",");
  const key = property["x-kubernetes-patch-merge-key"] ?? "";
  const merge =
    property.type === "array" && strategies.includes("merge")
      ? `~${key}`
      : strategies.includes("replace")
        ? "="
        : "";
  const type = property["x-kubernetes-list-type"];
  const keys = (property["x-kubernetes-list-map-keys"] ?? []).join(",");
  return `${merge}${type === "map" || type === "set" ? `#${keys}` : ""}`;
}
