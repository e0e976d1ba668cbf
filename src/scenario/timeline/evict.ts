import { z } from "zod";
import { Evictions, type EvictOperation } from "../../workload/timeline/evictions.js";
import { described } from "../schema/leaf.js";
import { positiveCount, target } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { podChoiceKeys, podChoiceOf } from "./pod-choice-keys.js";
import { timelineOperation } from "./timeline-operation.js";

export const evict = timelineOperation({
  name: "evict",
  meaning: "Asks for the eviction of pods, once: their budgets may refuse it.",
  schema: z.strictObject({
    target: described(target.optional(), "The pod, such as `shop/Pod/web-0`."),
    ...podChoiceKeys,
    count: described(positiveCount.optional(), "The oldest so many of them; without it, all."),
  }),
  read: ({ target: pod, count, ...given }): Parsed<EvictOperation> => {
    const choice = podChoiceOf({ target: pod, ...given });
    if ("problem" in choice) return choice;
    if (pod !== undefined && pod.kind !== "Pod") {
      return { problem: `expected a Pod, not a ${pod.kind}`, at: ["target"] };
    }
    if (pod !== undefined && count !== undefined) {
      return { problem: "`count` belongs to `podSelector`", at: ["count"] };
    }
    const pods = pod ?? choice.value!;
    return { value: { type: "evict", pods, count: count ?? null } };
  },
  runner: (context) => new Evictions(context),
});
