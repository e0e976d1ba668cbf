import { targetText } from "../../api/object-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { Operation, OperationTarget } from "../../workload/timeline/operation.js";
import { MAX_METRICS_INTERVALS, MAX_STEP_REPETITIONS } from "../defaults.js";
import type { Issue } from "../issue.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { Generator, RunEnd } from "../schema/scenario.js";
import { formatDuration } from "../units.js";
import { fileIssue } from "./read-text.js";
import type { ScenarioSource } from "./scenario-file.js";
import type { Path } from "./yaml-source.js";

/**
 * What is wrong with when the run ends, and with what refers to that.
 *
 * @param until what `--until` says in place of the file
 */
export function endIssues(
  source: ScenarioSource,
  { spec }: ScenarioDocument,
  run: { readonly end: RunEnd | null; readonly until: string | undefined },
): readonly Issue[] {
  const { end, until } = run;
  if (end === null) {
    const message = "expected `duration`, or `until: idle`: nothing says when the run ends";
    return [source.issue(["spec"], message)];
  }
  const last = end.untilMicros;
  if (last === 0) return [fileIssue(`--until ${until}`, "expected a duration longer than 0")];
  const issues: Issue[] = [];
  const endless = last === null ? endlessPart(spec) : null;
  if (endless !== null) {
    const message = `never ends: expected ${endless.needs} here, or a \`duration\` of the run`;
    issues.push(source.issue(endless.path, message));
  }
  const { from = 0, to } = spec.measure ?? {};
  if (to !== undefined && to <= from) {
    issues.push(source.issue(["spec", "measure", "to"], "must be later than `from`"));
  }
  if (last !== null && from >= last) {
    const which = until === undefined || until === "idle" ? "" : ` by --until`;
    const message = `must be earlier than the end of the run, which is ${formatDuration(last)}${which}`;
    issues.push(source.issue(["spec", "measure", "from"], message));
  }
  const every = spec.metrics?.every;
  if (last !== null && every !== undefined && last / every > MAX_METRICS_INTERVALS) {
    const count = Math.ceil(last / every);
    const message = `cuts ${formatDuration(last)} into ${count} intervals, at most ${MAX_METRICS_INTERVALS} are taken: expected a longer one`;
    issues.push(source.issue(["spec", "metrics", "every"], message));
  }
  issues.push(...countlessSteps(source, spec.timeline ?? [], last));
  return issues;
}

/** Steps that repeat more often than anybody means, and than can be told one by one. */
function countlessSteps(
  source: ScenarioSource,
  steps: NonNullable<ScenarioDocument["spec"]["timeline"]>,
  last: TimeMicros | null,
): readonly Issue[] {
  return steps.flatMap(({ atMicros, everyMicros, untilMicros }, i) => {
    const end = Math.min(untilMicros ?? last ?? 0, last ?? Number.POSITIVE_INFINITY);
    if (everyMicros === null || (end - atMicros) / everyMicros < MAX_STEP_REPETITIONS) return [];
    const count = Math.floor((end - atMicros) / everyMicros) + 1;
    const message = `repeats this step ${count} times, at most ${MAX_STEP_REPETITIONS} are taken: expected a longer one`;
    return [source.issue(["spec", "timeline", i, "every"], message)];
  });
}

/** The first part that goes on for ever, and what would end it; null when nothing does. */
function endlessPart({
  generators = [],
  timeline = [],
  traffic = [],
}: ScenarioDocument["spec"]): { readonly path: Path; readonly needs: string } | null {
  const generator = generators.findIndex(
    ({ count, untilMicros, arrivals }) =>
      count === null && untilMicros === null && arrivals.type !== "at",
  );
  if (generator >= 0) {
    return { path: ["spec", "generators", generator], needs: "`count` or `until`" };
  }
  if (traffic.length > 0) return { path: ["spec", "traffic"], needs: "no traffic" };
  const step = timeline.findIndex(
    ({ everyMicros, untilMicros }) => everyMicros !== null && untilMicros === null,
  );
  return step < 0 ? null : { path: ["spec", "timeline", step, "every"], needs: "`until`" };
}

/**
 * What a scenario plans for after the end of its run, and what therefore never happens. A shorter
 * `--until` is a good reason for that, so it is told, and not refused.
 */
export function notesOfTheEnd(
  source: ScenarioSource,
  { spec }: ScenarioDocument,
  { untilMicros }: RunEnd,
): readonly Issue[] {
  const notes: Issue[] = [];
  const note = (path: Path, message: string) => notes.push(source.issue(path, message));
  for (const [i, generator] of (spec.generators ?? []).entries()) {
    const text = arrivalsOutside(generator);
    if (text !== null) note(["spec", "generators", i, "arrivals", "at"], text);
  }
  if (untilMicros === null) return notes;
  const end = formatDuration(untilMicros);
  for (const [i, { atMicros, operation }] of (spec.timeline ?? []).entries()) {
    if (atMicros <= untilMicros) continue;
    const message = `the run ends at ${end}: this step, ${stepText(operation)}, never happens`;
    note(["spec", "timeline", i, "at"], message);
  }
  for (const [i, generator] of (spec.generators ?? []).entries()) {
    const late = lateArrivals(generator, untilMicros);
    if (late !== null)
      note(["spec", "generators", i, ...late.key], `the run ends at ${end}: ${late.text}`);
  }
  const { to } = spec.measure ?? {};
  if (to !== undefined && to > untilMicros) {
    note(["spec", "measure", "to"], `the run ends at ${end}, and what is measured ends there too`);
  }
  return notes;
}

/** `drain of Node/general-3`. */
function stepText(operation: Operation): string {
  const { type, target, node, pool } = operation as Operation & Subject;
  if (target !== undefined) return `${type} of ${targetText(target)}`;
  if (node !== undefined) return `${type} of Node/${node}`;
  return typeof pool === "string" ? `${type} of ${pool}` : type;
}

/** What operations call that which they are about. */
interface Subject {
  readonly target?: OperationTarget;
  readonly node?: string;
  readonly pool?: string | null;
}

/** What a generator's own `from` and `until` leave out of its times; null where they leave out nothing. */
function arrivalsOutside({ arrivals, fromMicros, untilMicros, name }: Generator): string | null {
  if (arrivals.type !== "at") return null;
  const { timesMicros } = arrivals;
  const outside = timesMicros.filter(
    (time) => time < fromMicros || (untilMicros !== null && time >= untilMicros),
  ).length;
  if (outside === 0) return null;
  const all = timesMicros.length;
  return `${outside} of the ${all} arrivals of the generator ${name} are not between its \`from\` and \`until\`, and never happen`;
}

function lateArrivals(
  { arrivals, fromMicros, name }: Generator,
  untilMicros: TimeMicros,
): { readonly key: Path; readonly text: string } | null {
  if (fromMicros > untilMicros) {
    return { key: ["from"], text: `the generator ${name} makes nothing` };
  }
  if (arrivals.type !== "at") return null;
  const late = arrivals.timesMicros.filter((time) => time > untilMicros).length;
  if (late === 0) return null;
  const all = arrivals.timesMicros.length;
  const text = `${late} of the ${all} arrivals of the generator ${name} come later, and never happen`;
  return { key: ["arrivals", "at"], text };
}
