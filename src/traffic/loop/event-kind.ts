/** What an event of the loop is; its index is a source, visit, pod, call or policy. */
export const Kind = {
  arrival: 0,
  /** A visit has had its time in service. */
  delayEnd: 1,
  /** Something happens on the CPU of a pod. */
  cpu: 2,
  /** A visit that still waits leaves. */
  patience: 3,
  /** The caller of a visit gives up. */
  timeout: 4,
  /** The first deadline of a policy. */
  deadline: 5,
  retry: 6,
} as const;
