import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunResult } from "./read-results.js";

/** What a sweep says of how its results are meant. */
export interface SweepManifest {
  readonly experiment: string;
  /** The name of its file; absent in results of earlier versions. */
  readonly file?: string;
  readonly scenario: string;
  /** Items that the others are compared with; null where the experiment names none. */
  readonly baseline: string | null;
  readonly metrics: readonly string[];
  readonly figures: readonly Readonly<Record<string, unknown>>[];
}

/** The manifests of sweeps beside the given runs, by name. */
export function sweepManifests(runs: readonly RunResult[]): readonly SweepManifest[] {
  const folders = new Set(runs.map(({ path }) => dirname(dirname(path))));
  return [...folders].flatMap((folder) =>
    (existsSync(folder) ? readdirSync(folder) : [])
      .filter((name) => name.endsWith(".sweep.json"))
      .sort()
      .flatMap((name) => {
        const value = JSON.parse(readFileSync(join(folder, name), "utf8")) as SweepManifest & {
          readonly kind?: string;
        };
        return value.kind === "Sweep" ? [value] : [];
      }),
  );
}
