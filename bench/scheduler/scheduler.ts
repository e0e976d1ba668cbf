import { ladder } from "./ladder.js";
import { mixes } from "./mixes.js";
import { preemption } from "./preemption.js";
import { refusals } from "./refusals.js";
import { wholeCluster } from "./whole.js";

/** `SEATRIAL_BENCH=full` measures six times longer. Rates are by seconds of processor time. */
export async function run(): Promise<void> {
  const millis = process.env.SEATRIAL_BENCH === "full" ? 1_500 : 250;
  ladder(millis);
  mixes(millis * 4);
  preemption();
  await refusals();
  await wholeCluster();
}
