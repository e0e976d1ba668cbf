import { z } from "zod";
import { kindNamed } from "../../api/kinds.js";
import { merging } from "../../workload/timeline/merging.js";
import type { OperationTarget } from "../../workload/timeline/operation.js";
import type { Step } from "../../workload/timeline/step.js";
import { count, target } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

interface Scale {
  readonly type: "scale";
  readonly target: OperationTarget;
  readonly replicas: number;
}

export const scale = timelineOperation({
  name: "scale",
  meaning: "Sets `spec.replicas`.",
  schema: z.strictObject({ target, replicas: count }),
  read: (given): Parsed<Scale> => ({ value: { type: "scale", ...given } }),
  issues: ({ path, operation }, names) => names.target([...path, "target"], operation.target),
  runner: () => ({ take }),
});

function take({ target, replicas }: Scale): Step {
  if (kindNamed(target.kind)?.isScaled !== true) {
    return { target, refusal: `cannot scale a ${target.kind}: it has no scale subresource` };
  }
  return merging(target, { spec: { replicas } }, `scaled to ${replicas}`);
}
