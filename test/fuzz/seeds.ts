import { checkSeed, nothingAtAllMet, SCENARIO_SORTS } from "../runs/check-seed.js";

/** Runs the random scenarios of `count` seeds from `first` on, one of each sort, one by one. */
export async function fuzzSeeds(count: number, first: number): Promise<boolean> {
  const met = nothingAtAllMet();
  let failures = 0;
  for (let seed = first; seed < first + count; seed++) {
    for (const sort of SCENARIO_SORTS) {
      try {
        await checkSeed(seed, sort, met);
      } catch (error) {
        failures += 1;
        const message = error instanceof Error ? error.message : String(error);
        process.stdout.write(
          `seed ${seed}, ${sort}: ${message}\n  again: npm run fuzz -- --seeds 1 --from ${seed}\n`,
        );
      }
    }
  }
  const { user, system } = process.cpuUsage();
  const cpuSeconds = ((user + system) / 1_000_000).toFixed(0);
  process.stdout.write(
    `${count} seeds from ${first}, each ${SCENARIO_SORTS.join(", ")}: ${failures} failures, ${cpuSeconds} s of CPU\n` +
      `they met ${JSON.stringify(met)}\n`,
  );
  return failures === 0;
}
