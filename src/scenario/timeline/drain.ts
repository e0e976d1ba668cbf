import { z } from "zod";
import type { DrainOperation } from "../../workload/timeline/drain-record.js";
import { Drains } from "../../workload/timeline/drains.js";
import { described } from "../schema/leaf.js";
import { podSelector } from "../schema/pod-selector.js";
import { flag, positiveDuration, seconds, text } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

export const drain = timelineOperation({
  name: "drain",
  meaning: "Cordons a node and evicts its pods, those of DaemonSets and static ones excepted.",
  schema: z.strictObject({
    node: described(text, "Name of the node."),
    timeout: described(
      positiveDuration.optional(),
      "How long it waits before it gives up; without it, for ever.",
    ),
    gracePeriod: described(seconds.optional(), "Instead of the pods' own."),
    force: described(flag.optional(), "Also pods that no controller would make again.", {
      default: true,
    }),
    podSelector: described(
      podSelector.optional(),
      "Only pods with these labels, such as `app=web,tier in (front,back),!canary`.",
    ),
  }),
  read: ({ node, timeout, gracePeriod, force, podSelector }): Parsed<DrainOperation> => ({
    value: {
      type: "drain",
      node,
      timeoutMicros: timeout ?? null,
      gracePeriodSeconds: gracePeriod ?? null,
      force: force ?? true,
      podSelector: podSelector ?? null,
    },
  }),
  issues: ({ path, operation }, names) => names.node([...path, "node"], operation.node),
  runner: (context) => new Drains(context),
});
