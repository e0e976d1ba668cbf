import { Quantity } from "../../api/quantity.js";
import { ZERO } from "./resource-lists.js";

const MAX_INT64 = 2n ** 63n - 1n;

/** What a limit becomes, and what is to be said about it. */
export interface ProportionalLimit {
  readonly limit: Quantity | null;
  readonly note: string | null;
}

/** What a container has of one resource. */
export interface Original {
  readonly request: Quantity;
  readonly limit: Quantity;
  /** Stands in for a limit that is 0 or absent. */
  readonly defaultLimit: Quantity;
}

/** Cut down, or up to the next whole milli-unit where CPU has to be at least that. */
type Rounding = "up" | "down" | "none";

/**
 * `amount` · `numerator` / `denominator`: CPU in thousandths, all else in whole units, held within 64 bits.
 * Source: VPA, scaleQuantityProportionally (1.8).
 */
export function scaled(
  resource: string,
  amount: Quantity,
  ratio: { readonly numerator: Quantity; readonly denominator: Quantity },
  rounding: Rounding = "none",
): { readonly quantity: Quantity; readonly isHeld: boolean } {
  const isCpu = resource === "cpu";
  const units = (quantity: Quantity) => (isCpu ? quantity.milliValue() : quantity.value());
  const denominator = units(ratio.denominator);
  if (denominator === 0n) return { quantity: amount, isHeld: false };
  const product = units(amount) * units(ratio.numerator);
  let quotient = product / denominator;
  const isHeld = quotient > MAX_INT64;
  if (isHeld) quotient = MAX_INT64;
  else if (isCpu && rounding === "up" && product % denominator !== 0n) quotient += 1n;
  const quantity = Quantity.of(quotient, amount.format, isCpu ? -3 : 0);
  // Upstream takes a bit less than one unit away and rounds away from zero: nothing but zero changes.
  if (!isCpu && rounding === "down" && quotient === 0n) {
    return { quantity: Quantity.of(-1, amount.format), isHeld };
  }
  return { quantity, isHeld };
}

/**
 * The limit that keeps its ratio to the request; the request itself where the two are equal, or where there is no
 * request; none without a limit.
 * Source: VPA, GetProportionalLimit (1.8).
 */
export function proportionalLimit(
  resource: string,
  { request, limit, defaultLimit }: Original,
  target: Quantity,
): ProportionalLimit {
  const original = limit.value() === 0n ? defaultLimit : limit;
  if (original.value() === 0n) {
    return none(`${resource}: limit NOT set since originalLimit is nil or 0`);
  }
  if (target.value() === 0n) {
    return none(`${resource}: limit NOT set since recommendedRequest is nil or 0`);
  }
  const isEqual = request.milliValue() === original.milliValue();
  if (request.value() === 0n || isEqual) return { limit: target, note: null };
  const { quantity, isHeld } = scaled(resource, original, {
    numerator: target,
    denominator: request,
  });
  const note = `${resource}: failed to keep limit to request ratio; capping limit to int64`;
  return { limit: quantity, note: isHeld ? note : null };
}

function none(note: string): ProportionalLimit {
  return { limit: null, note };
}

/**
 * A bound on a container's limit as a bound on its request; 0 is none.
 * Source: VPA, GetBoundaryRequest (1.8).
 */
export function requestBound(
  resource: string,
  { request, limit, defaultLimit }: Original,
  bound: Quantity,
): Quantity {
  const original = limit.value() === 0n ? defaultLimit : limit;
  if (original.value() === 0n) return ZERO;
  if (request.value() === 0n) return bound;
  return scaled(resource, request, { numerator: bound, denominator: original }).quantity;
}
