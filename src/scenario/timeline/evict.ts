import { z } from "zod";
import { type EvictOperation, Evictions } from "../../workload/timeline/evictions.js";
import { described } from "../schema/leaf.js";
import { podSelector } from "../schema/pod-selector.js";
import { dnsLabel, positiveCount, target } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

export const evict = timelineOperation({
  name: "evict",
  meaning: "Asks for the eviction of pods, once: their budgets may refuse it.",
  schema: z.strictObject({
    target: described(target.optional(), "The pod, such as `shop/Pod/web-0`."),
    namespace: described(dnsLabel.optional(), "Of the pods that `podSelector` selects.", {
      default: "default",
    }),
    podSelector: described(podSelector.optional(), "Instead of `target`: pods with these labels."),
    count: described(positiveCount.optional(), "The oldest so many of them; without it, all."),
  }),
  read: ({ target: pod, namespace, podSelector: selector, count }): Parsed<EvictOperation> => {
    if ((pod === undefined) === (selector === undefined)) {
      return { problem: "expected either `target` or `podSelector`" };
    }
    if (pod !== undefined && pod.kind !== "Pod") {
      return { problem: `expected a Pod, not a ${pod.kind}` };
    }
    if (pod !== undefined && (namespace !== undefined || count !== undefined)) {
      return { problem: "`namespace` and `count` belong to `podSelector`" };
    }
    return {
      value: {
        type: "evict",
        namespace: pod?.namespace ?? namespace ?? "default",
        name: pod?.name ?? null,
        podSelector: selector ?? null,
        count: count ?? null,
      },
    };
  },
  runner: (context) => new Evictions(context),
});
