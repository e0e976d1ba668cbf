import type { UnfinishedRollout } from "../record/unfinished-rollouts.js";
import { alignedLines, fittedRows, withRest } from "./aligned-text.js";
import { durationText, numberText } from "./figure-text.js";
import type { SummaryFigures } from "./summary-figures.js";

/** A line a workload or application; those come first that something happened to. */
export function workloadLines(
  figures: SummaryFigures,
  unfinished: readonly UnfinishedRollout[],
  maxLines: number,
): readonly string[] {
  const unfinishedOf = new Map(unfinished.map((one) => [one.labels, one]));
  const ranked = figures
    .labelled("replicas_mean_count")
    .map((label, index) => {
      const rollout = rolloutText(figures, label, unfinishedOf.get(label));
      const rank = unfinishedOf.has(label) ? 2 : rollout === "" ? 0 : 1;
      return {
        label,
        rollout,
        rank,
        index,
        unavailable: figures.get("unavailable_seconds", label),
      };
    })
    .sort((a, b) => b.rank - a.rank || b.unavailable - a.unavailable || a.index - b.index);
  if (ranked.length === 0) return [];
  const shown = ranked.slice(0, maxLines);
  const surges = shown.some(({ label }) => figures.get("surge_pod_hours", label) >= LEAST_HOURS);
  const rows = shown.map(({ label, rollout, unavailable }) => [
    label.replace("target=", "").replace("=", " "),
    numberText(figures.get("replicas_mean_count", label)),
    numberText(figures.get("replicas_max_count", label)),
    ...(surges ? [hoursText(figures.get("surge_pod_hours", label))] : []),
    durationText(unavailable),
    rollout,
  ]);
  const extra = surges ? ["extra pod-hours"] : [];
  const titles = ["", "replicas", "at most", ...extra, "unavailable", "rollout"];
  const lines = alignedLines(
    fittedRows([titles, ...rows], titles.length - 1),
    titles.map((_, i) => (i === 0 || i === titles.length - 1 ? "left" : "right")),
  );
  return withRest(lines, ranked.length - rows.length, "more in summary.csv");
}

/** Less than that is the moment in which a pod goes and its successor is there already. */
const LEAST_HOURS = 0.001;

function hoursText(hours: number): string {
  return hours < LEAST_HOURS ? "" : numberText(hours);
}

/** `not finished, its deadline of 10m passed at 15m`, or how long rollouts took. */
function rolloutText(
  figures: SummaryFigures,
  label: string,
  unfinished: UnfinishedRollout | undefined,
): string {
  if (unfinished !== undefined) return unfinishedText(unfinished);
  const rollout = figures.get("rollout_duration_seconds", label);
  const rollback = figures.get("rollback_duration_seconds", label);
  return [
    ...(Number.isNaN(rollout) ? [] : [durationText(rollout)]),
    ...(Number.isNaN(rollback) ? [] : [`${durationText(rollback)} back`]),
  ].join(", ");
}

const SORTS = { rollout: "not finished", rollback: "rollback not finished", first: "not finished" };

export function unfinishedText({ sort, deadline, isPaused }: UnfinishedRollout): string {
  const paused = isPaused ? ", paused" : "";
  if (deadline === null) return `${SORTS[sort]}${paused}`;
  const [length, at] = [durationText(deadline.seconds), durationText(deadline.passedMicros / 1e6)];
  return `${SORTS[sort]}${paused}, its deadline of ${length} passed at ${at}`;
}
