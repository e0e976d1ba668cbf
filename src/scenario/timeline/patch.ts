import { z } from "zod";
import { merging } from "../../workload/timeline/merging.js";
import type { OperationTarget } from "../../workload/timeline/operation.js";
import { described } from "../schema/leaf.js";
import { target } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

interface Patch {
  readonly type: "patch";
  readonly target: OperationTarget;
  readonly patch: unknown;
  readonly subresource?: "resize" | undefined;
}

export const patch = timelineOperation({
  name: "patch",
  meaning: "Changes fields of an object.",
  schema: z.strictObject({
    target,
    patch: described(z.record(z.string(), z.unknown()), "A strategic merge patch."),
    subresource: described(
      z.enum(["resize"]).optional(),
      "`resize`: the patch changes the resources of a pod that runs, in place.",
    ),
  }),
  read: (given): Parsed<Patch> => ({ value: { type: "patch", ...given } }),
  screened: (operation, screen, issueAt) => {
    const screened = screen.patch(operation.patch, operation.target, issueAt("patch"));
    return { ...operation, patch: screened.patch };
  },
  notModelled: (operation, coverage) => {
    const { status } = operation.patch as { readonly status?: unknown };
    if (status !== undefined) coverage.addStatusPatch(operation.target);
  },
  issues: ({ path, operation }, names) => names.target([...path, "target"], operation.target),
  runner: () => ({
    take: (step) => merging(step.target, step.patch, "patched", step.subresource),
  }),
});
