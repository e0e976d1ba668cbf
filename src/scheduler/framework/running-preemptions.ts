/** The preemptions that go on beside the scheduling cycles, for whoever holds their preemptors back. */
export interface RunningPreemptions {
  /** Whether victims of this pod are being told to go at this moment. */
  isRunning(uid: string): boolean;
}

export const NO_PREEMPTIONS: RunningPreemptions = { isRunning: () => false };
