import { z } from "zod";
import type { ObjectStore } from "../../store/object-store.js";
import type { DeleteRequest, PropagationPolicy } from "../../store/request.js";
import type { OperationTarget } from "../../workload/timeline/operation.js";
import { chosenPods, type PodChoice } from "../../workload/timeline/pod-choice.js";
import type { Step } from "../../workload/timeline/step.js";
import { namedTarget } from "../../workload/timeline/stored.js";
import { described } from "../schema/leaf.js";
import { seconds, target, word } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { podChoiceKeys, podChoiceOf } from "./pod-choice-keys.js";
import { timelineOperation } from "./timeline-operation.js";

interface Delete {
  readonly type: "delete";
  readonly of: OperationTarget | PodChoice;
  readonly gracePeriodSeconds: number | null;
  readonly propagation: PropagationPolicy | null;
}

export const deletion = timelineOperation({
  name: "delete",
  meaning: "Deletes an object, or pods, gracefully.",
  schema: z.strictObject({
    target: target.optional(),
    ...podChoiceKeys,
    gracePeriod: described(seconds.optional(), "Instead of the object's own."),
    propagation: described(
      word("Background", "Foreground", "Orphan").optional(),
      "What becomes of the objects that it owns.",
      { default: "Background", source: "upstream" },
    ),
  }),
  read: ({ gracePeriod, propagation, target: object, ...given }): Parsed<Delete> => {
    const choice = podChoiceOf({ target: object, ...given });
    if ("problem" in choice) return choice;
    return {
      value: {
        type: "delete",
        of: object ?? choice.value!,
        gracePeriodSeconds: gracePeriod ?? null,
        propagation: propagation ?? null,
      },
    };
  },
  issues: ({ path, operation: { of } }, names) =>
    "podSelector" in of ? [] : names.target([...path, "target"], of),
  runner: ({ store }) => ({ take: (operation) => take(operation, store) }),
});

function take({ of, gracePeriodSeconds, propagation }: Delete, store: ObjectStore): Step {
  const how: Omit<DeleteRequest, "target" | "verb"> = {
    ...(gracePeriodSeconds !== null && { gracePeriodSeconds }),
    ...(propagation !== null && { propagationPolicy: propagation }),
  };
  if (!("podSelector" in of)) {
    const named = namedTarget(of);
    if (typeof named === "string") return { target: of, refusal: named };
    return [{ target: of, request: { verb: "delete", target: named, ...how }, done: "deleted" }];
  }
  const pods = chosenPods(store, of);
  if (pods.length === 0) {
    const target = { kind: "Pod", namespace: of.namespace, name: of.podSelector };
    return { target, refusal: "there is no such pod" };
  }
  return pods.map(({ namespace, name, uid }) => {
    const object = { kind: "Pod", namespace, name } as const;
    const request = { verb: "delete", target: { ...object, uid }, ...how } as const;
    return { target: object, request, done: "deleted" };
  });
}
