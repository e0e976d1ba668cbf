import type { PodVersion } from "../../api/pod-version.js";
import {
  Action,
  type ClusterEventWithHint,
  clusterEvent,
  type EventResource,
} from "../framework/cluster-event.js";
import type { Asked, OwnAnswers } from "./own-answers.js";
import type { OwnPlugin } from "./define-plugin.js";

/** What an event happens to: `Pod` is any pod, `AssignedPod` one on a node. */
const OWN_RESOURCES = [
  "Pod",
  "AssignedPod",
  "UnschedulablePod",
  "Node",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "StorageClass",
  "Namespace",
  "ResourceClaim",
  "ResourceSlice",
  "DeviceClass",
  "*",
] as const satisfies readonly EventResource[];

export type OwnAction = keyof typeof Action;

/** Something that may help a pod which the plugin refused. Source: scheduling framework, `EventsToRegister`; KEP-4247. */
export interface EventToRegister {
  readonly resource: (typeof OWN_RESOURCES)[number];
  /** `Add`, `Delete`, `Update` and its parts, such as `UpdateNodeLabel`. */
  readonly actions: readonly OwnAction[];
  /**
   * Whether this very event may help the pod; `before` is null for an Add, `after` for a Delete. Absent: it always may. Asked
   * where the version has queueing hints.
   */
  hint?(pod: PodVersion, before: unknown, after: unknown): "Queue" | "Skip";
}

/** The events of a plugin of one's own as the scheduler registers them. */
export function ownEvents(own: OwnPlugin, answers: OwnAnswers): readonly ClusterEventWithHint[] {
  const asked = { method: "eventsToRegister" };
  const given: unknown = answers.ask(asked, () => own.eventsToRegister!());
  if (!Array.isArray(given)) answers.fault(asked, given, "a list of { resource, actions, hint }");
  return given.map((event: EventToRegister) => {
    if (!OWN_RESOURCES.includes(event?.resource)) {
      answers.fault(asked, event?.resource, `a resource: ${OWN_RESOURCES.join(", ")}`);
    }
    const { resource, actions, hint } = event;
    if (!Array.isArray(actions) || actions.length === 0) {
      answers.fault(asked, actions, `a list of actions for ${resource}`);
    }
    for (const action of actions) {
      if (Object.hasOwn(Action, action)) continue;
      answers.fault(asked, action, `an action: ${Object.keys(Action).join(", ")}`);
    }
    const bits = clusterEvent(
      resource,
      ...(actions as readonly OwnAction[]).map((action) => Action[action]),
    );
    if (hint === undefined) return { event: bits };
    return {
      event: bits,
      hint: (pod, before, after) => {
        const of: Asked = { method: "hint", pod };
        const answer = answers.ask(of, () => event.hint!(pod, before, after));
        if (answer !== "Queue" && answer !== "Skip") {
          answers.fault(of, answer, '"Queue" or "Skip"');
        }
        return answer;
      },
    };
  });
}
