import { z } from "zod";
import type { OperationTarget } from "../../workload/timeline/operation.js";
import type { Step } from "../../workload/timeline/step.js";
import { namedTarget } from "../../workload/timeline/stored.js";
import { described } from "../schema/leaf.js";
import { seconds, target } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

interface Delete {
  readonly type: "delete";
  readonly target: OperationTarget;
  readonly gracePeriodSeconds: number | null;
}

export const deletion = timelineOperation({
  name: "delete",
  meaning: "Deletes an object, gracefully.",
  schema: z.strictObject({
    target,
    gracePeriod: described(seconds.optional(), "Instead of the object's own."),
  }),
  read: ({ target, gracePeriod }): Parsed<Delete> => ({
    value: { type: "delete", target, gracePeriodSeconds: gracePeriod ?? null },
  }),
  issues: ({ path, operation }, names) => names.target([...path, "target"], operation.target),
  runner: () => ({ take }),
});

function take({ target, gracePeriodSeconds }: Delete): Step {
  const named = namedTarget(target);
  if (typeof named === "string") return { target, refusal: named };
  const grace = gracePeriodSeconds === null ? {} : { gracePeriodSeconds };
  return [{ target, request: { verb: "delete", target: named, ...grace }, done: "deleted" }];
}
