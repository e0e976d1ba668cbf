import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parse,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { keyText, plainScalar, taggedScalar } from "./go-yaml-scalars.js";
import { ownText } from "./own-text.js";
import type { Dialect } from "./syntax-flaw.js";

/** What is wrong, and where in the text. */
export class YamlFlaw extends Error {
  override readonly name = "YamlFlaw";

  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/** A document as Kubernetes' tools read it. */
export interface KubernetesValue {
  readonly value: unknown;
  /** Keys that stood in their map before: what they say here counts. */
  readonly repeated: readonly { readonly offset: number; readonly key: string }[];
}

/** How documents are composed that {@link kubernetesValue} reads: their scalars stay text. */
export const KUBERNETES_COMPOSING = {
  version: "1.1",
  schema: "failsafe",
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "error",
} as const;

/** Go's reader takes `\'`, which no YAML has. */
export const KUBERNETES_DIALECT: Dialect = { versions: ["1.1"], escapes: ["\\'"] };

const MAX_DEPTH = 200;
const CONTROL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/** Where a character stands that YAML has no room for; -1 where none does. */
export function controlCharacterAt(text: string): number {
  return text.search(CONTROL);
}

/**
 * The value of a document as sigs.k8s.io/yaml makes JSON of it: YAML 1.1's scalars, of equal keys the
 * last counts, and a merge (`<<`) writes over what stands before it. Throws a {@link YamlFlaw} at what it refuses.
 */
export function kubernetesValue(document: Document.Parsed, text: string): KubernetesValue {
  return new Reader(document, text).whole();
}

class Reader {
  private readonly repeated: { offset: number; key: string }[] = [];
  private readonly targets: ReadonlyMap<Alias, Node>;
  private readonly open = new Set<Node>();
  private depth = 0;
  private nodes = 0;
  private copies = 0;
  private aliasDepth = 0;

  constructor(
    private readonly document: Document.Parsed,
    private readonly text: string,
  ) {
    this.targets = text.includes("*") ? targetsOf(document) : new Map();
  }

  whole(): KubernetesValue {
    return { value: this.read(this.document.contents), repeated: this.repeated };
  }

  private read(node: unknown): unknown {
    if (node === null || node === undefined) return null;
    this.count(node as Node);
    if (isScalar(node)) return jsonValue(this.scalar(node), node);
    if (isAlias(node)) return this.within(node, (target) => this.read(target));
    if (++this.depth > MAX_DEPTH) throw new RangeError("nested too deeply");
    let value: unknown = null;
    if (isMap(node)) {
      const object: Record<string, unknown> = {};
      this.fill(object, node);
      value = object;
    } else if (isSeq(node)) {
      value = node.items.map((item) => (isPair(item) ? this.single(item) : this.read(item)));
    }
    this.depth--;
    return value;
  }

  /** `[a: b]`: a map of one pair. */
  private single(pair: { key: unknown; value: unknown }): unknown {
    const object: Record<string, unknown> = {};
    this.put(object, pair, new Set());
    return object;
  }

  private fill(object: Record<string, unknown>, map: YAMLMap): void {
    const seen = new Set<string>();
    for (const pair of map.items) {
      const { key } = pair;
      if (isScalar(key) && key.type === "PLAIN" && key.source === "<<") {
        this.merge(object, pair.value as Node);
      } else {
        this.put(object, pair, seen);
      }
    }
  }

  private put(
    object: Record<string, unknown>,
    { key, value }: { key: unknown; value: unknown },
    seen: Set<string>,
  ): void {
    const name = this.keyOf(key as Node | null);
    if (seen.has(name)) this.repeated.push({ offset: offsetOf(key), key: name });
    seen.add(name);
    define(object, name, this.read(value));
  }

  private keyOf(key: Node | null): string {
    const node = isAlias(key) ? this.targets.get(key) : key;
    const offset = offsetOf(key);
    if (!isScalar(node)) {
      if (node === null) throw new YamlFlaw(offset, "a key is missing here: expected a text");
      throw new YamlFlaw(offset, "a map or a list cannot be a key: expected a text");
    }
    this.count(node);
    const name = keyText(this.scalar(node), writtenIn(node));
    if (name === undefined) throw new YamlFlaw(offset, "cannot be a key: expected a text");
    return name;
  }

