import { readFileSync } from "node:fs";
import { silentWatch } from "../cli/silent-watch.js";
import type { RunWatch } from "../experiment/run-watch.js";

/** Of the package. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  }
).version;

/** Tells a run to stop once the signal is aborted, and shows nothing. */
export function watchOf(signal: AbortSignal | undefined): RunWatch {
  return silentWatch(() => signal?.aborted === true);
}
