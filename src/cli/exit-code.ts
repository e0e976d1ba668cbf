/** What the process ends with; part of the outside contract. */
export const ExitCode = {
  good: 0,
  /** An expectation, a gate or a strict check failed. */
  checkFailed: 1,
  /** Wrong usage or input. */
  wrongInput: 2,
  /** A gate for which there are not enough seeds to tell. */
  undecided: 3,
  /** A bug of ours. */
  bug: 70,
  /** Results or standard output that cannot be written. */
  cannotWrite: 74,
  /** SIGHUP: the terminal is gone. */
  hungUp: 129,
  /** Ctrl-C. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
