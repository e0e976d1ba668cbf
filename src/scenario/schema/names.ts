import type { z } from "zod";
import { labelValueErrors, qualifiedNameErrors } from "../../api/label-validation.js";
import { nearName } from "../../base/near-name.js";
import type { Parsed } from "../units.js";

/** Resources without a domain that a node or a container may have. */
const RESOURCES = ["cpu", "memory", "ephemeral-storage", "pods", "storage"];
const HUGE_PAGES = "hugepages-";
const PREFIXES = [HUGE_PAGES, "attachable-volumes-"];

/** Why the API server takes no resource of that name; null where it does. */
export function resourceNameProblem(name: string): string | null {
  const [reason] = qualifiedNameErrors(name);
  if (reason !== undefined) return `no resource is called so: ${reason}`;
  const isGood = name.includes("/") || PREFIXES.some((prefix) => name.startsWith(prefix));
  if (isGood || RESOURCES.includes(name)) return null;
  const meant = nearName(name, RESOURCES, Math.max(2, Math.floor(name.length / 3)));
  const hint = meant === "" ? "" : `; did you mean \`${meant}\`?`;
  return `no such resource: expected ${RESOURCES.slice(0, 4).join(", ")}, ${HUGE_PAGES}<size>, or a name with a domain such as nvidia.com/gpu${hint}`;
}

/** Why the API server takes no label or taint of that key; null where it does. */
export function labelKeyProblem(key: string): string | null {
  const [reason] = qualifiedNameErrors(key);
  return reason === undefined ? null : `the API server takes no such key: ${reason}`;
}

/** The value of a label; or why the API server does not take it. */
export function parseLabelValue(raw: unknown): Parsed<string> {
  if (typeof raw !== "string") {
    return { problem: 'expected a text; write numbers and booleans in quotes ("1")' };
  }
  const [reason] = labelValueErrors(raw);
  return reason === undefined
    ? { value: raw }
    : { problem: `the API server takes no such value: ${reason}` };
}

/** The record, whose keys are names that somebody may refuse. */
export function namedBy<S extends z.ZodType<Record<string, unknown>>>(
  problemOf: (key: string) => string | null,
  record: S,
) {
  return record.superRefine((value, context) => {
    for (const key of Object.keys(value)) {
      const message = problemOf(key);
      if (message !== null) {
        context.addIssue({ code: "custom", message, path: [key], input: value });
      }
    }
  });
}
