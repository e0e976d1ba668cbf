/**
 * Amounts in the recommender are whole numbers: millicores of CPU, bytes of memory. None is larger than this.
 * Source: VPA, pkg/recommender/model (1.8).
 */
const MAX_AMOUNT = 1e14;

export type ControlledResource = "cpu" | "memory";
export const CONTROLLED_RESOURCES: readonly ControlledResource[] = ["cpu", "memory"];

/** Cut to a whole amount, at least 0. */
export function amountOf(value: number): number {
  if (value > MAX_AMOUNT) return MAX_AMOUNT;
  return value > 0 ? Math.floor(value) : 0;
}
