import { z } from "zod";
import { dnsLabel, positiveNodeCount } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

interface AddNodes {
  readonly type: "addNodes";
  readonly pool: string;
  readonly count: number;
}

export const addNodes = timelineOperation({
  name: "addNodes",
  meaning: "Adds nodes to a pool.",
  schema: z.strictObject({ pool: dnsLabel, count: positiveNodeCount }),
  read: (given): Parsed<AddNodes> => ({ value: { type: "addNodes", ...given } }),
  growsPool: ({ pool }) => pool,
  issues: ({ path, operation: { pool } }, names) => {
    const at = [...path, "pool"];
    const unknown = names.pool(at, pool);
    return unknown.length > 0 ? unknown : names.poolThatMakesNodes(at, pool);
  },
  runner: ({ nodes }) => ({
    take: ({ pool, count }) => {
      const outcome = nodes.addNodes(pool, count);
      return outcome.ok
        ? { about: pool, done: outcome.nodes.join(", ") }
        : { target: { kind: "NodePool", namespace: "", name: pool }, refusal: outcome.message };
    },
  }),
});
