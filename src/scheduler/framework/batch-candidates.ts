import type { NodeInfo } from "./node-info.js";

/** What the plugins said of a node: the weighted sum of what is not normalised, and each raw score that is. */
export interface NodeScores {
  readonly node: NodeInfo;
  readonly fixed: number;
  /** By normalising plugin, in the order in which they score. */
  readonly raws: readonly number[];
}

/** A node that was scored anew, among others. */
export interface Rescored extends NodeScores {
  readonly total: number;
  /** The totals that the others have with it; null: as before. */
  readonly others: readonly number[] | null;
}

/** Nodes that may come next, with their scores as they were found, side by side. */
export class Candidates {
  readonly nodes: NodeInfo[] = [];
  readonly fixed: number[] = [];
  readonly totals: number[] = [];
  readonly raws: (readonly number[])[] = [];
  /** Normalising plugins that do not say the same of all. Once they differed they count as such. */
  readonly telling = new Set<number>();

  get length(): number {
    return this.nodes.length;
  }

  append({ node, fixed, raws }: NodeScores, total: number): void {
    const first = this.raws[0] ?? raws;
    if (raws !== first) {
      for (let i = 0; i < raws.length; i += 1) if (raws[i] !== first[i]) this.telling.add(i);
    }
    this.nodes.push(node);
    this.fixed.push(fixed);
    this.raws.push(raws);
    this.totals.push(total);
  }

  /** Takes a node that was scored anew, as the last. */
  add({ others, total, ...scores }: Rescored): void {
    if (others !== null) for (let i = 0; i < others.length; i += 1) this.totals[i] = others[i]!;
    this.append(scores, total);
  }

  remove(at: number): void {
    for (const column of [this.nodes, this.fixed, this.totals, this.raws]) column.splice(at, 1);
  }

  /** The raw scores by one plugin, in a column that has room for one more. */
  rawColumn(plugin: number): Float64Array {
    const column = new Float64Array(this.length + 1);
    for (let i = 0; i < this.length; i += 1) column[i] = this.raws[i]![plugin]!;
    return column;
  }

  copy(): Candidates {
    const copy = new Candidates();
    this.nodes.forEach((node, i) => {
      copy.append({ node, fixed: this.fixed[i]!, raws: this.raws[i]! }, this.totals[i]!);
    });
    return copy;
  }
}
