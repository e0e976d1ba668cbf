import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";

/** Virtual time no longer moves: events at one instant go on making events at the same instant. */
export class SimulationStuckError extends Error {
  override readonly name = "SimulationStuckError";

  constructor(
    readonly timeMicros: TimeMicros,
    /** How many events happened at this instant. */
    readonly eventCount: number,
    /** Who handled the last of them, the busiest first. */
    readonly handlers: readonly { readonly name: string; readonly count: number }[],
  ) {
    const seconds = (timeMicros / MICROS_PER_SECOND).toFixed(6);
    const names = handlers.map((handler) => handler.name).join(", ");
    super(
      `the simulation is stuck at ${seconds} s: ${eventCount} events happened there ` +
        `and time does not move on; going round: ${names}`,
    );
  }
}
