import { type Document, isMap, isNode, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { Path } from "./yaml-source.js";

type PairOfKey = ReadonlyMap<string, Pair>;

/** Where the fields of a document stand in its text. */
export class NodePlaces {
  /** The pairs of maps by key, for those that were asked about. */
  private readonly byMap = new WeakMap<Node, PairOfKey>();

  constructor(private readonly document: Document.Parsed) {}

  /** Offset of a value, or of the nearest field above it that is there; with `atKey`, of the key. */
  offsetOf(path: Path, atKey: boolean): number {
    return this.find(path, atKey).offset;
  }

  /** A scalar as it is written without quotes; undefined for what is none. */
  plainText(path: Path): string | undefined {
    const { node } = this.find(path, false);
    return isScalar(node) && node.type === "PLAIN" ? node.source : undefined;
  }

  private find(path: Path, atKey: boolean): { readonly offset: number; readonly node?: Node } {
    let node = this.document.contents as Node;
    let offset = node.range?.[0] ?? 0;
    for (const [depth, part] of path.entries()) {
      const pair = this.pairOf(node, part);
      const key = isNode(pair?.key) ? pair.key : undefined;
      const value = isSeq(node) ? node.items[Number(part)] : pair?.value;
      const child = this.resolved(value);
      const last = depth === path.length - 1;
      if (key !== undefined && ((last && atKey) || child === undefined)) {
        return { offset: key.range?.[0] ?? offset };
      }
      if (child === undefined) return { offset };
      // An empty value has no place of its own worth showing: its key does.
      const empty = child.range !== undefined && child.range?.[0] === child.range?.[1];
      offset = (empty ? key?.range?.[0] : child.range?.[0]) ?? offset;
      node = child;
    }
    return { offset, node };
  }

  private resolved(node: unknown): Node | undefined {
    if (!isNode(node)) return undefined;
    return "resolve" in node && typeof node.resolve === "function"
      ? ((node.resolve(this.document) as Node | undefined) ?? node)
      : node;
  }

  private pairOf(parent: Node, part: string | number): Pair | undefined {
    if (!isMap(parent)) return undefined;
    let pairs = this.byMap.get(parent);
    if (pairs === undefined) {
      // Of equal keys the last one counts.
      const keys = parent.items.map((pair): [string, Pair] => {
        const key = isScalar(pair.key) ? pair.key.value : pair.key;
        return [String(key), pair];
      });
      pairs = new Map(keys);
      this.byMap.set(parent, pairs);
    }
    return pairs.get(String(part));
  }
}
