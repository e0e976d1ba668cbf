import type { Informer } from "../../store/informer.js";
import { type NamespaceBounds, namespaceBounds } from "./capped-recommendation.js";

/** What the LimitRanges of each namespace come to; the same object while they stay as they are. */
export class LimitRangeView {
  private readonly byNamespace = new Map<string, NamespaceBounds>();

  constructor(private readonly ranges: Informer<"LimitRange">) {}

  start(): void {
    const forget = ({ namespace }: { readonly namespace: string }): void => {
      this.byNamespace.delete(namespace);
    };
    this.ranges.addHandler({ added: forget, updated: forget, deleted: forget });
  }

  of(namespace: string): NamespaceBounds {
    let bounds = this.byNamespace.get(namespace);
    if (bounds === undefined) {
      const own = [...this.ranges.values()].filter((range) => range.namespace === namespace);
      bounds = namespaceBounds(own.map(({ spec }) => spec));
      this.byNamespace.set(namespace, bounds);
    }
    return bounds;
  }
}
