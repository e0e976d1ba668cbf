import type { ResourceList } from "../../api/kubernetes.js";
import { scaledAmounts } from "../../api/pod-resources.js";
import { mustParseQuantity } from "../../api/quantity.js";

/** Amounts by name of resource: `cpu` in thousandths of a core, all others in whole units. */
export type ResourceAmounts = ReadonlyMap<string, number>;

export function amountsOf(list: ResourceList): ResourceAmounts {
  return scaledAmounts(
    new Map(Object.entries(list).map(([name, text]) => [name, mustParseQuantity(text)])),
  );
}

/** The sums, by resource. */
export function sumOf(lists: Iterable<ResourceAmounts>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const list of lists) addTo(sums, list);
  return sums;
}

/** Adds `more` times `sign` to `sums`. */
export function addTo(sums: Map<string, number>, more: ResourceAmounts, sign: 1 | -1 = 1): void {
  for (const [name, amount] of more) sums.set(name, (sums.get(name) ?? 0) + sign * amount);
}

/** The least of what each names, of the resources that both name. */
export function leastOf(a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts {
  const least = new Map<string, number>();
  for (const [name, amount] of a) {
    const other = b.get(name);
    if (other !== undefined) least.set(name, Math.min(amount, other));
  }
  return least;
}

/** True if `wanted` is within `total`; nothing is where any of `total` is negative. */
export function fits(wanted: ResourceAmounts, total: ResourceAmounts): boolean {
  for (const amount of total.values()) {
    if (amount < 0) return false;
  }
  for (const [name, amount] of wanted) {
    if (amount > (total.get(name) ?? 0)) return false;
  }
  return true;
}

/** As manifests have them. */
export function amountTexts(amounts: ResourceAmounts): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...amounts].map(([name, amount]) => [name, name === "cpu" ? `${amount}m` : String(amount)]),
  );
}
