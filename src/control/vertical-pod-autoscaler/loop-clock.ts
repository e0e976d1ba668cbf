import type { TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";

/**
 * Runs a loop each period, counted from the start of the run, from the moment on at which there is something to do.
 * That alone keeps no idle run going.
 */
export class LoopClock {
  private readonly event: HandlerId;
  private isRunning = false;

  constructor(
    private readonly engine: Engine,
    name: string,
    private readonly periodMicros: TimeMicros,
    /** False: there is nothing more to do. */
    private readonly loop: () => boolean,
  ) {
    const handler = `vertical-pod-autoscaler/${name}/loop`;
    this.event = engine.registerHandler(handler, () => this.tick(), { background: true });
  }

  wake(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.schedule();
  }

  private tick(): void {
    this.isRunning = this.loop();
    if (this.isRunning) this.schedule();
  }

  private schedule(): void {
    const { engine, periodMicros } = this;
    const next = (Math.floor(engine.now / periodMicros) + 1) * periodMicros;
    engine.scheduleAt(next, Phase.react, this.event);
  }
}
