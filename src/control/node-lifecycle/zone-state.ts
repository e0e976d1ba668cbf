/** How a zone's nodes are; `Initial` until they were looked at once. */
export type ZoneState = "Initial" | "Normal" | "PartialDisruption" | "FullDisruption";

/** Nodes of a zone by their Ready condition: True, and anything else. */
export interface ZoneTally {
  readonly ready: number;
  readonly notReady: number;
}

/** So few nodes that are not ready make no disruption, whatever their share. */
const TOLERATED_NODES = 2;

/**
 * Source: Kubernetes, "Nodes: Rate limits on eviction"; upstream's `--unhealthy-zone-threshold`,
 * which it compares in single precision.
 */
export function zoneState({ ready, notReady }: ZoneTally, unhealthyThreshold: number): ZoneState {
  if (notReady === 0) return "Normal";
  if (ready === 0) return "FullDisruption";
  const share = Math.fround(notReady / (notReady + ready));
  const isUnhealthy = notReady > TOLERATED_NODES && share >= Math.fround(unhealthyThreshold);
  return isUnhealthy ? "PartialDisruption" : "Normal";
}

/** Nodes a second, as upstream's flags of these names. */
export interface EvictionRates {
  readonly nodeEvictionRate: number;
  readonly secondaryNodeEvictionRate: number;
  readonly largeClusterSizeThreshold: number;
}

/**
 * How many nodes a second of a zone may get NoExecute taints; 0: none. While all zones are fully
 * disrupted it is the control plane that is cut off, and nothing is evicted.
 * Source: Kubernetes, "Nodes: Rate limits on eviction".
 */
export function evictionRate(
  zone: { readonly state: ZoneState; readonly nodes: number },
  rates: EvictionRates,
  allZonesFullyDisrupted: boolean,
): number {
  if (allZonesFullyDisrupted) return 0;
  if (zone.state !== "PartialDisruption") return rates.nodeEvictionRate;
  return zone.nodes > rates.largeClusterSizeThreshold ? rates.secondaryNodeEvictionRate : 0;
}
