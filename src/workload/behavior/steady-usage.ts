import type { Container, Labels, PodSpec } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";

/** What a container uses as long as its pod says the same but for its status; null: that changes over time. */
export interface SteadyUsage {
  readonly cpuMillis: number | null;
  readonly memoryBytes: number | null;
}

interface Known {
  readonly container: Container;
  readonly usage: SteadyUsage;
}

const CHANGING: SteadyUsage = Object.freeze({ cpuMillis: null, memoryBytes: null });

/**
 * Remembers, by the row of a pod, what its containers use: whoever measures asks again and again. The container that
 * was asked for first has columns, in which those of many pods lie side by side.
 */
export class SteadyUsages {
  /** What the columns are about: not the version itself, which would keep an old status alive. */
  private readonly uids: string[] = [];
  private readonly nodeNames: string[] = [];
  private readonly specs: PodSpec[] = [];
  private readonly labels: Labels[] = [];
  private readonly annotations: Labels[] = [];
  private readonly containers: (Container | null)[] = [];
  /** NaN: that changes over time. */
  private readonly cpuMillis: number[] = [];
  private readonly memoryBytes: number[] = [];
  private readonly others: (Known[] | null)[] = [];

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

  /** Whether the columns are about that container; they are from now on, if they are not about this pod. */
  private isFirst(row: number, pod: PodVersion, container: Container): boolean {
    if (this.isAbout(row, pod)) return this.containers[row] === container;
    while (this.others.length < row) this.take(this.others.length, pod, null);
    this.take(row, pod, container);
    return true;
  }

  private isAbout(row: number, pod: PodVersion): boolean {
    return (
      this.uids[row] === pod.uid &&
      this.specs[row] === pod.spec &&
      this.nodeNames[row] === pod.nodeName &&
      this.labels[row] === pod.labels &&
      this.annotations[row] === pod.annotations
    );
  }

  /** Without a container the row is only filled up: it is about nobody's pod. */
  private take(row: number, pod: PodVersion, container: Container | null): void {
    const usage = container === null ? CHANGING : this.usageOf(pod, container);
    this.uids[row] = container === null ? "" : pod.uid;
    this.nodeNames[row] = pod.nodeName;
    this.specs[row] = pod.spec;
    this.labels[row] = pod.labels;
    this.annotations[row] = pod.annotations;
    this.containers[row] = container;
    this.cpuMillis[row] = usage.cpuMillis ?? Number.NaN;
    this.memoryBytes[row] = usage.memoryBytes ?? Number.NaN;
    this.others[row] = null;
  }

  private otherOf(pod: PodVersion, container: Container): SteadyUsage {
    const others = this.others[pod.row] ?? [];
    this.others[pod.row] = others;
    for (const one of others) if (one.container === container) return one.usage;
    const usage = this.usageOf(pod, container);
    others.push({ container, usage });
    return usage;
  }
}
