/** What ends the reading or writing of a file when the user has asked to stop. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

/** Whether the user has asked to stop. */
export interface StopRequest {
  readonly requested: boolean;
  /** From now on `putAway` is called before the process ends at once; until what is returned is called. */
  hold(putAway: () => void): () => void;
  /** The same text, until the user asks to stop: then it throws {@link InterruptedError}. */
  guard(text: AsyncIterable<string>): AsyncIterable<string>;
  /** Throws {@link InterruptedError} when the user has asked to stop. */
  check(): void;
}

/** The memory of this process. */
export interface MemoryWatch {
  /** Why a run that needs at least so much cannot be; null where it can, which it may warn of. */
  expect(leastBytes: number): string | null;
  /** Throws a MemoryExhaustedError when next to none is left. */
  check(): void;
}

/** A clock of the machine, started when it was made. */
interface RunClock {
  readonly wallSeconds: number;
  /** The content of `timing.json`: what differs from run to run. */
  timing(eventsProcessed: number): Readonly<Record<string, number | string>>;
}

/** Where a run that goes on shows how far it is. */
export interface ProgressDisplay {
  show(progress: {
    readonly nowMicros: number;
    readonly endMicros: number;
    readonly events: number;
  }): void;
  clear(): void;
}

/** The world outside of a run, for whoever starts it to give: a run itself knows no clock and no terminal. */
export interface RunWatch {
  readonly stop: StopRequest;
  readonly memory: MemoryWatch;
  startClock(): RunClock;
  /** Lets signals and streams have their turn. */
  pause(): Promise<void>;
  progress(scenario: string): ProgressDisplay;
}
