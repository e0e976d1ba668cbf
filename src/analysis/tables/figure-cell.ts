/** Stands for a figure that there is not. */
export const NONE = "–";

const DIGITS = 4;
/** From here on that many digits are whole. */
const WHOLE_FROM = 10_000;

/** A number with four digits that count and no exponent where that is readable: `0.04213`, `12.35`, `12346`. */
export function numberCell(value: number | null): string {
  if (value === null || Number.isNaN(value)) return NONE;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e12)) {
    return value.toExponential(DIGITS - 1);
  }
  if (Number.isInteger(value)) return String(value);
  const rounded = Number(value.toPrecision(DIGITS));
  return magnitude >= WHOLE_FROM ? String(Math.round(value)) : String(rounded);
}

/** As `numberCell`, with its sign. */
export function signedCell(value: number | null): string {
  return value !== null && value > 0 ? `+${numberCell(value)}` : numberCell(value);
}

/** A share as per cent with one digit and its sign: `+12.3 %`. */
export function changeCell(ratio: number | null): string {
  if (ratio === null || Number.isNaN(ratio)) return NONE;
  const text = (ratio * 100).toFixed(1);
  return `${ratio > 0 ? "+" : ""}${text} %`;
}

/** A p-value: three digits, `< 0.001` below. */
export function pCell(p: number | null): string {
  if (p === null) return NONE;
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

export function intervalCell(interval: readonly [number, number] | null): string {
  return interval === null ? NONE : `${signedCell(interval[0])} … ${signedCell(interval[1])}`;
}
