import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ContainerBehavior } from "../../workload/behavior/container-behavior.js";

interface PodUsage {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/**
 * What pods use besides what their requests take. All of them are asked about again and again: what one uses all the
 * time is remembered, by its row, as long as it is the same version.
 */
export class BaseUsages {
  private readonly pods: PodVersion[] = [];
  private readonly usages: PodUsage[] = [];

  constructor(private readonly behavior: ContainerBehavior) {}

  of(pod: PodVersion, nowMicros: TimeMicros): PodUsage {
    const { row } = pod;
    if (this.pods[row] === pod) return this.usages[row]!;
    const usage = this.sumOf(pod, nowMicros);
    const varies = pod.spec.containers.some((container) =>
      this.behavior.usageVaries(pod, container),
    );
    if (!varies) this.keep(pod, usage);
    return usage;
  }

  private sumOf(pod: PodVersion, nowMicros: TimeMicros): PodUsage {
    let cpuMillis = 0;
    let memoryBytes = 0;
    for (const container of pod.spec.containers) {
      const usage = this.behavior.usage(pod, container, nowMicros);
      cpuMillis += usage.cpuMillis;
      memoryBytes += usage.memoryBytes;
    }
    return { cpuMillis, memoryBytes };
  }

  /** Without gaps: an array with large ones is a table of hashes. */
  private keep(pod: PodVersion, usage: PodUsage): void {
    while (this.pods.length < pod.row) {
      this.pods.push(pod);
      this.usages.push(usage);
    }
    this.pods[pod.row] = pod;
    this.usages[pod.row] = usage;
  }
}
