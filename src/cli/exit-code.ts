/** What the process ends with; part of the outside contract. */
export const ExitCode = {
  good: 0,
  /** An expectation, a gate or a strict check failed. */
  checkFailed: 1,
  /** Wrong usage or input. */
  wrongInput: 2,
  /** A bug of ours. */
  bug: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
