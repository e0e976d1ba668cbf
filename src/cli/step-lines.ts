import type { TimelineStep } from "../record/event-log.js";
import { alignedLines, fittedRows, withRest } from "./aligned-text.js";
import { durationText } from "./figure-text.js";
import type { Emphasis } from "./summary-table.js";

interface Steps {
  readonly steps: readonly TimelineStep[];
  readonly stepsCount: number;
}

/** The first steps of a timeline, and the first of those that went wrong, in order of time. */
export function stepLines(
  { steps, stepsCount }: Steps,
  maxLines: number,
  emphasis: Emphasis,
): readonly string[] {
  const isWrong = ({ state }: TimelineStep) => state !== "done";
  const wrong = steps.filter(isWrong).slice(0, maxLines);
  const done = steps.filter((step) => !isWrong(step)).slice(0, maxLines);
  const shown = steps.filter((step) => wrong.includes(step) || done.includes(step));
  const rows = fittedRows(
    shown.map(({ timeMicros, operation, target, message }) => [
      durationText(timeMicros / 1e6),
      operation,
      target,
      message,
    ]),
    3,
  );
  let at = -1;
  const lines = alignedLines(rows, ["right", "left", "left", "left"]).map((line, index) => {
    // A row without a time goes on with the text of the one before.
    if (rows[index]![0] !== "") at += 1;
    return isWrong(shown[at]!) ? emphasis.warn(line) : line;
  });
  return withRest(lines, stepsCount - shown.length, "more in events.csv");
}
