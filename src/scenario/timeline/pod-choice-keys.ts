import type { OperationTarget } from "../../workload/timeline/operation.js";
import type { PodChoice } from "../../workload/timeline/pod-choice.js";
import { described } from "../schema/leaf.js";
import { podSelector } from "../schema/pod-selector.js";
import { count, dnsLabel, flag, text } from "../schema/scalars.js";
import type { Parsed } from "../units.js";

/** Keys by which a step names pods in place of a `target`. */
export const podChoiceKeys = {
  namespace: described(dnsLabel.optional(), "Of the pods that `podSelector` selects.", {
    default: "default",
  }),
  podSelector: described(podSelector.optional(), "Instead of `target`: pods with these labels."),
  node: described(text.optional(), "Only those of them on this node."),
  ready: described(flag.optional(), "Only those of them that are ready; or that are not."),
  nth: described(
    count.optional(),
    "Only the one of that number among them, from 0 for the oldest.",
  ),
};

interface GivenChoice {
  readonly target?: OperationTarget | undefined;
  readonly namespace?: string | undefined;
  readonly podSelector?: string | undefined;
  readonly node?: string | undefined;
  readonly ready?: boolean | undefined;
  readonly nth?: number | undefined;
}

/** The pods that a step names; null where it names an object by its `target`. */
export function podChoiceOf(given: GivenChoice): Parsed<PodChoice | null> {
  const { target, namespace, podSelector: selector, node, ready, nth } = given;
  if ((target === undefined) === (selector === undefined)) {
    return { problem: "expected either `target` or `podSelector`" };
  }
  if (selector === undefined) {
    const stray = Object.entries({ namespace, node, ready, nth }).find(
      ([, value]) => value !== undefined,
    );
    return stray === undefined
      ? { value: null }
      : { problem: `\`${stray[0]}\` belongs to \`podSelector\``, at: [stray[0]] };
  }
  return {
    value: {
      namespace: namespace ?? "default",
      podSelector: selector,
      node: node ?? null,
      ready: ready ?? null,
      nth: nth ?? null,
    },
  };
}
