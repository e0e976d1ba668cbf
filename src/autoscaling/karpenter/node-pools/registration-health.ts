const KEPT = 4;
/** So many of those that are kept have failed. */
const UNHEALTHY_FAILURES = 2;

/**
 * Whether machines of a NodePool become nodes, by the last four that did or were given up.
 *
 * Source: karpenter 1.15, `pkg/state/nodepoolhealth`.
 */
export class RegistrationHealth {
  private readonly last: boolean[] = [];

  /** Counts a machine; true if nodes register by and large, false if not. */
  count(hasRegistered: boolean): boolean {
    this.last.push(hasRegistered);
    if (this.last.length > KEPT) this.last.shift();
    return this.last.filter((one) => !one).length < UNHEALTHY_FAILURES;
  }

  /** What a status from before says: true or false; unknown begins anew. */
  reset(status: "True" | "False" | "Unknown"): void {
    this.last.length = 0;
    if (status === "True") this.last.push(true);
    if (status === "False") this.last.push(...new Array<boolean>(UNHEALTHY_FAILURES).fill(false));
  }
}