  /** Lays maps over what stands in the object already; of a list the first one wins. */
  private merge(object: Record<string, unknown>, value: Node | null): void {
    const target = isAlias(value) ? this.targets.get(value) : value;
    if (isMap(target)) {
      if (isAlias(value)) this.within(value, () => this.fill(object, target));
      else this.fill(object, target);
      return;
    }
    if (!isSeq(value) || isAlias(value)) {
      throw new YamlFlaw(offsetOf(value), "expected a map to merge, or a list of maps");
    }
    for (const item of value.items.toReversed()) {
      const map = isAlias(item) ? this.targets.get(item) : item;
      if (!isMap(map)) throw new YamlFlaw(offsetOf(item), "expected a map to merge");
      this.merge(object, item as Node);
    }
  }

  private within<T>(alias: Alias, read: (target: Node) => T): T {
    const target = this.targets.get(alias);
    const offset = offsetOf(alias);
    if (target === undefined)
      throw new YamlFlaw(offset, `there is no anchor \`${alias.source}\` before it`);
    if (this.open.has(target)) {
      throw new YamlFlaw(offset, "an alias stands inside of what it repeats");
    }
    this.open.add(target);
    this.aliasDepth++;
    if (++this.depth > MAX_DEPTH) throw new RangeError("nested too deeply");
    const result = read(target);
    this.depth--;
    this.aliasDepth--;
    this.open.delete(target);
    return result;
  }

  /** Refuses documents that aliases make far larger than what is written. */
  private count(node: Node): void {
    this.nodes++;
    if (this.aliasDepth > 0) this.copies++;
    if (this.copies <= 100 || this.nodes <= 1000) return;
    if (this.copies / this.nodes > allowedShare(this.nodes)) {
      const message = "its aliases expand to far more than what is written: write the values out";
      throw new YamlFlaw(offsetOf(node), message);
    }
  }

  private scalar(node: Scalar): string | number | boolean | null {
    if (node.type === "QUOTE_DOUBLE") return this.doubleQuoted(node);
    const text = String(node.value ?? "");
    return node.type === "PLAIN" && node.tag === undefined
      ? plainScalar(text)
      : this.tagged(node, text);
  }

  private tagged(node: Scalar, text: string): string | number | boolean | null {
    if (node.tag === undefined) return text;
    const tagged = taggedScalar(node.tag, text);
    if ("value" in tagged) return tagged.value;
    throw new YamlFlaw(offsetOf(node), `${tagged.problem}, as its tag says`);
  }

  /** YAML 1.1 has no `\/`. */
  private doubleQuoted(node: Scalar): string | number | boolean | null {
    const [from, to] = node.range!;
    const raw = this.text.slice(from, to);
    if (!raw.includes("\\")) return this.tagged(node, String(node.value ?? ""));
    const escapes = [...raw.matchAll(/\\([\s\S])/g)];
    const slash = escapes.find(([, character]) => character === "/");
    if (slash !== undefined) {
      const message = "`\\/` is no escape in double quotes: expected `/` alone";
      throw new YamlFlaw(from + slash.index, message);
    }
    const isOdd = escapes.some(([, character]) => character === "'");
    return this.tagged(
      node,
      isOdd
        ? String(parse(raw.replace(/\\([\s\S])/g, (all, one) => (one === "'" ? one : all))))
        : String(node.value ?? ""),
    );
  }
}

/** What the aliases of a document stand for: the last anchor of that name before them. */
function targetsOf(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias(_, alias) {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** Of all that is read, the share that may come from aliases: less of it, the larger the document is. */
function allowedShare(nodes: number): number {
  const [low, high] = [400_000, 4_000_000];
  const along = Math.min(1, Math.max(0, (nodes - low) / (high - low)));
  return 0.99 - 0.89 * along;
}

function jsonValue(value: string | number | boolean | null, node: Scalar): unknown {
  if (typeof value === "string") return ownText(value);
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new YamlFlaw(offsetOf(node), `${writtenIn(node)} has no form in JSON: expected a number`);
  }
  return value;
}

function writtenIn(node: Scalar): string {
  return typeof node.value === "string" ? node.value : "";
}

function offsetOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}

/** Sets a field, be it called `__proto__`. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") object[key] = value;
  else
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
}
