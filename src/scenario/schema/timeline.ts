import { z } from "zod";
import type { TimeMicros } from "../../base/time.js";
import type { TimelineEntry } from "../../workload/timeline/operation.js";
import { TIMELINE_OPERATIONS } from "../timeline/registry.js";
import { described } from "./leaf.js";
import { duration, positiveDuration } from "./scalars.js";

const NAMES = TIMELINE_OPERATIONS.map(({ name }) => name);

const operations = Object.fromEntries(
  TIMELINE_OPERATIONS.map((one) => [one.name, described(one.schema, one.meaning).optional()]),
) as Record<string, z.ZodType>;

const entryKeys = z.strictObject({
  at: described(duration, "When, from the start of the run."),
  every: described(
    positiveDuration.optional(),
    "Repeats after each such time, at most 100,000 times.",
  ),
  until: described(duration.optional(), "Last time at which it may repeat."),
  for: described(
    positiveDuration.optional(),
    "Takes the step back after this long: of a cordon, a taint and a failure.",
  ),
  ...operations,
});

/** A step as it is written: `for` stands for a second one. */
export interface GivenTimelineEntry extends TimelineEntry {
  /** After how long it is taken back; null for never. */
  readonly forMicros: TimeMicros | null;
}

export const timelineEntry = entryKeys.transform((entry, context): GivenTimelineEntry => {
  const wrong = (message: string, path: (string | number)[]) => {
    context.addIssue({ code: "custom", message, path, input: entry });
    return z.NEVER;
  };
  const steps = entry as Readonly<Record<string, unknown>>;
  const given = TIMELINE_OPERATIONS.filter(({ name }) => steps[name] !== undefined);
  const [operation] = given;
  if (operation === undefined || given.length > 1) {
    return wrong(`expected exactly one operation of ${NAMES.join(", ")}`, []);
  }
  const { at, every, until } = entry;
  if (entry.for !== undefined && operation.undo === undefined) {
    const names = TIMELINE_OPERATIONS.filter((one) => one.undo !== undefined).map((o) => o.name);
    return wrong(`\`for\` belongs to ${names.join(", ")}`, ["for"]);
  }
  if (entry.for !== undefined && every !== undefined && entry.for >= every) {
    return wrong("lasts longer than the time until it repeats", ["for"]);
  }
  if (until !== undefined && every === undefined) return wrong("`until` needs `every`", ["until"]);
  if (until !== undefined && until < at) return wrong("`until` is earlier than `at`", ["until"]);
  if (every !== undefined && operation.cannotRepeat !== undefined) {
    return wrong(operation.cannotRepeat, ["every"]);
  }
  const read = operation.read(steps[operation.name]);
  if ("problem" in read) return wrong(read.problem, [operation.name, ...(read.at ?? [])]);
  return {
    atMicros: at,
    everyMicros: every ?? null,
    untilMicros: until ?? null,
    forMicros: entry.for ?? null,
    operation: read.value,
  };
});
