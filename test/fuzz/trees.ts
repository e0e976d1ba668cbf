import { parseAllDocuments } from "yaml";

export type Json = unknown;
type Holder = Record<string, Json> | Json[];

/** All places of a tree at which something hangs. */
export function placesOf(root: Json): readonly (readonly [Holder, string | number])[] {
  const found: [Holder, string | number][] = [];
  const visit = (value: Json) => {
    if (Array.isArray(value)) {
      value.forEach((item, i) => {
        found.push([value, i]);
        visit(item);
      });
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        found.push([value as Record<string, Json>, key]);
        visit(item);
      }
    }
  };
  visit(root);
  return found;
}

export const at = (holder: Holder, key: string | number): Json =>
  (holder as Record<string, Json>)[key];
export const put = (holder: Holder, key: string | number, value: Json): void => {
  Object.defineProperty(holder, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
};
export const drop = (holder: Holder, key: string | number): void => {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[String(key)];
};

/** The documents of a text that can be read. */
export function treesOf(text: string): Json[] {
  try {
    return parseAllDocuments(text, { logLevel: "error" })
      .filter(({ errors }) => errors.length === 0)
      .map((document) => document.toJS({ maxAliasCount: 100 }));
  } catch {
    return [];
  }
}
