import { z } from "zod";
import { type RolloutOperation, rolloutStep } from "../../workload/timeline/rollouts.js";
import { described } from "../schema/leaf.js";
import { integer, target, word } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

export const rollout = timelineOperation({
  name: "rollout",
  meaning: "As `kubectl rollout`.",
  schema: z.strictObject({
    target,
    action: word("pause", "resume", "undo", "restart"),
    toRevision: described(
      integer(0, Number.MAX_SAFE_INTEGER).optional(),
      "For undo; 0 is the revision before.",
      { default: 0, source: "upstream" },
    ),
  }),
  read: ({ target, action, toRevision }): Parsed<RolloutOperation> => {
    if (action === "undo") {
      return { value: { type: "rollout", action, target, toRevision: toRevision ?? 0 } };
    }
    if (toRevision !== undefined)
      return { problem: "`toRevision` belongs to the action undo", at: ["toRevision"] };
    return { value: { type: "rollout", action, target } };
  },
  issues: ({ path, operation }, names) => names.target([...path, "target"], operation.target),
  runner: ({ store, startTimeMs }) => ({
    title: ({ type, action }) => `${type} ${action}`,
    take: (operation) => rolloutStep(operation, store, startTimeMs),
  }),
});
