import { z } from "zod";
import { described } from "../schema/leaf.js";
import { dnsLabel, positiveCount, text } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

interface RemoveNodes {
  readonly type: "removeNodes";
  /** Named nodes, or else `count` nodes of the pool, the newest first. */
  readonly nodes: readonly string[];
  readonly pool: string | null;
  readonly count: number;
}

export const removeNodes = timelineOperation({
  name: "removeNodes",
  meaning: "Takes nodes away with what runs on them.",
  schema: z.strictObject({
    pool: dnsLabel.optional(),
    count: positiveCount.optional(),
    nodes: described(z.array(text).optional(), "These nodes, instead of a pool's newest."),
  }),
  read: ({ pool, count, nodes }): Parsed<RemoveNodes> => {
    const byPool = pool !== undefined && count !== undefined && nodes === undefined;
    const byName = nodes !== undefined && nodes.length > 0 && pool === undefined && !count;
    if (!byPool && !byName) return { problem: "expected `pool` and `count`, or `nodes` alone" };
    return {
      value: { type: "removeNodes", nodes: nodes ?? [], pool: pool ?? null, count: count ?? 0 },
    };
  },
  issues: ({ path, operation: { pool, nodes } }, names) =>
    pool === null
      ? nodes.flatMap((node, n) => names.node([...path, "nodes", n], node))
      : names.pool([...path, "pool"], pool),
  runner: ({ nodes }) => ({
    take: (operation) => {
      const outcome = nodes.removeNodes(operation);
      const about = operation.pool ?? operation.nodes.join();
      return outcome.ok
        ? { about, done: outcome.nodes.join(", ") }
        : { target: { kind: "NodePool", namespace: "", name: about }, refusal: outcome.message };
    },
  }),
});
