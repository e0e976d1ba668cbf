import { stderr } from "node:process";
import { printable } from "../base/printable.js";
import { durationText } from "./figure-text.js";
import { WallClock } from "./wall-clock.js";

const BAR_WIDTH = 24;
const MIN_SECONDS_BETWEEN = 0.1;

/** A bar on a terminal's stderr: virtual time, events a second, time left. Silent elsewhere. */
export class ProgressBar {
  private readonly clock = new WallClock();
  private lastShown = 0;

  private readonly label: string;

  constructor(label: string) {
    this.label = printable(label);
  }

  show(progress: {
    readonly nowMicros: number;
    readonly endMicros: number;
    readonly events: number;
  }): void {
    if (!stderr.isTTY) return;
    const seconds = this.clock.wallSeconds;
    if (seconds - this.lastShown < MIN_SECONDS_BETWEEN) return;
    this.lastShown = seconds;
    const { nowMicros, endMicros, events } = progress;
    const share = Number.isFinite(endMicros) ? Math.min(1, nowMicros / endMicros) : 0;
    const filled = Math.round(share * BAR_WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
    const rate = `${Math.round(events / seconds / 1000)}k events/s`;
    const left = share > 0.01 ? `, ${durationText((seconds / share) * (1 - share))} left` : "";
    stderr.write(`\r${this.label} ${bar} ${durationText(nowMicros / 1e6)}, ${rate}${left}\u001b[K`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (stderr.isTTY) stderr.write("\r\u001b[K");
  }
}
