import type { Law } from "../laws/law.js";
import type { SourceDraws } from "../loop/source-draws.js";
import type { CpuSpec } from "./cpu-share.js";

/**
 * What one visit of a request to a pod takes. A visit is known by the number of its request and its
 * path: which call of the request it is, and which attempt.
 */
export interface Work {
  /** CPU, in core seconds; 0: none. */
  cpuSeconds(draws: SourceDraws, number: number, path: number): number;
  /** Time in service besides, such as for a disk; it follows the CPU. In seconds. */
  delaySeconds(draws: SourceDraws, number: number, path: number): number;
  /** Over how many threads the CPU work is split. */
  threads(draws: SourceDraws, number: number): number;
}

/** Calls that a request makes of other services, and what it does when they do not answer. */
interface CallSpec {
  readonly service: number;
  readonly policy: number;
}

/** How a pod treats requests: first come, first served behind `concurrency` that it works on. */
export interface PodModel {
  /** What work takes is divided by it. */
  readonly speed: number;
  /** Requests that it works on at once; may be Infinity. */
  readonly concurrency: number;
  /** Places for requests that wait; a request that finds none is turned away. May be Infinity. */
  readonly queueLimit: number;
  readonly work: Work;
  /** Null where no request takes CPU. */
  readonly cpu: CpuSpec | null;
  /** Share of the requests that it answers with an error. */
  readonly errorShare: number;
  /** After its own work: calls stage by stage, those of one stage at the same moment. */
  readonly stages: readonly (readonly CallSpec[])[];
  /** Whether it keeps its place while it waits for them: threads do, event loops do not. */
  readonly holdsPlaceDuringCalls: boolean;
}

/** Work by distributions; null takes none. */
export class DrawnWork implements Work {
  constructor(
    readonly cpu: Law | null,
    readonly delay: Law | null,
  ) {}

  cpuSeconds(draws: SourceDraws, number: number, path: number): number {
    return this.cpu === null ? 0 : this.cpu.quantile(draws.cpu.uniform(number, path));
  }

  delaySeconds(draws: SourceDraws, number: number, path: number): number {
    return this.delay === null ? 0 : this.delay.quantile(draws.delay.uniform(number, path));
  }

  threads(): number {
    return 1;
  }
}
