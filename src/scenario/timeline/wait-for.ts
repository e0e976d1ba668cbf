import { z } from "zod";
import { kindNamed } from "../../api/kinds.js";
import type { WaitOperation } from "../../workload/timeline/waits.js";
import { described } from "../schema/leaf.js";
import { positiveDuration, target, text, word } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

const EXPECTED =
  "expected `complete`, `gone`, or a condition such as `Available` or `Progressing=False`";

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
    const isCondition = /^[A-Z][A-Za-z]*(=(True|False|Unknown))?$/.test(is);
    if (is !== "complete" && is !== "gone" && !isCondition) return { problem: EXPECTED };
    const rollsOut = kindNamed(object.kind)?.workload?.isRolledOut !== undefined;
    if (is === "complete" && !rollsOut) {
      return { problem: `a ${object.kind} has no rollout that could be complete` };
    }
    if ((otherwise === "undo" || otherwise === "pause") && object.kind !== "Deployment") {
      return { problem: `the rollout of a ${object.kind} cannot be taken back: expected \`stop\`` };
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
