import { type PersistentVolume, claimUses } from "../../api/volumes/claims.js";
import { VolumeNodeAffinity } from "../../api/volumes/matching.js";
import type { NodeInfo } from "../framework/node-info.js";
import { isSomewhere, liesIn, placesOf } from "../plugins/volume-zone/volume-places.js";
import { requirementText } from "./node-choice.js";
import { nodesText } from "./node-text.js";
import type { Ruled } from "./ruled.js";

/** Where the volumes are that the pod's claims are bound to, as far as that is not on these nodes. */
export function boundPlaceText({ framework, pod, nodes }: Ruled): string | null {
  const { listers, snapshot } = framework;
  const elsewhere = claimUses(pod.template.spec, pod.pod.name).flatMap(({ claimName }) => {
    const claim = listers.persistentVolumeClaims.get(pod.pod.namespace, claimName);
    const volume = listers.persistentVolumes.get(claim?.spec.volumeName ?? "");
    if (volume === undefined) return [];
    const canUse = usableFrom(volume);
    return nodes.every(canUse) ? [] : [{ claimName, volume, canUse }];
  });
  if (elsewhere.length === 0) return null;
  const texts = elsewhere.map(({ claimName, volume, canUse }) => {
    const there = snapshot.nodes.filter(canUse);
    const what = `The volume ${volume.name} of its PersistentVolumeClaim ${claimName} can be used only where nodes have ${volumePlaceText(volume)}`;
    return there.length === 0
      ? `${what}, and no node is there: add one there, or let the claim be bound anew.`
      : `${what}, so the pod must go there: make room there (${nodesText(there)}), or let the claim be bound anew.`;
  });
  const isSplit =
    elsewhere.length > 1 &&
    !snapshot.nodes.some((node) => elsewhere.every(({ canUse }) => canUse(node)));
  return [...texts, ...(isSplit ? ["No node can use all of these volumes."] : [])].join(" ");
}

/** What the volume asks of nodes' labels: `topology.kubernetes.io/zone=a`. */
export function volumePlaceText(volume: PersistentVolume): string {
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const alternatives = terms.map(({ matchExpressions = [] }) =>
    matchExpressions.map(requirementText).join(" and "),
  );
  const labels = placesOf(volume.labels).map(({ key, values }) =>
    requirementText({ key, operator: "In", values: [...values] }),
  );
  return [
    ...new Set([...(alternatives.length > 0 ? [alternatives.join(" or ")] : []), ...labels]),
  ].join(" and ");
}

/** Whether a node's labels are such as the volume asks for. */
export function usableFrom(volume: PersistentVolume): (node: NodeInfo) => boolean {
  const affinity = new VolumeNodeAffinity();
  const places = placesOf(volume.labels);
  return ({ labels }) => {
    if (!affinity.allows(volume, labels)) return false;
    return !isSomewhere(labels) || places.every((place) => liesIn(labels, place, true));
  };
}
