/** What the faults of a node mean, for the reference. */
export const FAULT_MEANING =
  "`crash`: the machine is down, and its containers are lost. `partition`: it is cut off from the API server, and its containers go on. `shutdown`: it is switched off in good order. `memory`, `disk`, `pids`: something outside of its pods takes all that is left of it.";
