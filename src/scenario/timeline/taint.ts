import { z } from "zod";
import type { Taint } from "../../api/kubernetes.js";
import { stored } from "../../workload/timeline/stored.js";
import { described } from "../schema/leaf.js";
import { flag, labelKey, labelValue, text, word } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

interface Tainting {
  readonly type: "taint";
  readonly node: string;
  readonly taint: Taint;
  readonly remove: boolean;
}

export const taint = timelineOperation({
  name: "taint",
  meaning: "Sets a taint of a node, or takes it away, as `kubectl taint --overwrite`.",
  schema: z.strictObject({
    node: described(text, "Name of the node."),
    key: labelKey,
    value: labelValue.optional(),
    effect: word("NoSchedule", "PreferNoSchedule", "NoExecute"),
    remove: described(flag.optional(), "Takes the taint of that key and effect away.", {
      default: false,
    }),
  }),
  read: ({ node, key, value, effect, remove = false }): Parsed<Tainting> => ({
    value: {
      type: "taint",
      node,
      taint: { key, effect, ...(value !== undefined && { value }) },
      remove,
    },
  }),
  issues: ({ path, operation }, names) => names.node([...path, "node"], operation.node),
  undo: (operation) => ({ ...operation, remove: !operation.remove }),
  runner: ({ store }) => ({
    take: ({ node, taint: one, remove }) => {
      const target = { kind: "Node", namespace: "", name: node };
      const object = stored(store, target);
      if (typeof object === "string") return { target, refusal: object };
      if (object.kind !== "Node") return { target, refusal: "is no Node" };
      const taints = object.spec.taints ?? [];
      const others = taints.filter(({ key, effect }) => key !== one.key || effect !== one.effect);
      const named = `${one.key}:${one.effect}`;
      if (remove && others.length === taints.length) {
        return { target, refusal: `taint ${named} not found` };
      }
      const spec = { ...object.spec, taints: remove ? others : [...others, one] };
      const done = remove ? `untainted ${named}` : `tainted ${named}`;
      return [{ target, request: { verb: "patch", target: object, change: { spec } }, done }];
    },
  }),
});
