import type { Container } from "../api/kubernetes.js";
import type { PodVersion } from "../api/pod-version.js";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";

/** What one run of a container will do, told when it starts. */
export interface ContainerRun {
  /** From the start of the process until it serves. */
  readonly startMicros: TimeMicros;
  /** From when it has started up until it is ready; null: never; absent: as its probe finds. */
  readonly readyMicros?: TimeMicros | null | undefined;
  /** From the start of the process until it ends by itself; null: never. */
  readonly runMicros: TimeMicros | null;
  readonly exitCode: number;
  /** Reason of the end; default Completed for exit code 0, Error for others. */
  readonly reason?: string | undefined;
  /** While it runs its probes fail for a time, counted from when it serves; null: to its end. */
  readonly unhealthy?:
    | { readonly afterMicros: TimeMicros; readonly forMicros: TimeMicros | null }
    | undefined;
  /** What its postStart hook takes, and whether it fails then. */
  readonly postStart?: { readonly takesMicros: TimeMicros; readonly fails: boolean } | undefined;
  /** Nobody said what the container does: what a snapshot shows of it counts for more. */
  readonly assumed?: boolean;
}

/** What a running container uses. */
interface ContainerUsage {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/** What a container takes of its node's disk, for what it writes, and of its processes. */
interface LocalUsage {
  readonly diskBytes: number;
  readonly processes: number;
}

/** What containers do. Kubelets ask; the workload answers. */
export interface BehaviorSource {
  /** `ordinal` is the number of the run of this container: 0 for its first start. */
  containerRun(pod: PodVersion, container: Container, init: boolean, ordinal: number): ContainerRun;
  /** From SIGTERM until the container has ended. */
  stopMicros(pod: PodVersion, container: Container): TimeMicros;
  /** From when the pod is on its node until its first container may start; default: 0. */
  sandboxMicros?(pod: PodVersion): TimeMicros;
  /** Why the container never starts; null, and the default: it does. */
  neverStarts?(pod: PodVersion, container: Container): string | null;
  /** Size of the container's image; 0: pulling it takes no time. */
  imageBytes(pod: PodVersion, container: Container): number;
  /** Whether there is no such image to pull; default: there is. */
  imageMissing?(pod: PodVersion, container: Container): boolean;
  /** What a running container uses from then on; without it, observers assume a share of the requests. */
  usage?(pod: PodVersion, container: Container, fromMicros: TimeMicros): ContainerUsage;
  /** What a container takes of its node besides, once it has run; default: nothing of the disk, and one process. */
  localUsage?(pod: PodVersion, container: Container): LocalUsage;
  /** How often the usage of those that {@link usageVaries} tells has to be asked for anew; null: never. */
  readonly usageEveryMicros?: TimeMicros | null;
  usageVaries?(pod: PodVersion, container: Container): boolean;
  /** From when on it uses more memory than that, because what it uses changes; null: never. */
  memoryAbove?(
    pod: PodVersion,
    container: Container,
    limit: { readonly bytes: number; readonly fromMicros: TimeMicros },
  ): TimeMicros | null;
}

const FOR_EVER: ContainerRun = Object.freeze({
  startMicros: MICROS_PER_SECOND,
  runMicros: null,
  exitCode: 0,
  assumed: true,
});
const ONE_MINUTE: ContainerRun = Object.freeze({ ...FOR_EVER, runMicros: MICROS_PER_MINUTE });
const ONE_SECOND: ContainerRun = Object.freeze({ ...FOR_EVER, runMicros: MICROS_PER_SECOND });

/**
 * Containers of which nothing is known: they serve 1 s after their start, end 1 s after SIGTERM,
 * and run for ever under restartPolicy Always, otherwise for 1 min (an init container 1 s), with
 * exit code 0.
 */
export class DefaultBehavior implements BehaviorSource {
  /** Containers that it was asked about at their first start. */
  containersCount = 0;

  containerRun(
    pod: PodVersion,
    container: Container,
    init: boolean,
    ordinal: number,
  ): ContainerRun {
    if (ordinal === 0) this.containersCount += 1;
    if (init) return container.restartPolicy === "Always" ? FOR_EVER : ONE_SECOND;
    const always = (pod.spec.restartPolicy ?? "Always") === "Always";
    return always ? FOR_EVER : ONE_MINUTE;
  }

  stopMicros(): TimeMicros {
    return MICROS_PER_SECOND;
  }

  imageBytes(): number {
    return 0;
  }
}
