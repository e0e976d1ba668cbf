import { alignedLines, withRest } from "./aligned-text.js";
import { durationText, numberText } from "./figure-text.js";
import type { SummaryFigures } from "./summary-figures.js";

/** A line a disruption budget that refused evictions, or that was not kept. */
export function budgetLines(figures: SummaryFigures, maxLines: number): readonly string[] {
  const labels = new Set([
    ...figures.labelled("below_budget_seconds"),
    ...figures.labelled("evictions_refused_count"),
  ]);
  const rows = [...labels].flatMap((label) => {
    const below = figures.get("below_budget_seconds", label);
    const refused = figures.get("evictions_refused_count", label);
    if (!(below > 0) && !(refused > 0)) return [];
    const name = label.replace("budget=", "");
    return [[name, refused > 0 ? numberText(refused) : "", below > 0 ? durationText(below) : ""]];
  });
  if (rows.length === 0) return [];
  const shown = rows.slice(0, maxLines);
  const lines = alignedLines(
    [["", "evictions refused", "not kept for"], ...shown],
    ["left", "right", "right"],
  );
  return withRest(lines, rows.length - shown.length, "more in summary.csv");
}
