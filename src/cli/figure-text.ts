/** Stands for a figure that is not known. */
const UNKNOWN = "–";

/** Seconds in the unit that suits them: `350 ms`, `12.5 s`, `3m 20s`, `2h 30m`, `3d 4h`. */
export function durationText(seconds: number): string {
  if (Number.isNaN(seconds)) return UNKNOWN;
  if (seconds < 0) return `-${durationText(-seconds)}`;
  if (seconds === 0) return "0 s";
  if (seconds < 0.9995) return `${roundedText(seconds * 1000)} ms`;
  if (seconds < 99.95) return `${roundedText(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(whole, { unit: 60, large: "m", small: "s", step: 1 });
  if (whole < 86_400) return pair(whole, { unit: 3600, large: "h", small: "m", step: 60 });
  return pair(whole, { unit: 86_400, large: "d", small: "h", step: 3600 });
}

/** Three digits that count, no more than needed: `0.042`, `4.61`, `350`, `12,345`. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return UNKNOWN;
  return roundedText(value);
}

export function percentText(ratio: number): string {
  return Number.isNaN(ratio) ? UNKNOWN : `${(ratio * 100).toFixed(1)} %`;
}

export function dollarsText(dollars: number): string {
  return Number.isNaN(dollars) ? UNKNOWN : `$${grouped(dollars.toFixed(2))}`;
}

/** `1 pod`, `2,000 pods`. */
export function countText(count: number, noun: string): string {
  return `${grouped(String(count))} ${noun}${count === 1 ? "" : "s"}`;
}

function roundedText(value: number): string {
  const magnitude = Math.abs(value);
  const digits = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3;
  const text = value.toFixed(digits);
  return grouped(text.includes(".") ? text.replace(/\.?0+$/, "") : text);
}

function grouped(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const marked = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? marked : `${marked}.${fraction}`;
}

function pair(
  seconds: number,
  parts: { unit: number; large: string; small: string; step: number },
): string {
  const large = Math.floor(seconds / parts.unit);
  const small = Math.floor((seconds - large * parts.unit) / parts.step);
  const head = `${large}${parts.large}`;
  return small === 0 ? head : `${head} ${small}${parts.small}`;
}
