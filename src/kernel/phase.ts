/**
 * The order of events at one instant. The list is closed: what the world does comes before what
 * the API server commits, deliveries follow commits, and components react to what was delivered.
 */
export const Phase = {
  /** Machines, containers, arrivals, timeline steps. */
  world: 0,
  /** The API server commits a request and answers. */
  commit: 1,
  /** Watches deliver. */
  deliver: 2,
  /** Controllers, the scheduler and kubelets act on what they know. */
  react: 3,
  /** End of the instant. */
  settle: 4,
} as const;

export type Phase = (typeof Phase)[keyof typeof Phase];
export const PHASE_COUNT = 5;
