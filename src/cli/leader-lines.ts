import { alignedLines, withRest } from "./aligned-text.js";
import { durationText, numberText } from "./figure-text.js";
import type { SummaryFigures } from "./summary-figures.js";

/** A line a Lease by which a leader was elected. */
export function leaderLines(figures: SummaryFigures, maxLines: number): readonly string[] {
  const labels = figures.labelled("leaderless_seconds");
  if (labels.length === 0) return [];
  const shown = labels.slice(0, maxLines);
  const rows = shown.map((label) => {
    const changes = figures.get("leader_changes_count", label);
    return [
      label.replace("lease=", ""),
      numberText(Number.isNaN(changes) ? 0 : changes),
      durationText(figures.get("leaderless_seconds", label)),
    ];
  });
  const lines = alignedLines(
    [["", "changes", "without a leader"], ...rows],
    ["left", "right", "right"],
  );
  return withRest(lines, labels.length - shown.length, "more in summary.csv");
}
