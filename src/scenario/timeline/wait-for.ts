import { z } from "zod";
import { kindNamed } from "../../api/kinds.js";
import { nearName } from "../../base/near-name.js";
import type { WaitOperation } from "../../workload/timeline/waits.js";
import { described } from "../schema/leaf.js";
import { positiveDuration, target, text, word } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

/** As somebody else than Kubernetes may call a condition. */
const FOREIGN = /^(?:[A-Z][A-Za-z]*|[\w.-]+\/[\w.-]+)$/;
const STATUSES = ["True", "False", "Unknown"];

export const waitFor = timelineOperation({
  name: "waitFor",
  meaning:
    "Looks each second whether something is so. The times of the entries after it count from when it is.",
  schema: z.strictObject({
    target,
    is: described(
      text,
      "`complete` (as kubectl rollout status tells), `gone`, or a condition: `Available`, `Progressing=False`.",
    ),
    within: described(positiveDuration, "How long it is waited for."),
    else: described(
      word("undo", "pause", "stop", "go on").optional(),
      "What is done where it was not so in time: the target's rollout is undone or paused, and the entries after it are not taken; or nothing but that (`stop`); or they are (`go on`).",
      { default: "stop" },
    ),
  }),
  read: ({ target: object, is, within, else: otherwise }): Parsed<WaitOperation> => {
    const problem = problemOf(object.kind, is);
    if (problem !== null) return { problem, at: ["is"] };
    if ((otherwise === "undo" || otherwise === "pause") && object.kind !== "Deployment") {
      return {
        problem: `the rollout of a ${object.kind} cannot be taken back: expected \`stop\` or \`go on\``,
        at: ["else"],
      };
    }
    return {
      value: {
        type: "waitFor",
        target: object,
        is,
        withinMicros: within,
        otherwise: otherwise ?? "stop",
      },
    };
  },
  cannotRepeat: "a wait cannot repeat: the entries after it count from its end",
  issues: ({ path, operation }, names) => names.target([...path, "target"], operation.target),
  runner: () => ({ take: () => null }),
});

/** Why that can never be so of an object of the kind; null: it can. */
function problemOf(kind: string, is: string): string | null {
  const { workload, conditions = [], hasForeignConditions } = kindNamed(kind) ?? {};
  const words = [...(workload?.isRolledOut === undefined ? [] : ["complete"]), "gone"];
  if (words.includes(is)) return null;
  const [type = "", status, ...more] = is.split("=");
  if (status !== undefined && conditions.includes(type)) {
    if (STATUSES.includes(status) && more.length === 0) return null;
    return `a condition is ${STATUSES.join(", ")}: expected such as \`${type}=False\``;
  }
  if (conditions.includes(type)) return null;
  const known = [...words, ...conditions];
  const inCase = known.find((one) => one.toLowerCase() === type.toLowerCase());
  const near = inCase ?? nearName(type, known, Math.max(2, Math.floor(type.length / 4)));
  if (near === "" && hasForeignConditions === true && FOREIGN.test(type)) return null;
  const hint = near === "" ? "" : `; did you mean \`${near}\`?`;
  const expected = words.map((word) => `\`${word}\``).join(" or ");
  const rest = conditions.length === 0 ? "" : `, or one of its conditions ${conditions.join(", ")}`;
  return `a ${kind} is never \`${type}\`: expected ${expected}${rest}${hint}`;
}
