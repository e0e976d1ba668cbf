import type { StandingTrouble } from "../scenario/assemble/standing-troubles.js";
import { alignedLines, fittedRows, withRest } from "./aligned-text.js";
import { durationText } from "./figure-text.js";
import type { Emphasis } from "./summary-table.js";

/** A line an object that cannot do what it is there for, and why. */
export function troubleLines(
  troubles: readonly StandingTrouble[],
  maxLines: number,
  emphasis: Emphasis,
): readonly string[] {
  const rows = troubles.slice(0, maxLines).map((trouble) => [trouble.target, troubleText(trouble)]);
  const lines = alignedLines(fittedRows(rows, 1), ["left", "left"]).map((line) =>
    emphasis.warn(line),
  );
  return withRest(lines, troubles.length - rows.length, "more in events.csv");
}

/** `the HPA controller was unable to … (since 15 s)` */
export function troubleText({ message, sinceMicros }: StandingTrouble): string {
  return sinceMicros === null ? message : `${message} (since ${durationText(sinceMicros / 1e6)})`;
}
