/** `pod_wait_p99_seconds ± 5 %`. */
export interface WantedPrecision {
  /** `metric{labels}`. */
  readonly key: string;
  readonly relativeHalfWidth: number;
}

/** Null for what is none. */
export function wantedPrecision(text: string): WantedPrecision | null {
  const match = /^\s*([a-z0-9_]+(?:\{[^}]*\})?)\s*(?:±|\+\/?-)\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(
    text,
  );
  if (match === null) return null;
  const share = Number(match[2]) / 100;
  return share > 0 && share < 1 ? { key: match[1]!, relativeHalfWidth: share } : null;
}
