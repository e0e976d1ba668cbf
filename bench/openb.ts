import { existsSync } from "node:fs";
import { join } from "node:path";
import { HORIZON_MICROS } from "../src/kernel/engine.js";
import { buildWorld } from "./worlds.js";

const SCENARIOS = ["scenarios/traces/openb.yaml", "scenarios/traces/openb-full.yaml"];

export async function run(): Promise<void> {
  await replayOpenb();
}

/** Replays the openb trace; returns the seconds of CPU, null where its files are absent. */
export async function replayOpenb(): Promise<number | null> {
  const data = process.env.SEATRIAL_DATA ?? "data";
  if (!existsSync(join(data, "openb"))) {
    console.log(`openb skipped: ${join(data, "openb")} is not there (see docs/data-sets.md)`);
    return null;
  }
  let total = 0;
  for (const path of SCENARIOS) {
    const start = process.cpuUsage();
    const world = await buildWorld({ path });
    world.ground.engine.run({ untilMicros: HORIZON_MICROS - 1, untilIdle: true });
    const { figures } = world.finish();
    const { user, system } = process.cpuUsage(start);
    const count = (metric: string) =>
      figures.summary.find((row) => row.metric === metric && row.labels === "")?.value ?? 0;
    const created = count("pods_created_count");
    const bound = count("pods_bound_count");
    const pending = count("pods_pending_end_count");
    if (created === 0 || created !== bound + pending) {
      throw new Error(`${created} pods were created, ${bound} bound, ${pending} left pending`);
    }
    total += (user + system) / 1e6;
    const seconds = ((user + system) / 1e6).toFixed(1);
    const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    console.log(
      `${path}: ${created} pods, ${bound} bound, ${pending} pending at the end: ` +
        `${seconds} s of CPU, peak memory ${megabytes} MB`,
    );
  }
  return total;
}
