/** A value of a table: text, or a number that is written in its shortest form; NaN is unknown. */
export type Cell = string | number;
export type Row = readonly Cell[];

/** Takes a table's rows as they come, some at a time. */
export interface RowSink {
  write(rows: readonly Row[]): void;
}

/** A table that can be read in blocks, so that its rows need not all exist at once. */
export interface Table {
  readonly columns: readonly string[];
  /** Columns by index whose numbers are whole microseconds, shown as seconds ({@link secondsText}); the others are what they are. */
  readonly microsColumns?: readonly number[];
  blocks(): Iterable<readonly Row[]>;
}

/** Rows of a block: many enough to be fast, few enough to be small. */
export const BLOCK_ROWS = 1000;

/** Rows 0 to `count` − 1 in blocks. */
export function* inBlocks(count: number, row: (index: number) => Row): Iterable<readonly Row[]> {
  for (let from = 0; from < count; from += BLOCK_ROWS) {
    const block: Row[] = [];
    const to = Math.min(count, from + BLOCK_ROWS);
    for (let i = from; i < to; i += 1) block.push(row(i));
    yield block;
  }
}
