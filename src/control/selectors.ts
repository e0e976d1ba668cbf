import type { LabelSelector } from "../api/kubernetes.js";
import { compileLabelSelector, Selector } from "../api/label-selector.js";

/** Compiled selectors by the object that they were read from; an unreadable one matches nothing. */
export class Selectors {
  private readonly compiled = new WeakMap<LabelSelector, Selector>();

  of(selector: LabelSelector | undefined): Selector {
    if (selector === undefined) return Selector.nothing;
    let known = this.compiled.get(selector);
    if (known === undefined) {
      const compiled = compileLabelSelector(selector);
      known = compiled instanceof Selector ? compiled : Selector.nothing;
      this.compiled.set(selector, known);
    }
    return known;
  }
}
