import type { TimeMicros } from "../../../base/time.js";
import type { Removable } from "./removal.js";

interface Unneeded {
  readonly removable: Removable;
  readonly sinceMicros: TimeMicros;
}

/** Nodes that are not needed, and since the first loop of an unbroken run of loops that found so. */
export class UnneededNodes {
  private nodes: ReadonlyMap<string, Unneeded> = new Map();

  /** Takes what a loop found. */
  update(found: readonly Removable[], nowMicros: TimeMicros): void {
    this.nodes = new Map(
      found.map((removable) => {
        const { name } = removable.node;
        const sinceMicros = this.nodes.get(name)?.sinceMicros ?? nowMicros;
        return [name, { removable, sinceMicros }];
      }),
    );
  }

  forget(): void {
    this.nodes = new Map();
  }

  get size(): number {
    return this.nodes.size;
  }

  has(name: string): boolean {
    return this.nodes.has(name);
  }

  names(): readonly string[] {
    return [...this.nodes.keys()];
  }

  /** Empty ones before those with pods to move, else in the order in which they were found. */
  emptyFirst(): readonly Unneeded[] {
    const all = [...this.nodes.values()];
    const isEmpty = ({ removable }: Unneeded): boolean => removable.move.length === 0;
    return [...all.filter(isEmpty), ...all.filter((one) => !isEmpty(one))];
  }
}
