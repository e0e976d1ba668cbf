/** There is no row. */
export const NO_ROW = -1;

/** The ends of one chain of {@link ChainedRows}; both {@link NO_ROW} while it is empty. */
export interface ChainEnds {
  first: number;
  last: number;
}

export function emptyChain(): ChainEnds {
  return { first: NO_ROW, last: NO_ROW };
}

/** Rows in chains, each in one at most, in the order in which they were put there. It costs less than a Set of each chain. */
export class ChainedRows {
  private readonly before: number[] = [];
  private readonly after: number[] = [];

  /** Puts a row that lies in no chain at the end. */
  append(chain: ChainEnds, row: number): void {
    const { last } = chain;
    this.before[row] = last;
    this.after[row] = NO_ROW;
    if (last === NO_ROW) chain.first = row;
    else this.after[last] = row;
    chain.last = row;
  }

  /** Takes a row out of the chain that it lies in. */
  remove(chain: ChainEnds, row: number): void {
    const before = this.before[row]!;
    const after = this.after[row]!;
    if (before === NO_ROW) chain.first = after;
    else this.after[before] = after;
    if (after === NO_ROW) chain.last = before;
    else this.before[after] = before;
  }

  *of({ first }: ChainEnds): IterableIterator<number> {
    for (let row = first; row !== NO_ROW; row = this.after[row]!) yield row;
  }
}
