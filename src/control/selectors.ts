import type { LabelSelector } from "../api/kubernetes.js";
import { compileLabelSelector, Selector, type SelectorError } from "../api/label-selector.js";

/** Compiled selectors by the object that they were read from; an unreadable one matches nothing. */
export class Selectors {
  private readonly compiled = new WeakMap<LabelSelector, Selector | SelectorError>();

  of(selector: LabelSelector | undefined): Selector {
    const compiled = this.compile(selector);
    return compiled instanceof Selector ? compiled : Selector.nothing;
  }

  /** Why it cannot be read; null where it can. */
  errorOf(selector: LabelSelector | undefined): string | null {
    const compiled = this.compile(selector);
    return compiled instanceof Selector ? null : compiled.message;
  }

  private compile(selector: LabelSelector | undefined): Selector | SelectorError {
    if (selector === undefined) return Selector.nothing;
    let known = this.compiled.get(selector);
    if (known === undefined) {
      known = compileLabelSelector(selector);
      this.compiled.set(selector, known);
    }
    return known;
  }
}
