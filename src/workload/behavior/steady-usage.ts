import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";

/** What a container uses as long as its pod is the same version; null: that changes over time. */
export interface SteadyUsage {
  readonly cpuMillis: number | null;
  readonly memoryBytes: number | null;
}

interface Known {
  readonly pod: PodVersion;
  readonly container: Container;
  readonly usage: SteadyUsage;
}

/** Remembers, by the row of a pod, what its containers use: whoever measures asks again and again. */
export class SteadyUsages {
  private readonly byRow: (Known[] | undefined)[] = [];

  constructor(private readonly usageOf: (pod: PodVersion, container: Container) => SteadyUsage) {}

  of(pod: PodVersion, container: Container): SteadyUsage {
    let known = this.byRow[pod.row];
    if (known === undefined || known[0]?.pod !== pod) {
      known = [];
      this.byRow[pod.row] = known;
    }
    for (const one of known) if (one.container === container) return one.usage;
    const usage = this.usageOf(pod, container);
    known.push({ pod, container, usage });
    return usage;
  }
}
