import { cpuUsage, hrtime, resourceUsage, version } from "node:process";

/** The machine's clocks, read here and nowhere else; nothing that is simulated sees them. */
export class WallClock {
  private readonly startNanos = hrtime.bigint();
  private readonly startCpu = cpuUsage();

  /** Seconds since this clock was made. */
  get wallSeconds(): number {
    return Number(hrtime.bigint() - this.startNanos) / 1e9;
  }

  /** Processor seconds of this process since this clock was made. */
  get cpuSeconds(): number {
    const { user, system } = cpuUsage(this.startCpu);
    return (user + system) / 1e6;
  }

  /** The content of `timing.json`: what differs from run to run. */
  timing(eventsProcessed: number): Readonly<Record<string, number | string>> {
    const { wallSeconds, cpuSeconds } = this;
    return {
      wallSeconds,
      cpuSeconds,
      eventsPerSecond: Math.round(eventsProcessed / wallSeconds),
      peakMemoryBytes: resourceUsage().maxRSS * 1024,
      node: version,
    };
  }
}
