import type { HostPort } from "../../scheduler/framework/host-ports.js";

const ANY_IPS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** True if any of `wanted` is taken: the same port and protocol, of the same address or of all. */
export function conflict(wanted: readonly HostPort[], taken: readonly HostPort[]): boolean {
  if (wanted.length === 0 || taken.length === 0) return false;
  return wanted.some((one) => taken.some((other) => matches(one, other)));
}

function matches(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || ANY_IPS.has(a.ip) || ANY_IPS.has(b.ip);
}
