/** What is wrong in a file, and in which of its lines; 0: in all of it. */
export interface SeriesFlaw {
  readonly line: number;
  readonly message: string;
}

/** A value at a time, in seconds of the run; NaN where it is missing. */
export interface Sample {
  readonly line: number;
  readonly seconds: number;
  readonly value: number;
}

export type Samples = readonly Sample[] | SeriesFlaw;

/** A number of 0 or more; NaN where nothing is written, or that it is none; null for anything else. */
export function amount(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "NaN") return Number.NaN;
  const value = Number(trimmed);
  return Number.isFinite(value) && value >= 0 ? value : null;
}
