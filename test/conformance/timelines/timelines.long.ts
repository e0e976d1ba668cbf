import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { figuresByFamily, figuresText } from "./families.js";
import { bestOfSeeds, type TimelineResult } from "./run.js";
import { unsupported } from "./scenario-of.js";
import type { TimelineFile } from "./timeline-file.js";

const VECTORS = fileURLToPath(new URL("../vectors/timelines", import.meta.url));

test("recorded timelines, the best of 20 seeds: 95 % of the facts, 85 % of each family, 40 files whole", async () => {
  const results: (readonly [TimelineFile, TimelineResult])[] = [];
  for (const name of readdirSync(VECTORS)) {
    const file = JSON.parse(readFileSync(`${VECTORS}/${name}`, "utf8")) as TimelineFile;
    if (unsupported(file) === null) results.push([file, await bestOfSeeds(file)]);
  }
  const figures = figuresByFamily(results);
  const text = figures.map(figuresText).join("\n");
  const all = figures.find(({ family }) => family === "all but HPA")!;
  expect(all.passed / all.facts, text).toBeGreaterThanOrEqual(0.95);
  expect(all.cleanFiles, text).toBeGreaterThanOrEqual(40);
  for (const { family, passed, facts } of figures) {
    if (family !== "HPA") expect(passed / facts, text).toBeGreaterThanOrEqual(0.85);
  }
});
