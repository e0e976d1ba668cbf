import { z } from "zod";
import { NodeReplacements, type ReplaceNodes } from "../../workload/timeline/node-replacements.js";
import { described } from "../schema/leaf.js";
import { dnsLabel, flag, integer, positiveDuration } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

const MOST = 10_000;

export const replaceNodes = timelineOperation({
  name: "replaceNodes",
  meaning:
    "Replaces all nodes of a pool, as managed node pools are upgraded: new nodes come, old ones are cordoned, drained as budgets allow, and taken away.",
  schema: z.strictObject({
    pool: dnsLabel,
    surge: described(
      integer(0, MOST).optional(),
      "How many nodes there may be beyond the number that there was.",
      { default: 1 },
    ),
    unavailable: described(
      integer(0, MOST).optional(),
      "How many may be missing from it, cordoned or gone.",
      { default: 0 },
    ),
    timeout: described(
      positiveDuration.optional(),
      "How long the drain of a node may take: then the replacement fails, and stays as it is. Without it, for ever.",
    ),
    force: described(
      flag.optional(),
      "A node that is not drained within `timeout` goes all the same, with what runs on it.",
      { default: false },
    ),
  }),
  read: ({ pool, surge = 1, unavailable = 0, timeout, force = false }): Parsed<ReplaceNodes> => {
    if (surge === 0 && unavailable === 0) {
      return { problem: "`surge` and `unavailable` are both 0: no node could ever be replaced" };
    }
    if (force && timeout === undefined) return { problem: "`force` needs a `timeout`" };
    const timeoutMicros = timeout ?? null;
    return { value: { type: "replaceNodes", pool, surge, unavailable, timeoutMicros, force } };
  },
  growsPool: ({ pool }) => pool,
  issues: ({ path, operation: { pool } }, names) => {
    const at = [...path, "pool"];
    const unknown = names.pool(at, pool);
    return unknown.length > 0 ? unknown : names.poolThatMakesNodes(at, pool);
  },
  runner: (context) => new NodeReplacements(context),
});
