import { dns1123SubdomainErrors } from "../../api/label-validation.js";

/**
 * The names of a trace's pods: those of the trace where they are good and used once, else
 * `<trace>-<ordinal>`, and `<trace>-clone-<n>` for a clone.
 */
export class PodNames {
  private readonly given: string[] = [];
  private readonly taken = new Set<string>();

  constructor(private readonly trace: string) {}

  /** Takes down the name of a row; false where the pod cannot be called so. */
  add(ordinal: number, namespace: string, name: string): boolean {
    const key = `${namespace}/${name}`;
    const good = dns1123SubdomainErrors(name).length === 0 && !this.isGenerated(name);
    if (!good || this.taken.has(key)) return false;
    this.taken.add(key);
    this.given[ordinal] = name;
    return true;
  }

  /** Ends the adding: what only that needs, some fifty bytes a name, is let go. */
  close(): void {
    this.taken.clear();
  }

  private isGenerated(name: string): boolean {
    const rest = name.startsWith(`${this.trace}-`) ? name.slice(this.trace.length + 1) : "";
    return /^(?:clone-)?\d+$/.test(rest);
  }

  of(ordinal: number, clone: number): string {
    if (clone > 0) return `${this.trace}-clone-${clone}`;
    return this.given[ordinal] ?? `${this.trace}-${ordinal}`;
  }
}
