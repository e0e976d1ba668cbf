import type { ResourceList } from "../api/kubernetes.js";
import { mustParseQuantity } from "../api/quantity.js";

/** cpu in millicores, all others in whole units; only resources that figures are kept of. */
export type ResourceAmounts = ReadonlyMap<string, number>;

/** True for cpu, memory and extended resources such as `nvidia.com/gpu`. */
function isMeasured(name: string): boolean {
  if (name === "cpu" || name === "memory") return true;
  return name.includes("/") && !name.includes("kubernetes.io/");
}

/** The measured part of scaled amounts. */
export function measuredAmounts(amounts: ReadonlyMap<string, number>): ResourceAmounts {
  return new Map([...amounts].filter(([name]) => isMeasured(name)));
}

/** A node's list, in the units of {@link ResourceAmounts}. */
export function listedAmounts(list: ResourceList | undefined): ResourceAmounts {
  const amounts = Object.entries(list ?? {}).map(([name, text]) => {
    const quantity = mustParseQuantity(text);
    return [name, Number(name === "cpu" ? quantity.milliValue() : quantity.value())] as const;
  });
  return new Map(amounts);
}

/** Position of a resource among those that a run has met: cpu, memory, then extended ones. */
export type ResourceIndex = number;
export const CPU: ResourceIndex = 0;
export const MEMORY: ResourceIndex = 1;
