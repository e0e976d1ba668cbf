import type { Labels } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import { ByName } from "../../base/by-name.js";
import type { SelectorProblem } from "./autoscaler-decision.js";
import type { ScaleMemory } from "./scale-memory.js";
import type { TargetScale } from "./target-scale.js";

/**
 * What the controller remembers of each autoscaler, by namespace and name, and with it whose pods are
 * whose: two autoscalers over one pod would work against each other.
 */
export class TargetSelectors {
  private readonly memories = new ByName<ScaleMemory>();
  /** Goes up when any autoscaler selects other pods than before. */
  private version = 0;
  /** By labels, which the pods of one template share: whose pods they are. */
  private readonly known = new WeakMap<Labels, KnownNames>();

  memoryOf(namespace: string, name: string): ScaleMemory | undefined {
    return this.memories.get(namespace, name);
  }

  put(namespace: string, name: string, memory: ScaleMemory): void {
    this.memories.set(namespace, name, memory);
    this.version += 1;
  }

  /** A look at its target has found which pods are its. */
  select(memory: ScaleMemory, { selector: { selector, text } }: TargetScale): void {
    if (selector === null || text === "" || memory.selectorText === text) return;
    memory.selector = selector;
    memory.selectorText = text;
    this.version += 1;
  }

  remove(namespace: string, name: string): void {
    this.memories.delete(namespace, name);
    this.version += 1;
  }

  /** Why the pods of a target cannot be told from others'; null: they can. */
  problemOf(
    { namespace, memory }: { readonly namespace: string; readonly memory: ScaleMemory },
    { selector: { text: selectorText } }: TargetScale,
    pods: readonly PodVersion[],
    features: { readonly HPAAmbiguityOfTwo: boolean },
  ): SelectorProblem | null {
    if (selectorText === "") {
      return {
        event: "SelectorRequired",
        reason: "InvalidSelector",
        message: "selector is required",
        conditionMessage: "the HPA target's scale is missing a selector",
      };
    }
    const { target } = memory;
    const names = target.selecting(pods, this.version, () => this.selecting(namespace, pods));
    if (names.length < 2) return null;
    const keys = names.map((name) => `${namespace}/${name}`);
    const by = features.HPAAmbiguityOfTwo
      ? `more than one HPA (e.g. [${keys.slice(0, 2).join(" ")}])`
      : `multiple HPAs: [${keys.join(" ")}]`;
    const message = `pods by selector ${selectorText} are controlled by ${by}`;
    const reason = "AmbiguousSelector";
    return { event: reason, reason, message, conditionMessage: message };
  }

  /** Names of the autoscalers that select any of the pods, in the order of the alphabet. */
  private selecting(namespace: string, pods: readonly PodVersion[]): readonly string[] {
    const first = pods[0]?.labels;
    if (first === undefined) return [];
    if (pods.every(({ labels }) => labels === first)) return this.namesOf(namespace, first);
    const names = new Set<string>();
    for (const one of new Set(pods.map(({ labels }) => labels))) {
      for (const name of this.namesOf(namespace, one)) names.add(name);
    }
    return [...names].sort();
  }

  private namesOf(namespace: string, labels: Labels): readonly string[] {
    const before = this.known.get(labels);
    if (before?.version === this.version && before.namespace === namespace) return before.names;
    const names: string[] = [];
    for (const [name, { selector }] of this.memories.in(namespace)) {
      if (selector?.matches(labels) === true) names.push(name);
    }
    names.sort();
    this.known.set(labels, { namespace, version: this.version, names });
    return names;
  }
}

interface KnownNames {
  readonly namespace: string;
  readonly version: number;
  readonly names: readonly string[];
}
