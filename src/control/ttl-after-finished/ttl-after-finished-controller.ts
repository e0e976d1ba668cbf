import type { Engine } from "../../kernel/engine.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { finishedAs, type Job } from "../job/job-object.js";
import { microsOfSeconds, Timestamps } from "../timestamps.js";
import { WriteQueue } from "../write-queue.js";

/**
 * Deletes Jobs, and with them their pods, `ttlSecondsAfterFinished` after they have finished.
 * Source: Kubernetes, "Automatic Cleanup for Finished Jobs"; upstream's pkg/controller/ttlafterfinished.
 */
export class TtlAfterFinishedController implements Controller {
  private readonly engine: Engine;
  private readonly jobs: Informer<"Job">;
  private readonly queue: WriteQueue;
  private readonly timestamps: Timestamps;

  constructor({ engine, informers, client, workers, startTimeMs }: ControllerOptions) {
    this.engine = engine;
    this.jobs = informers.informer("Job");
    this.timestamps = new Timestamps(startTimeMs);
    this.queue = new WriteQueue({
      engine,
      client,
      name: "ttl-after-finished",
      workers,
      plan: (row) => this.plan(row),
      refused: (_row, refusal) => refusal.reason !== "NotFound",
    });
  }

  start(): void {
    this.jobs.addHandler({
      added: (job) => this.look(job),
      updated: (_before, job) => this.look(job),
    });
  }

  private look(job: Job): void {
    if (job.deletionTimeMicros === null && this.expiryOf(job) !== null) this.queue.add(job.row);
  }

  private plan(row: number): readonly WriteRequest[] {
    const target = this.jobs.at(row);
    if (target === undefined || target.deletionTimeMicros !== null) return [];
    const expiry = this.expiryOf(target);
    if (expiry === null) return [];
    const left = expiry - this.engine.now;
    if (left > 0) {
      this.queue.addAfter(row, left);
      return [];
    }
    return [{ verb: "delete", target, propagationPolicy: "Foreground" }];
  }

  /** When the Job is to go; null for one that stays. */
  private expiryOf({ spec, status }: Job): number | null {
    const { ttlSecondsAfterFinished } = spec;
    if (ttlSecondsAfterFinished == null) return null;
    const finished = this.timestamps.microsOf(finishedAs(status)?.lastTransitionTime);
    return finished === null ? null : finished + microsOfSeconds(ttlSecondsAfterFinished);
  }
}
