import { checkSeed } from "../runs/check-seed.js";
import { nothingMet } from "../runs/cluster-checker.js";

/** Runs the random scenarios of `count` seeds from `first` on, each rough and calm, one by one. */
export async function fuzzSeeds(count: number, first: number): Promise<boolean> {
  const met = nothingMet();
  let failures = 0;
  for (let seed = first; seed < first + count; seed++) {
    for (const isCalm of [false, true]) {
      try {
        await checkSeed(seed, isCalm, met);
      } catch (error) {
        failures += 1;
        const message = error instanceof Error ? error.message : String(error);
        process.stdout.write(
          `seed ${seed}, ${isCalm ? "calm" : "rough"}: ${message}\n` +
            `  again: npm run fuzz -- --seeds 1 --from ${seed}\n`,
        );
      }
    }
  }
  const { user, system } = process.cpuUsage();
  const cpuSeconds = ((user + system) / 1_000_000).toFixed(0);
  process.stdout.write(
    `${count} seeds from ${first}, each rough and calm: ${failures} failures, ${cpuSeconds} s of CPU\n` +
      `they met ${JSON.stringify(met)}\n`,
  );
  return failures === 0;
}
