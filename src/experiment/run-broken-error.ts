/** Where in which run a bug of ours showed. */
export interface BugPlace {
  readonly scenario: string;
  readonly seed: number;
  readonly timeMicros: number;
}

/** An error that no input should be able to cause, with the run that it ended. */
export class RunBrokenError extends Error {
  override readonly name = "RunBrokenError";

  constructor(
    readonly reason: unknown,
    readonly place: BugPlace,
  ) {
    super(reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason));
  }
}
