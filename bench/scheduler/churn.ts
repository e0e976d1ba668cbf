import type { PodVersion } from "../../src/api/pod-version.js";
import { type Workload, speedNode } from "./workloads.js";
import { BenchWorld, type Form, type NodeShape, benchNode } from "./world.js";

/** Pods that are on the nodes while it is measured: as many as the recorded runs placed. */
const STANDING_PODS = 2_000;
/** Pods that are made in advance, so that making them is not measured. */
export const BATCH = 500;
const PLAIN_BATCH = 5;

/** Measures one workload on one cluster: places pods, and takes the oldest away again. */
export class Churn {
  readonly world: BenchWorld;
  /** Pods on the nodes, a ring: the oldest at `oldest`. */
  private readonly standing: PodVersion[] = [];
  private oldest = 0;
  private next = 0;

  constructor(
    private readonly workload: Workload,
    nodes: number,
    options: {
      readonly percentage: number;
      readonly node?: (i: number) => NodeShape;
      readonly standing?: number;
      readonly memoryBytes?: number;
      readonly prepare?: (world: BenchWorld) => void;
    },
  ) {
    const { percentage, memoryBytes, node = speedNode, standing = STANDING_PODS } = options;
    this.world = new BenchWorld({
      percentageOfNodesToScore: percentage,
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    });
    for (let i = 0; i < nodes; i += 1) this.world.state.addNode(benchNode(`node-${i}`, node(i)));
    options.prepare?.(this.world);
    while (this.standing.length < standing) this.place("fast", Math.min(BATCH, standing), false);
  }

  /** Places `count` pods, and returns the nanoseconds of processor time that this took. */
  place(form: Form, count: number, remove = true): number {
    const { world } = this;
    const { state } = world;
    const pods = Array.from({ length: count }, (_, i) => this.workload(this.next + i));
    const infos = pods.map((pod) => state.podInfos.podInfo(pod));
    this.next += count;
    // Processor time: others work on this machine too.
    const begin = process.cpuUsage();
    for (let i = 0; i < count; i += 1) {
      const bound = world.place(form, infos[i]!);
      if (remove) {
        state.removePod(this.standing[this.oldest]!.uid);
        this.standing[this.oldest] = bound;
        this.oldest = (this.oldest + 1) % this.standing.length;
      } else {
        this.standing.push(bound);
      }
    }
    const spent = process.cpuUsage(begin);
    return (spent.user + spent.system) * 1_000;
  }

  /** Decisions a second in each form, measured in turn. */
  measure(millis: number, plainMillis: number): { fast: number; plain: number | null } {
    const spent = { fast: 0, plain: 0 };
    const done = { fast: 0, plain: 0 };
    this.place("fast", BATCH);
    while (spent.fast < millis * 1e6 || spent.plain < plainMillis * 1e6) {
      if (spent.fast < millis * 1e6) {
        spent.fast += this.place("fast", BATCH);
        done.fast += BATCH;
      }
      if (spent.plain < plainMillis * 1e6) {
        spent.plain += this.place("plain", PLAIN_BATCH);
        done.plain += PLAIN_BATCH;
      }
    }
    const rate = (form: Form): number => (done[form] / spent[form]) * 1e9;
    return { fast: rate("fast"), plain: plainMillis > 0 ? rate("plain") : null };
  }
}
