import type { PodSpec } from "../api/kubernetes.js";
import { podRequests, scaledAmounts } from "../api/pod-resources.js";

export interface HostPort {
  readonly hostIP: string;
  readonly protocol: string;
  readonly hostPort: number;
}

/** What a pod takes of its node: `cpu` in millis, other resources in whole units. */
export interface PodDemand {
  readonly requests: ReadonlyMap<string, number>;
  readonly hostPorts: readonly HostPort[];
}

/** Demands of specs, computed once for all pods of a template. One belongs to one run. */
export class PodDemands {
  private readonly known = new WeakMap<PodSpec, PodDemand>();

  of(spec: PodSpec): PodDemand {
    let demand = this.known.get(spec);
    if (demand === undefined) {
      demand = { requests: scaledAmounts(podRequests({ spec })), hostPorts: hostPortsOf(spec) };
      this.known.set(spec, demand);
    }
    return demand;
  }
}

function hostPortsOf(spec: PodSpec): readonly HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = (spec.initContainers ?? []).filter((c) => c.restartPolicy === "Always");
  for (const container of [...sidecars, ...spec.containers]) {
    for (const { hostPort = 0, hostIP, protocol } of container.ports ?? []) {
      if (hostPort <= 0) continue;
      ports.push({ hostIP: hostIP || "0.0.0.0", protocol: protocol || "TCP", hostPort });
    }
  }
  return ports;
}

/** Whether two pods with these ports cannot share a node. */
export function portsConflict(a: readonly HostPort[], b: readonly HostPort[]): boolean {
  return a.some((x) =>
    b.some(
      (y) =>
        x.hostPort === y.hostPort &&
        x.protocol === y.protocol &&
        (x.hostIP === y.hostIP || x.hostIP === "0.0.0.0" || y.hostIP === "0.0.0.0"),
    ),
  );
}
