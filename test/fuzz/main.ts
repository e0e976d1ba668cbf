import { parseArgs } from "node:util";
import { fuzzInputs } from "./inputs.js";
import { fuzzKills } from "./kills.js";
import { fuzzSeeds } from "./seeds.js";

/** What `npm run fuzz` can do: an option, whose number says how many, and what runs for it. */
const MODES: Record<string, (count: number, first: number) => Promise<boolean>> = {
  inputs: fuzzInputs,
  kills: fuzzKills,
  seeds: fuzzSeeds,
};

const { values } = parseArgs({
  options: {
    ...Object.fromEntries(Object.keys(MODES).map((mode) => [mode, { type: "string" as const }])),
    from: { type: "string", default: "1" },
  },
});

let good = true;
for (const [mode, run] of Object.entries(MODES)) {
  const count = (values as Record<string, string | undefined>)[mode];
  if (count !== undefined) good = (await run(Number(count), Number(values.from))) && good;
}
process.exitCode = good ? 0 : 1;
