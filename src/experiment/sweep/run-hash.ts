import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The one file of a run whose bytes differ from one time to the next. */
const TIMING = "timing.json";

/** sha256 over the files of a run folder by name, timing aside; null where there is no such folder. */
export function hashOfRun(folder: string): string | null {
  const hash = createHash("sha256");
  try {
    const names = readdirSync(folder).sort();
    for (const name of names) {
      if (name === TIMING) continue;
      const bytes = readFileSync(join(folder, name));
      hash.update(`${name} ${bytes.length}\n`).update(bytes);
    }
  } catch {
    return null;
  }
  return hash.digest("hex");
}
