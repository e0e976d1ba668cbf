import type { AnyVersion } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import {
  type ClusterEvent,
  type ClusterEventWithHint,
  eventMatches,
} from "./framework/cluster-event.js";
import type { Framework } from "./framework/runtime.js";
import type { QueuedPod } from "./queue/queued-pod.js";

/** Something that happened in the cluster, as the scheduler's watches told it. */
export interface Happening {
  readonly event: ClusterEvent;
  readonly before: AnyVersion | null;
  readonly after: AnyVersion | null;
}

/** Whether a happening is worth a look at a pod at all, before any plugin is asked. */
export type PreCheck = (framework: Framework, pod: PodVersion, happening: Happening) => boolean;

/**
 * Which pods an event may help: those of which a plugin that refused them waits for such an event,
 * and whose hint, where the version has hints, does not say that this one cannot help.
 * Source: KEP-4247; before, kube-scheduler's `clusterEventMap`.
 */
export class QueueingHints {
  private readonly registered = new Map<string, readonly ClusterEventWithHint[] | null>();
  /** Hints that were asked; exact, for benchmarks. */
  asked = 0;

  constructor(
    private readonly frameworks: ReadonlyMap<string, Framework>,
    private readonly options: { readonly useHints: boolean; readonly preCheck: PreCheck },
  ) {
    for (const [schedulerName, framework] of frameworks) {
      for (const plugin of framework.allPlugins) {
        const events = plugin.eventsToRegister?.() ?? null;
        this.registered.set(`${schedulerName}/${plugin.name}`, events);
      }
    }
  }

  worthRequeuing(queued: QueuedPod, happening: Happening): boolean {
    const schedulerName = queued.pod.spec.schedulerName ?? "";
    const framework = this.frameworks.get(schedulerName);
    if (framework === undefined) return false;
    this.asked += 1;
    if (!this.options.useHints && !this.options.preCheck(framework, queued.pod, happening)) {
      return false;
    }
    if (queued.rejectors.length === 0) return true;
    return queued.rejectors.some((plugin) =>
      this.pluginMayAccept(`${schedulerName}/${plugin}`, queued.pod, happening),
    );
  }

  private pluginMayAccept(key: string, pod: PodVersion, happening: Happening): boolean {
    const events = this.registered.get(key);
    if (events === undefined || events === null) return true;
    return events.some(({ event, hint }) => {
      if (!eventMatches(event, happening.event)) return false;
      if (hint === undefined || !this.options.useHints) return true;
      return hint(pod, happening.before, happening.after) === "Queue";
    });
  }
}
