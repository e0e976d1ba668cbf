import type { Labels } from "../../../api/kubernetes.js";

/** Labels that say where a volume is, each with the one that has replaced it. */
const TOPOLOGY_LABELS: ReadonlyMap<string, string> = new Map([
  ["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"],
  ["topology.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["topology.kubernetes.io/region", "topology.kubernetes.io/region"],
]);

/** Labels of a node that say where it is. */
export const PLACE_KEYS = [...TOPOLOGY_LABELS.keys()];

/** Values that a node's label of that key must be among. */
export interface Place {
  readonly key: string;
  readonly values: readonly string[];
}

/** What the labels of a volume say of where it is. */
export function placesOf(labels: Labels): readonly Place[] {
  return PLACE_KEYS.flatMap((key) => {
    const label = labels[key];
    const values = label === undefined ? null : zonesOf(label);
    return values === null ? [] : [{ key, values }];
  });
}

/** Whether volumes of these labels are said to be in the same places. */
export function sameLabels(a: Labels, b: Labels): boolean {
  return PLACE_KEYS.every((key) => a[key] === b[key]);
}

/** False for a node of a cluster that has a single zone: its labels say nothing of places. */
export function isSomewhere(nodeLabels: Labels): boolean {
  return PLACE_KEYS.some((key) => nodeLabels[key] !== undefined);
}

/** `translates`: a volume's beta label is compared with a node's label of today, too. */
export function liesIn(nodeLabels: Labels, { key, values }: Place, translates: boolean): boolean {
  const present = translates ? TOPOLOGY_LABELS.get(key)! : key;
  const value = nodeLabels[key] ?? nodeLabels[present];
  return value !== undefined && values.includes(value);
}

/** A label may list several zones, separated by two underscores. One with an empty part says nothing. */
function zonesOf(label: string): readonly string[] | null {
  const zones = label.split("__").map((zone) => zone.trim());
  return zones.includes("") ? null : zones;
}
