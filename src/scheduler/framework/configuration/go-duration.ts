import {
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  type TimeMicros,
} from "../../../base/time.js";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["ns", 1 / 1000],
  ["us", 1],
  ["µs", 1],
  ["μs", 1],
  ["ms", 1000],
  ["s", MICROS_PER_SECOND],
  ["m", MICROS_PER_MINUTE],
  ["h", MICROS_PER_HOUR],
]);
const WHOLE = /^([-+]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** `1m30s` as Kubernetes' configurations have durations, in whole microseconds; undefined for none. */
export function goDurationMicros(text: string): TimeMicros | undefined {
  if (/^[-+]?0$/.test(text)) return 0;
  const match = WHOLE.exec(text);
  if (match === null) return undefined;
  let micros = 0;
  for (const [, digits, unit] of match[2]!.matchAll(PART)) {
    micros += Number(digits) * UNITS.get(unit!)!;
  }
  return (match[1] === "-" ? -1 : 1) * Math.round(micros);
}
