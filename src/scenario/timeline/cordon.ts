import { z } from "zod";
import { merging } from "../../workload/timeline/merging.js";
import { described } from "../schema/leaf.js";
import { text } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { type TimelineOperation, timelineOperation } from "./timeline-operation.js";

interface Cordon {
  readonly type: "cordon" | "uncordon";
  readonly node: string;
}

const setting = (
  type: Cordon["type"],
  { meaning, unschedulable }: { readonly meaning: string; readonly unschedulable: true | null },
): TimelineOperation =>
  timelineOperation({
    name: type,
    meaning,
    schema: z.strictObject({ node: described(text, "Name of the node.") }),
    read: ({ node }): Parsed<Cordon> => ({ value: { type, node } }),
    issues: ({ path, operation }, names) => names.node([...path, "node"], operation.node),
    undo: ({ node }) => ({ type: type === "cordon" ? "uncordon" : "cordon", node }),
    runner: () => ({
      take: ({ node }) => {
        const target = { namespace: "", kind: "Node", name: node };
        return merging(target, { spec: { unschedulable } }, `${type}ed`);
      },
    }),
  });

export const cordon = setting("cordon", {
  meaning: "Makes a node unschedulable.",
  unschedulable: true,
});
export const uncordon = setting("uncordon", {
  meaning: "Makes it schedulable again.",
  unschedulable: null,
});
