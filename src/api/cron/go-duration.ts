const UNIT_MICROS: Readonly<Record<string, number>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  h: 3_600e6,
};

/** A duration as Go writes it, `1h15m30.5s`, in microseconds; null for another text. */
export function parseGoDuration(text: string): number | null {
  const match = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.exec(text);
  if (match === null) return /^[+-]?0$/.test(text) ? 0 : null;
  let micros = 0;
  for (const [, number, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    micros += Number(number) * UNIT_MICROS[unit!]!;
  }
  return match[1] === "-" ? -micros : micros;
}
