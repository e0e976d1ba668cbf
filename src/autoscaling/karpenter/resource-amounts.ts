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
