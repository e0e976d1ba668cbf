import { z } from "zod";
import { kindNamed } from "../../api/kinds.js";
import { nearName } from "../../base/near-name.js";
import type { Operation, TimelineEntry } from "../../workload/timeline/operation.js";
import type { MetricWait, WaitOperation } from "../../workload/timeline/waits.js";
import { unknownMetric } from "../expectations.js";
import { condition } from "../schema/expect.js";
import { described } from "../schema/leaf.js";
import { duration, labels, positiveDuration, target, text } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { type TimelineOperation, timelineOperation } from "./timeline-operation.js";

const WORDS = ["undo", "pause", "stop", "go on"] as const;
/** As somebody else than Kubernetes may call a condition. */
const FOREIGN = /^(?:[A-Z][A-Za-z]*|[\w.-]+\/[\w.-]+)$/;
const STATUSES = ["True", "False", "Unknown"];
const OVER_MICROS = 15_000_000;

/** The wait, whose `else` may be steps of these operations. */
export function waitFor(operations: readonly TimelineOperation[]): TimelineOperation {
  const allowed = operations.filter((one) => one.brings === undefined);
  const byName = new Map(allowed.map((one) => [one.name, one]));
  const steps = z.array(elseStep(allowed)).min(1);
  const eachElse = <T>(
    { otherwise }: WaitOperation,
    map: (one: TimelineOperation, operation: Operation, index: number) => T,
  ): readonly T[] =>
    typeof otherwise === "string"
      ? []
      : otherwise.map(({ operation }, i) => map(byName.get(operation.type)!, operation, i));
  return timelineOperation({
    name: "waitFor",
    meaning:
      "Waits until something is so of an object, or of a figure of the run. The times of the entries after it count from when it is.",
    schema: z.strictObject({
      target: described(target.optional(), "An object, at which it looks each second."),
      metric: described(
        text.optional(),
        "Instead of `target`: a metric of summary.csv, measured over windows of the length `over`, one after the other.",
      ),
      labels: described(labels.optional(), "The metric's row; without them, every row."),
      over: described(
        positiveDuration.optional(),
        "Over how long the metric is measured, from when the wait begins.",
        { default: "15s" },
      ),
      is: described(
        text,
        'Of an object `complete` (as kubectl rollout status tells), `gone`, or a condition: `Available`, `Progressing=False`. Of a metric what must hold at the end of a window: "<= 0.01".',
      ),
      within: described(positiveDuration, "How long it is waited for."),
      else: described(
        z.union([z.enum(WORDS), steps]).optional(),
        "What is done where it was not so in time, in place of the entries after it: the target's rollout is undone or paused (`undo`, `pause`), nothing (`stop`), or these steps; or it goes on with them all the same (`go on`).",
        { default: "stop" },
      ),
    }),
    read: ({ target: object, metric, ...given }): Parsed<WaitOperation> => {
      if ((object === undefined) === (metric === undefined)) {
        return { problem: "expected either `target` or `metric`" };
      }
      const { within: withinMicros, else: otherwise = "stop" } = given;
      const wait = { type: "waitFor", withinMicros, otherwise } as const;
      if (metric !== undefined) return readMetric({ ...given, metric }, wait);
      const flaw = targetProblem(object!.kind, given);
      return flaw ?? { value: { ...wait, target: object!, is: given.is } };
    },
    cannotRepeat: "a wait cannot repeat: the entries after it count from its end",
    issues: ({ path, operation, index, steps: all }, names) => [
      ...("target" in operation ? names.target([...path, "target"], operation.target) : []),
      ...eachElse(operation, (one, step, i) => {
        const at = [...path, "else", i, step.type];
        return one.issues?.({ operation: step, path: at, index, steps: all }, names) ?? [];
      }).flat(),
    ],
    screened: (operation, screen, issueAt) => {
      const { otherwise } = operation;
      if (typeof otherwise === "string") return operation;
      const screened = eachElse(
        operation,
        (one, step) => one.screened?.(step, screen, () => issueAt("else")) ?? step,
      );
      return {
        ...operation,
        otherwise: otherwise.map((entry, i) => ({ ...entry, operation: screened[i]! })),
      };
    },
    notModelled: (operation, coverage) => {
      eachElse(operation, (one, step) => one.notModelled?.(step, coverage));
    },
    runner: () => ({ take: () => null }),
  });
}

interface Given {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly over?: number | undefined;
  readonly is: string;
  readonly within: number;
  readonly else?: (typeof WORDS)[number] | readonly TimelineEntry[] | undefined;
}

type Ends = Pick<WaitOperation, "type" | "withinMicros" | "otherwise">;

function readMetric(
  {
    metric,
    labels: row = undefined,
    over = OVER_MICROS,
    is,
    within,
    else: otherwise,
  }: Given & {
    readonly metric: string;
  },
  wait: Ends,
): Parsed<MetricWait> {
  const read = condition.safeParse(is);
  if (!read.success) return { problem: read.error.issues[0]!.message, at: ["is"] };
  const unknown = unknownMetric(metric);
  if (unknown !== null) return { problem: unknown, at: ["metric"] };
  if (over > within) return { problem: "is longer than `within`", at: ["over"] };
  if (otherwise === "undo" || otherwise === "pause") {
    return { problem: `\`${otherwise}\` belongs to \`target\`: expected a step \`rollout\`` };
  }
  return { value: { ...wait, metric, labels: row ?? null, ...read.data, overMicros: over } };
}

function targetProblem(
  kind: string,
  { is, labels: row, over, else: otherwise }: Given,
): Flaw | null {
  if (row !== undefined || over !== undefined) {
    return { problem: "`labels` and `over` belong to `metric`" };
  }
  const problem = neverSo(kind, is);
  if (problem !== null) return { problem, at: ["is"] };
  if ((otherwise === "undo" || otherwise === "pause") && kind !== "Deployment") {
    const expected = "expected `stop` or `go on`";
    return { problem: `the rollout of a ${kind} cannot be taken back: ${expected}`, at: ["else"] };
  }
  return null;
}

type Flaw = Extract<Parsed<never>, { readonly problem: string }>;

/** Why that can never be so of an object of the kind; null: it can. */
function neverSo(kind: string, is: string): string | null {
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

/** A step that is taken where the wait was in vain. */
function elseStep(operations: readonly TimelineOperation[]) {
  const keys = operations.map((one) => [
    one.name,
    described(one.schema, `See \`spec.timeline[].${one.name}\`.`).optional(),
  ]);
  return z
    .strictObject({
      at: described(duration.optional(), "When, from then.", { default: "0s" }),
      ...(Object.fromEntries(keys) as Record<string, z.ZodType>),
    })
    .transform((entry, context): TimelineEntry => {
      const given = operations.filter(
        ({ name }) => (entry as Readonly<Record<string, unknown>>)[name] !== undefined,
      );
      const [operation] = given;
      const read =
        operation === undefined || given.length > 1
          ? {
              problem: `expected exactly one operation of ${operations.map(({ name }) => name).join(", ")}`,
            }
          : operation.read((entry as Readonly<Record<string, unknown>>)[operation.name]);
      if ("problem" in read) {
        const path = operation === undefined ? [] : [operation.name, ...(read.at ?? [])];
        context.addIssue({ code: "custom", message: read.problem, path, input: entry });
        return z.NEVER;
      }
      return {
        atMicros: (entry.at as number | undefined) ?? 0,
        everyMicros: null,
        untilMicros: null,
        operation: read.value,
      };
    });
}
