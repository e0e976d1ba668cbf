import type { PodTemplateSpec } from "../api/kubernetes.js";
import { parseQuantity, QuantityError } from "../api/quantity.js";
import { fnv1a } from "../base/fnv.js";

export const POD_TEMPLATE_HASH = "pod-template-hash";

/** The alphabet of names that are generated: no vowels, nothing easily confused. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
/** Where an empty object says something else than an absent one. */
const MEANS_SOMETHING_EMPTY: ReadonlySet<string> = new Set([
  "labelSelector",
  "namespaceSelector",
  "emptyDir",
]);

/**
 * Pod templates by content. Two are equal when they mean the same: whatever the order of keys, with
 * fields that are absent, null or empty, quantities written in different ways, and whatever their
 * pod-template-hash label.
 */
export class TemplateContents {
  private readonly texts = new WeakMap<PodTemplateSpec, string>();

  equal(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
    return a === b || this.textOf(a ?? {}) === this.textOf(b ?? {});
  }

  /**
   * The pod-template-hash of a template: 32 bits of FNV-1a over its content and, once a name was
   * taken by another template, the Deployment's count of collisions.
   */
  hashOf(template: PodTemplateSpec, collisionCount: number | undefined): string {
    const text = this.textOf(template);
    const salted = collisionCount === undefined ? text : `${text}#${collisionCount}`;
    let name = "";
    for (const digit of String(fnv1a(salted) >>> 0)) {
      name += ALPHABET[digit.charCodeAt(0) % ALPHABET.length]!;
    }
    return name;
  }

  private textOf(template: PodTemplateSpec): string {
    let text = this.texts.get(template);
    if (text === undefined) {
      text = JSON.stringify(canonical(withoutHash(template), "")) ?? "";
      this.texts.set(template, text);
    }
    return text;
  }
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const labels = template.metadata?.labels;
  if (labels === undefined || !(POD_TEMPLATE_HASH in labels)) return template;
  const { [POD_TEMPLATE_HASH]: _, ...rest } = labels;
  return { ...template, metadata: { ...template.metadata, labels: rest } };
}

/** The value with its keys in order and without what says nothing; undefined for nothing at all. */
function canonical(value: unknown, key: string): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((item) => canonical(item, "") ?? {});
  }
  if (typeof value !== "object") return value;
  const isAmounts = key === "requests" || key === "limits";
  const entries: [string, unknown][] = [];
  for (const name of Object.keys(value).sort()) {
    const field: unknown = (value as Record<string, unknown>)[name];
    const content = isAmounts ? canonicalAmount(field) : canonical(field, name);
    if (content !== undefined) entries.push([name, content]);
  }
  if (entries.length === 0 && !MEANS_SOMETHING_EMPTY.has(key)) return undefined;
  return Object.fromEntries(entries);
}

function canonicalAmount(amount: unknown): unknown {
  if (typeof amount !== "string" && typeof amount !== "number") return amount;
  const quantity = parseQuantity(amount);
  return quantity instanceof QuantityError ? amount : quantity.toString();
}
