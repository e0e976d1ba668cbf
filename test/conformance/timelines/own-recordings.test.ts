import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bestOfSeeds } from "./run.js";
import type { TimelineFile } from "./timeline-file.js";

const RECORDINGS = fileURLToPath(new URL("../vectors/own-timelines", import.meta.url));

/** They were made once, and what lies milliseconds apart is chance. */
const SEEDS = 3;

const files = readdirSync(RECORDINGS)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(`${RECORDINGS}/${name}`, "utf8")) as TimelineFile);

test.each(files.map((file) => [file.name, file] as const))(
  "%s goes as it was recorded",
  async (_name, file) => {
    const { facts } = await bestOfSeeds(file, SEEDS);
    expect(facts.filter(({ passed }) => !passed)).toEqual([]);
    expect(facts.length).toBeGreaterThan(10);
  },
);
