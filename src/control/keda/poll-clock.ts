import { MICROS_PER_SECOND } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";

/** Upstream's default of `pollingInterval`. */
const POLLING_SECONDS = 30;
/** Upstream goes round without a pause at 0, as fast as its machine allows: here a look a second. */
const LEAST_SECONDS = 1;

/** Wakes each object after its polling interval; that alone keeps no idle run going. */
export class PollClock {
  private readonly event: HandlerId;
  /** By row: which of the wakings that were asked for counts. */
  private readonly rounds: number[] = [];

  constructor(
    private readonly engine: Engine,
    name: string,
    wake: (row: number) => void,
  ) {
    const due = (row: number, round: number): void => {
      if (this.rounds[row] === round) wake(row);
    };
    this.event = engine.registerHandler(`keda/${name}/poll`, due, { background: true });
  }

  /** Of several, the last one asked for. */
  wakeAfter(row: number, pollingInterval: number | undefined): void {
    const round = (this.rounds[row] ?? 0) + 1;
    this.rounds[row] = round;
    const seconds = Math.max(pollingInterval ?? POLLING_SECONDS, LEAST_SECONDS);
    const micros = seconds * MICROS_PER_SECOND;
    this.engine.scheduleAfter(micros, Phase.react, this.event, row, round);
  }
}
