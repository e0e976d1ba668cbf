import { replayOpenb } from "../openb.js";
import { claims } from "./claims.js";
import { devices } from "./devices.js";
import { ladder } from "./ladder.js";
import { mixes } from "./mixes.js";
import { nominations } from "./nominations.js";
import { preemption } from "./preemption.js";
import { refusals } from "./refusals.js";
import { Targets } from "./targets.js";
import { versions } from "./versions.js";
import { wholeCluster } from "./whole.js";

/** `SEATRIAL_BENCH=full` measures six times longer. Rates are by seconds of processor time. */
export async function run(): Promise<void> {
  const millis = process.env.SEATRIAL_BENCH === "full" ? 1_500 : 250;
  const targets = new Targets();
  // First, as it tells the peak of memory.
  await wholeCluster(targets);
  const seconds = await replayOpenb();
  if (seconds !== null) targets.atMost("both openb runs: seconds of CPU", seconds, 5);
  ladder(millis, targets);
  versions(targets);
  mixes(millis * 4, targets);
  nominations(millis);
  preemption();
  claims(millis * 4, targets);
  devices(millis * 4, targets);
  await refusals(targets);
  targets.print();
}
