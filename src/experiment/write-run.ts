import type { RunFigures } from "../record/run-figures.js";
import type { Issue } from "../scenario/issue.js";
import type { Pause, RunFolder } from "./run-folder.js";
import { type RunIdentity, runRecord } from "./run-record.js";

/**
 * Writes all files of a finished run but `events.csv`, which was written on the way, and puts them in
 * their place. `timing` has what differs from run to run: wall-clock figures, and paths; `pause` is
 * called between blocks of rows, and may throw.
 */
export async function writeRun(
  folder: RunFolder,
  run: {
    readonly figures: RunFigures;
    readonly identity: RunIdentity;
    readonly timing: Readonly<Record<string, number | string | readonly string[]>>;
  },
  pause: Pause,
): Promise<Issue | null> {
  await folder.writeTable("summary.csv", run.figures.summaryTable(), pause);
  await folder.writeTable("timeseries.csv", run.figures.timeseriesTable(), pause);
  await folder.writeTable("pods.csv", run.figures.podsTable(), pause);
  await folder.writeTable("nodes.csv", run.figures.nodesTable(), pause);
  folder.writeJson("run.json", runRecord(run.identity));
  folder.writeJson("timing.json", run.timing);
  return folder.commit();
}
