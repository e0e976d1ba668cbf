import { stderr } from "node:process";
import { printable } from "../base/printable.js";
import { durationText } from "./figure-text.js";
import { WallClock } from "./wall-clock.js";

const BAR_WIDTH = 24;

/** A bar on a terminal's stderr: runs that are done, and time left. Silent elsewhere. */
export class SweepBar {
  readonly #clock = new WallClock();
  readonly #label: string;
  readonly #total: number;
  #done = 0;

  constructor(label: string, total: number) {
    this.#label = printable(label);
    this.#total = total;
    this.#show();
  }

  advance(): void {
    this.#done++;
    this.#show();
  }

  /** Takes the bar away. */
  clear(): void {
    if (stderr.isTTY) stderr.write("\r\u001b[K");
  }

  #show(): void {
    if (!stderr.isTTY) return;
    const share = this.#done / Math.max(1, this.#total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
    const seconds = this.#clock.wallSeconds;
    const left = share > 0 ? `, ${durationText((seconds / share) * (1 - share))} left` : "";
    stderr.write(`\r${this.#label} ${bar} ${this.#done} of ${this.#total} runs${left}\u001b[K`);
  }
}
