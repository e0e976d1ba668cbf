import type { Accounting } from "./job-accounting.js";
import type { JobCount, JobView } from "./job-count.js";
import type { ConditionSketch, Job, JobStatus } from "./job-object.js";
import type { SlowStart } from "../slow-start.js";

/** A sync of a Job that is under way. */
export interface JobSync {
  /** The Job as the watch shows it; after a write, as that was answered. */
  job: Job;
  /** What comes next. */
  stage: "stale" | "claim" | "count" | "create" | "conclude" | "release" | "finish" | "end";
  /** Whether the watches showed what was asked for before. */
  readonly satisfied: boolean;
  counted: { readonly view: JobView; readonly count: JobCount } | null;
  /** As it is to be written. */
  status: JobStatus;
  /** Why the Job ends. */
  ending: ConditionSketch | null;
  /** Pods as they are once what was asked for is done. */
  active: number;
  ready: number;
  terminating: number;
  deletedCount: number;
  /** Whether pods were created and deleted as the spec wants. */
  isManaged: boolean;
  creation: SlowStart | null;
  /** Indexes that pods are to be created for. */
  indexes: number[];
  accounting: Accounting | null;
  /** UIDs of pods whose finalizer was taken away. */
  readonly released: Set<string>;
  isFinishing: boolean;
  /** What went wrong with the pods. */
  error: string | null;
  /** A status, or the end of a finalizer, could not be written. */
  isRefused: boolean;
}

export function beginSync(job: Job, isStale: boolean, satisfied: boolean): JobSync {
  return {
    job,
    stage: isStale ? "stale" : "claim",
    satisfied,
    counted: null,
    status: job.status,
    ending: null,
    active: 0,
    ready: 0,
    terminating: 0,
    deletedCount: 0,
    isManaged: false,
    creation: null,
    indexes: [],
    accounting: null,
    released: new Set(),
    isFinishing: false,
    error: null,
    isRefused: false,
  };
}
