import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";

/** What a container uses as long as its pod is the same version; null: that changes over time. */
export interface SteadyUsage {
  readonly cpuMillis: number | null;
  readonly memoryBytes: number | null;
}

interface Known {
  readonly container: Container;
  readonly usage: SteadyUsage;
}

/**
 * Remembers, by the row of a pod, what its containers use: whoever measures asks again and again. The container that
 * was asked for first has columns, in which those of many pods lie side by side.
 */
export class SteadyUsages {
  private readonly pods: (PodVersion | null)[] = [];
  private readonly containers: (Container | null)[] = [];
  /** NaN: that changes over time. */
  private readonly cpuMillis: number[] = [];
  private readonly memoryBytes: number[] = [];
  private readonly others: Known[][] = [];

  constructor(private readonly usageOf: (pod: PodVersion, container: Container) => SteadyUsage) {}

  /** Of a pod in that row. NaN: it changes over time. */
  cpuMillisOf(pod: PodVersion, row: number, container: Container): number {
    if (this.isFirst(row, pod, container)) return this.cpuMillis[row]!;
    return this.otherOf(pod, container).cpuMillis ?? Number.NaN;
  }

  /** NaN: it changes over time. */
  memoryBytesOf(pod: PodVersion, container: Container): number {
    const { row } = pod;
    if (this.isFirst(row, pod, container)) return this.memoryBytes[row]!;
    return this.otherOf(pod, container).memoryBytes ?? Number.NaN;
  }

  /** Whether the columns are about that container; they are from now on, if nobody's are of this version. */
  private isFirst(row: number, pod: PodVersion, container: Container): boolean {
    if (this.pods[row] === pod) return this.containers[row] === container;
    while (this.pods.length <= row) {
      this.pods.push(null);
      this.containers.push(null);
      this.cpuMillis.push(Number.NaN);
      this.memoryBytes.push(Number.NaN);
      this.others.push([]);
    }
    const { cpuMillis, memoryBytes } = this.usageOf(pod, container);
    this.pods[row] = pod;
    this.containers[row] = container;
    this.cpuMillis[row] = cpuMillis ?? Number.NaN;
    this.memoryBytes[row] = memoryBytes ?? Number.NaN;
    if (this.others[row]!.length > 0) this.others[row] = [];
    return true;
  }

  private otherOf(pod: PodVersion, container: Container): SteadyUsage {
    const others = this.others[pod.row]!;
    for (const one of others) if (one.container === container) return one.usage;
    const usage = this.usageOf(pod, container);
    others.push({ container, usage });
    return usage;
  }
}
