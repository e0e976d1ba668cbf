import { own } from "../base/own.js";
import { KINDS } from "./kinds.js";
import { type Definition, type Field, schemaOf } from "./schemas/schema.js";

type Loose = Readonly<Record<string, unknown>>;

const DIRECTIVE = "$patch";
const RETAIN_KEYS = "$retainKeys";
const ELEMENT_ORDER = "$setElementOrder/";
const DELETE_PRIMITIVES = "$deleteFromPrimitiveList/";

function isMap(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * `object` (in Kubernetes' shape) with a strategic merge patch laid over it. Maps merge, null takes
 * a field away, lists with a merge key merge by it, other lists are replaced; `$patch`,
 * `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList` are followed. Neither argument is
 * changed; fields keep their order.
 *
 * Source: Kubernetes documentation, "Update API Objects in Place Using kubectl patch"; API
 * conventions, "Strategic Merge Patch"; merge keys and strategies as in Kubernetes' OpenAPI document.
 */
export function strategicMerge(kind: string, object: unknown, patch: unknown): unknown {
  return mergeValue(object, patch, definitionOf(kind, object));
}

/** What is wrong with a patch whatever it is laid over: elements of keyed lists without their key. */
export function strategicMergeFlaws(
  kind: string,
  patch: unknown,
): readonly { readonly path: readonly (string | number)[]; readonly message: string }[] {
  return flawsIn(patch, definitionOf(kind, patch), []);
}

/** What objects of a kind that is kept are made of, or of another by the API version of the object. */
function definitionOf(kind: string, object: unknown): Definition | undefined {
  const version = isMap(object) ? String(object.apiVersion) : "";
  const kept = Object.hasOwn(KINDS, kind) ? KINDS[kind as keyof typeof KINDS] : undefined;
  return schemaOf(kept?.apiVersion ?? version, kind);
}

/** The definition of what stands in a field, be it one object, a list or a map of them. */
function insideOf(field: Field | undefined): Definition | undefined {
  let type = field?.type;
  while (typeof type === "object" && !("object" in type)) {
    type = "listOf" in type ? type.listOf : type.mapOf;
  }
  return type === undefined || typeof type === "string" ? undefined : type.object;
}

function mergeValue(before: unknown, patch: unknown, shape: Definition | undefined): unknown {
  if (!isMap(patch)) return patch;
  if (patch[DIRECTIVE] === "replace") return withoutDirectives(patch);
  if (patch[DIRECTIVE] === "delete") return {};
  return mergeMaps(isMap(before) ? before : {}, patch, shape);
}

function mergeMaps(before: Loose, patch: Loose, shape: Definition | undefined): Loose {
  const retained = retainedFields(before, patch);
  const merged: Record<string, unknown> = { ...retained };
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN_KEYS) continue;
    if (key.startsWith(DELETE_PRIMITIVES)) {
      const field = key.slice(DELETE_PRIMITIVES.length);
      const gone = Array.isArray(value) ? value : [];
      const list = own(merged, field);
      if (Array.isArray(list)) merged[field] = list.filter((element) => !gone.includes(element));
    } else if (key.startsWith(ELEMENT_ORDER)) {
      // Orders what the patch's own list made; done below, when that list is merged.
    } else if (value === null) {
      delete merged[key];
    } else {
      const field = shape?.fields.get(key);
      if (Array.isArray(value)) define(merged, key, mergeLists(own(merged, key), value, field));
      else if (field?.isReplaced === true) define(merged, key, value);
      else define(merged, key, mergeValue(own(merged, key), value, insideOf(field)));
    }
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ELEMENT_ORDER) || !Array.isArray(order)) continue;
    const field = key.slice(ELEMENT_ORDER.length);
    const list = own(merged, field);
    if (Array.isArray(list))
      merged[field] = ordered(list, order, shape?.fields.get(field)?.mergeKey);
  }
  return merged;
}

/** Sets a field, be it called `__proto__`. */
function define(map: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}

function retainedFields(before: Loose, patch: Loose): Loose {
  const retain = patch[RETAIN_KEYS];
  if (!Array.isArray(retain)) return before;
  return Object.fromEntries(Object.entries(before).filter(([key]) => retain.includes(key)));
}

function withoutDirectives(value: Loose): Loose {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith("$")));
}

function mergeLists(
  before: unknown,
  patch: readonly unknown[],
  field: Field | undefined,
): readonly unknown[] {
  const key = field?.mergeKey;
  if (key === undefined) return patch;
  const list = Array.isArray(before) ? [...(before as unknown[])] : [];
  if (key === "") {
    return [...list, ...patch.filter((element) => !list.includes(element))];
  }
  if (patch.some((element) => isMap(element) && element[DIRECTIVE] === "replace")) {
    return patch.filter((element) => !(isMap(element) && DIRECTIVE in element));
  }
  for (const element of patch) {
    const at = list.findIndex(
      (known) => isMap(known) && isMap(element) && known[key] === element[key],
    );
    const deleted = isMap(element) && element[DIRECTIVE] === "delete";
    if (deleted && at >= 0) list.splice(at, 1);
    else if (deleted) continue;
    else if (at >= 0) list[at] = mergeValue(list[at], element, insideOf(field));
    else list.push(mergeValue(undefined, element, insideOf(field)));
  }
  return list;
}

/** The elements that `order` names in its order, each followed by those that stood behind it. */
function ordered(
  list: readonly unknown[],
  order: readonly unknown[],
  key: string | undefined,
): readonly unknown[] {
  const idOf = (element: unknown): unknown =>
    key !== undefined && key !== "" && isMap(element) ? element[key] : element;
  const rank = new Map(order.map((element, i) => [idOf(element), i]));
  let last = -1;
  return list
    .map((element) => {
      last = rank.get(idOf(element)) ?? last;
      return { element, rank: last };
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ element }) => element);
}

function flawsIn(
  patch: unknown,
  shape: Definition | undefined,
  path: readonly (string | number)[],
): readonly { readonly path: readonly (string | number)[]; readonly message: string }[] {
  if (!isMap(patch) || shape === undefined) return [];
  return Object.entries(patch).flatMap(([name, value]) => {
    const at = [...path, name];
    const field = shape.fields.get(name);
    const key = field?.mergeKey;
    if (key === undefined || value === null) return flawsIn(value, insideOf(field), at);
    if (!Array.isArray(value)) return [{ path: at, message: "expected a list" }];
    if (key === "") return [];
    return value.flatMap((element, i) => {
      if (isMap(element) && element[DIRECTIVE] === "replace") return [];
      return isMap(element) && element[key] !== undefined
        ? flawsIn(element, insideOf(field), [...at, i])
        : [
            {
              path: [...at, i],
              message: `expected the key \`${key}\`, by which elements are merged`,
            },
          ];
    });
  });
}
