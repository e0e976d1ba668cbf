import type { AnyVersion } from "../api/object-version.js";
import {
  type ClusterEvent,
  type ClusterEventWithHint,
  type EventResource,
  eventMatches,
} from "./framework/cluster-event.js";
import type { Plugin } from "./framework/interfaces.js";
import type { Framework } from "./framework/runtime.js";
import type { QueuedPod } from "./queue/queued-pod.js";

/** Something that happened in the cluster, as the scheduler's watches told it. */
export interface Happening {
  readonly event: ClusterEvent;
  readonly before: AnyVersion | null;
  readonly after: AnyVersion | null;
}

type Registered = readonly ClusterEventWithHint[];

/** What a plugin stands for that registers nothing: every event. */
const EVERYTHING = null;
/** Extension points at which a plugin may send a pod back to the queue. */
const REJECTING = ["preEnqueue", "preFilter", "filter", "reserve", "permit"] as const;

/**
 * Which pods an event may help: those of which a plugin that refused them waits for such an event,
 * and whose hint, where the version has hints, does not say that this one cannot help.
 * Source: KEP-4247; before, kube-scheduler's `clusterEventMap`.
 */
export class QueueingHints {
  /** By scheduler and plugin. */
  private readonly registered = new Map<string, Registered | typeof EVERYTHING>();
  /** By resource and actions. */
  private readonly interesting = new Map<string, Map<number, boolean>>();

  constructor(
    frameworks: ReadonlyMap<string, Framework>,
    private readonly options: { readonly useHints: boolean },
  ) {
    for (const [schedulerName, framework] of frameworks) {
      for (const plugin of framework.allPlugins) {
        if (!REJECTING.some((point) => point in plugin)) continue;
        this.registered.set(`${schedulerName}/${plugin.name}`, registeredBy(plugin));
      }
    }
  }

  /** Whether any plugin of any profile waits for such an event. */
  ofInterest(resource: EventResource, actions: number): boolean {
    let byActions = this.interesting.get(resource);
    if (byActions === undefined) {
      byActions = new Map();
      this.interesting.set(resource, byActions);
    }
    let known = byActions.get(actions);
    if (known === undefined) {
      const event = { resource, actions };
      known = [...this.registered.values()].some(
        (events) => events === EVERYTHING || events.some((each) => eventMatches(each.event, event)),
      );
      byActions.set(actions, known);
    }
    return known;
  }

  /** Whether one of the plugins that rejected the pod waits for such an event; any, if none did. */
  awaits(queued: QueuedPod, { event }: Happening): boolean {
    return this.anyRejector(queued, (each) => eventMatches(each.event, event));
  }

  /** Whether the plugin that holds the pod back waits for such an event. */
  mayUngate({ pod, gatedBy }: QueuedPod, { event }: Happening): boolean {
    const events = this.registered.get(`${pod.spec.schedulerName ?? ""}/${gatedBy}`) ?? EVERYTHING;
    return events === EVERYTHING || events.some((each) => eventMatches(each.event, event));
  }

  /** Whether one of them waits for it, and its hint does not say that this very event cannot help. */
  worthRequeuing(queued: QueuedPod, { event, before, after }: Happening): boolean {
    if (!this.options.useHints) return true;
    return this.anyRejector(
      queued,
      ({ event: awaited, hint }) =>
        eventMatches(awaited, event) &&
        (hint === undefined || hint(queued.pod, before, after) === "Queue"),
    );
  }

  private anyRejector(
    { pod, rejectors }: QueuedPod,
    accepts: (event: ClusterEventWithHint) => boolean,
  ): boolean {
    if (rejectors.length === 0) return true;
    const schedulerName = pod.spec.schedulerName ?? "";
    return rejectors.some((plugin) => {
      const events = this.registered.get(`${schedulerName}/${plugin}`) ?? EVERYTHING;
      return events === EVERYTHING || events.some(accepts);
    });
  }
}

function registeredBy(plugin: Plugin): Registered | typeof EVERYTHING {
  return plugin.eventsToRegister?.() ?? EVERYTHING;
}
