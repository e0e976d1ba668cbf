import type { CronJobSpec } from "../../api/schemas/types.js";
import { finishedAs, type Job } from "../job/job-object.js";

/** Finished Jobs that are more than the CronJob keeps, the oldest first. */
export function jobsToCleanUp(spec: CronJobSpec, jobs: readonly Job[]): readonly Job[] {
  const { successfulJobsHistoryLimit: successful, failedJobsHistoryLimit: failed } = spec;
  return [...beyond(jobs, "Complete", successful), ...beyond(jobs, "Failed", failed)];
}

function beyond(jobs: readonly Job[], type: string, limit: number | undefined): readonly Job[] {
  if (limit == null) return [];
  const ended = jobs.filter((job) => finishedAs(job.status)?.type === type);
  return inOrderOfStart(ended).slice(0, Math.max(0, ended.length - limit));
}

/** Those that never started come last; of equal ones the name decides. */
export function inOrderOfStart(jobs: readonly Job[]): readonly Job[] {
  return jobs.toSorted((a, b) => {
    const [one, other] = [a.status.startTime, b.status.startTime];
    if (one === other) return a.name < b.name ? -1 : 1;
    if (one === undefined) return 1;
    if (other === undefined) return -1;
    return one < other ? -1 : 1;
  });
}
