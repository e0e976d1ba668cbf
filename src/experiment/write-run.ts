import type { RunFigures } from "../record/run-figures.js";
import type { Issue } from "../scenario/issue.js";
import type { RunFolder } from "./run-folder.js";
import { type RunIdentity, runRecord } from "./run-record.js";

/**
 * Writes all files of a finished run but `events.csv`, which was written on the way, and puts them in
 * their place. `timing` has the wall-clock figures, which differ from run to run.
 */
export function writeRun(
  folder: RunFolder,
  run: {
    readonly figures: RunFigures;
    readonly identity: RunIdentity;
    readonly timing: Readonly<Record<string, number | string>>;
  },
): Issue | null {
  folder.writeTable("summary.csv", run.figures.summaryTable());
  folder.writeTable("timeseries.csv", run.figures.timeseriesTable());
  folder.writeTable("pods.csv", run.figures.podsTable());
  folder.writeTable("nodes.csv", run.figures.nodesTable());
  folder.writeJson("run.json", runRecord(run.identity));
  folder.writeJson("timing.json", run.timing);
  return folder.commit();
}
