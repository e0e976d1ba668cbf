import type { ObjectVersion } from "../../api/object-version.js";

/** The status of a node's Ready condition; undefined where it was never reported. */
export function readyStatus({ status }: ObjectVersion<"Node">): string | undefined {
  return status.conditions?.find(({ type }) => type === "Ready")?.status;
}
