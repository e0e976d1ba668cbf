import process from "node:process";
import { InterruptedError, type StopRequest } from "../experiment/run-watch.js";
import { ExitCode } from "./exit-code.js";
import { tell } from "./standard-streams.js";

const EXIT_CODES = {
  SIGHUP: ExitCode.hungUp,
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
} as const;

type EndingSignal = keyof typeof EXIT_CODES;

const SIGNALS = Object.keys(EXIT_CODES) as readonly EndingSignal[];

/**
 * Whether the user has asked to stop, by Ctrl-C or by a terminating signal. While nothing is under way
 * that has to be put away, a signal ends the process at once.
 *
 *     idle ──signal──► exit
 *       │ hold ▲
 *       ▼      │ release
 *     held ──signal──► requested (noticed within a slice) ──signal──► put away, exit
 */
export class Interruption implements StopRequest {
  private signal: EndingSignal | null = null;
  private putAway: (() => void) | null = null;

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.receive);
  }

  get requested(): boolean {
    return this.signal !== null;
  }

  /** What the process ends with when it was asked to stop. */
  get exitCode(): ExitCode {
    return this.signal === null ? ExitCode.good : EXIT_CODES[this.signal];
  }

  /**
   * From now on the first signal is only noted, for `requested` to tell, and the second calls `putAway`
   * before it ends the process; until what is returned is called.
   */
  hold(putAway: () => void): () => void {
    this.putAway = putAway;
    return () => {
      this.putAway = null;
    };
  }

  /** The same text, until the user asks to stop: then it throws. */
  async *guard(text: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const block of text) {
      this.check();
      yield block;
    }
  }

  /** Throws {@link InterruptedError} when the user has asked to stop. */
  check(): void {
    if (this.signal !== null) throw new InterruptedError("the user has asked to stop");
  }

  /** Gives the signals back. */
  dispose(): void {
    for (const signal of SIGNALS) process.off(signal, this.receive);
  }

  private readonly receive = (signal: NodeJS.Signals): void => {
    const isFirst = this.signal === null;
    this.signal = signal as EndingSignal;
    if (isFirst && this.putAway !== null) return;
    this.putAway?.();
    tell("stopped");
    process.exit(this.exitCode);
  };
}
