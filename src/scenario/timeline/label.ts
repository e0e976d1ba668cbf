import { z } from "zod";
import type { Labels } from "../../api/kubernetes.js";
import { withoutNulls } from "../../api/without-nulls.js";
import { merging } from "../../workload/timeline/merging.js";
import type { OperationTarget } from "../../workload/timeline/operation.js";
import { leaf } from "../schema/leaf.js";
import { target } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

interface Label {
  readonly type: "label";
  readonly target: OperationTarget;
  /** A null takes the label away. */
  readonly labels: Readonly<Record<string, string | null>>;
}

const labelChange = leaf(
  { type: ["string", "null"] },
  (raw): Parsed<string | null> =>
    typeof raw === "string" || raw === null
      ? { value: raw }
      : { problem: "expected a text in quotes, or null to take the label away" },
);

export const label = timelineOperation({
  name: "label",
  meaning: "Sets labels of an object (`Node/<name>` for a node); null takes one away.",
  schema: z.strictObject({ target, labels: z.record(z.string(), labelChange) }),
  read: (given): Parsed<Label> => ({ value: { type: "label", ...given } }),
  notModelled: ({ target, labels: change }, coverage) => {
    if (target.kind !== "Namespace") return;
    const labels = withoutNulls(change) as Labels;
    coverage.add({ apiVersion: "v1", kind: "Namespace", metadata: { ...target, labels } });
  },
  issues: ({ path, operation }, names) => names.target([...path, "target"], operation.target),
  runner: () => ({
    take: ({ target, labels }) => merging(target, { metadata: { labels } }, "labeled"),
  }),
});
