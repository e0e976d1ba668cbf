import type { PodSpec } from "../../api/kubernetes.js";

/** A port of the node that a container asks for. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const ANY_IP = "0.0.0.0";

function hostPortsOfContainers(containers: PodSpec["containers"]): HostPort[] {
  const ports: HostPort[] = [];
  for (const container of containers) {
    for (const port of container.ports ?? []) {
      if ((port.hostPort ?? 0) <= 0) continue;
      ports.push({
        ip: port.hostIP === undefined || port.hostIP === "" ? ANY_IP : port.hostIP,
        protocol: port.protocol === undefined || port.protocol.length === 0 ? "TCP" : port.protocol,
        port: port.hostPort!,
      });
    }
  }
  return ports;
}

/** Host ports of the containers, and of sidecars where `sidecars` says that they count. */
export function hostPortsOf(
  spec: PodSpec,
  options: { readonly sidecars: boolean },
): readonly HostPort[] {
  const sidecars = options.sidecars
    ? (spec.initContainers ?? []).filter((container) => container.restartPolicy === "Always")
    : [];
  return hostPortsOfContainers([...spec.containers, ...sidecars]);
}

/** Two ports conflict if protocol and number agree and the addresses overlap (0.0.0.0 is all). */
function conflicts(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || a.ip === ANY_IP || b.ip === ANY_IP;
}

function same(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && a.ip === b.ip;
}

/**
 * The host ports in use on a node: a set, as upstream's HostPortInfo. Of two pods with the same port
 * (possible only past the scheduler) the first that leaves frees it.
 */
export class HostPortSet {
  private ports: HostPort[] = [];

  get size(): number {
    return this.ports.length;
  }

  add(port: HostPort): void {
    if (!this.ports.some((known) => same(known, port))) this.ports.push(port);
  }

  remove(port: HostPort): void {
    this.ports = this.ports.filter((known) => !same(known, port));
  }

  conflictsWith(wanted: HostPort): boolean {
    for (const port of this.ports) {
      if (conflicts(port, wanted)) return true;
    }
    return false;
  }

  clone(): HostPortSet {
    const copy = new HostPortSet();
    copy.ports = this.ports.slice();
    return copy;
  }
}

/** True if any of the one list conflicts with any of the other. */
export function hostPortsConflict(a: readonly HostPort[], b: readonly HostPort[]): boolean {
  return a.some((port) => b.some((other) => conflicts(port, other)));
}
