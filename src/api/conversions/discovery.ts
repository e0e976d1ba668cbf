import type { Manifest } from "../kubernetes.js";
import { compact, isObject, objectsOf } from "./loose.js";

/** discovery.k8s.io/v1beta1 kept an endpoint's node and zone among its topology labels. */
export function fromDiscoveryBeta1(manifest: Manifest): Manifest {
  const endpoints = objectsOf(manifest.endpoints).map(({ topology, ...endpoint }) => {
    const labels = isObject(topology) ? topology : {};
    return compact({
      nodeName: labels["kubernetes.io/hostname"],
      zone: labels["topology.kubernetes.io/zone"],
      ...endpoint,
    });
  });
  return { ...manifest, endpoints };
}
