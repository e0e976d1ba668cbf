import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { ArgsReader } from "../framework/configuration/plugin-catalogue.js";
import type { QueuedPod, QueueSortPlugin } from "../framework/interfaces.js";
import { cameFirst } from "./fifo.js";

export interface PriorityAgingArgs {
  /** How long a pod waits for each step. */
  readonly intervalSeconds: number;
  /** What a step adds to its priority. */
  readonly step: number;
  /** Most that is added. */
  readonly limit: number;
}

const POSITIVE = { min: 1, max: 2 ** 31 - 1 };

export const priorityAgingArgs: ArgsReader = {
  fields: ["intervalSeconds", "step", "limit"],
  read: (args): PriorityAgingArgs => ({
    intervalSeconds: args?.integer("intervalSeconds", POSITIVE) ?? 60,
    step: args?.integer("step", POSITIVE) ?? 1,
    limit: args?.integer("limit", POSITIVE) ?? 1_000_000_000,
  }),
};

/**
 * Priority that grows while a pod waits: by `step` for each whole `intervalSeconds` since it was created,
 * by `limit` at most; among equals who came first. Sorted anew whenever such an interval of the run is over.
 *
 * Source: L. Kleinrock, "A delay dependent queue discipline", Naval Research Logistics Quarterly 11, 1964.
 */
export class PriorityAging implements QueueSortPlugin {
  readonly name = "PriorityAging";
  /** The time by which ages count. */
  private atMicros: TimeMicros = 0;

  constructor(private readonly args: PriorityAgingArgs) {}

  sortsAnew(now: TimeMicros): boolean {
    const interval = this.args.intervalSeconds * MICROS_PER_SECOND;
    const at = Math.floor(now / interval) * interval;
    if (at === this.atMicros) return false;
    this.atMicros = at;
    return true;
  }

  less(a: QueuedPod, b: QueuedPod): boolean {
    const ofA = this.aged(a);
    const ofB = this.aged(b);
    return ofA === ofB ? cameFirst(a, b) : ofA > ofB;
  }

  private aged({ pod, priority }: QueuedPod): number {
    const { intervalSeconds, step, limit } = this.args;
    const waited = Math.max(this.atMicros - pod.creationTimeMicros, 0);
    const steps = Math.floor(waited / (intervalSeconds * MICROS_PER_SECOND));
    return priority + Math.min(steps * step, limit);
  }
}
