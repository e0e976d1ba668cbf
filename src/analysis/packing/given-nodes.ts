import type { Row, Solver } from "./linear-program.js";

/** How items fit nodes that are there, each once. */
export interface NodesFit {
  readonly allFit: boolean;
  /** The fewest nodes that hold all items; null where not all fit. */
  readonly minNodesUsed: number | null;
  readonly mostItemsPlaced: number;
}

/** Exact, by an integer program of items × nodes; for small cases. `items` and `nodes` by dimension. */
export function fitOnNodes(
  items: readonly (readonly number[])[],
  nodes: readonly (readonly number[])[],
  solver: Solver,
): NodesFit {
  const [n, m] = [items.length, nodes.length];
  const placed = (i: number, j: number) => i * m + j;
  const used = (j: number) => n * m + j;
  const room: Row[] = nodes.flatMap((capacity, j) =>
    capacity.map((amount, d) => ({
      terms: [
        ...items.map((size, i) => [placed(i, j), size[d]! / Math.max(amount, 1)] as const),
        [used(j), -(amount / Math.max(amount, 1))] as const,
      ],
      sense: "<=" as const,
      bound: 0,
    })),
  );
  const each = (sense: "<=" | "="): Row[] =>
    items.map((_, i) => ({
      terms: nodes.map((__, j) => [placed(i, j), 1] as const),
      sense,
      bound: 1,
    }));
  const columns = Array.from({ length: n * m + m }, (_, c) => c);
  const upper = columns.map(() => 1);
  const most = solver.solve({
    cost: columns.map((c) => (c < n * m ? -1 : 0)),
    upper,
    rows: [...room, ...each("<=")],
    integer: true,
  });
  const mostItemsPlaced = Math.round(-(most?.objective ?? 0));
  const allFit = mostItemsPlaced === n;
  if (!allFit) return { allFit, minNodesUsed: null, mostItemsPlaced };
  const fewest = solver.solve({
    cost: columns.map((c) => (c < n * m ? 0 : 1)),
    upper,
    rows: [...room, ...each("=")],
    integer: true,
  });
  return { allFit, minNodesUsed: Math.round(fewest!.objective), mostItemsPlaced };
}
