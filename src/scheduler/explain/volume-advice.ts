import { roomText } from "./node-text.js";
import type { NodeInfo } from "../framework/node-info.js";

/** What Kubernetes' reason about volumes means for the pod as a whole, and what would help. */
const OF_THE_POD: readonly (readonly [
  RegExp,
  (match: RegExpExecArray, namespace: string) => string,
])[] = [
  [
    /^persistentvolumeclaim "(.*)" not found$/,
    ([, claim], namespace) =>
      `It mounts the PersistentVolumeClaim ${claim}, and there is none of that name in the namespace ${namespace}: create it, or correct the name.`,
  ],
  [
    /^pod has unbound immediate PersistentVolumeClaims$/,
    () =>
      "Its PersistentVolumeClaim is not bound yet, and nothing is there to bind it to: add a PersistentVolume that suits it (storage class, size, access modes), or a StorageClass with a provisioner that the claim names or that is the cluster's default. The claim's own Events (events.csv) say what is missing.",
  ],
  [
    /^persistentvolumeclaim "(.*)" is being deleted$/,
    ([, claim]) => `Its PersistentVolumeClaim ${claim} is being deleted: create it anew.`,
  ],
  [
    /^persistentvolumeclaim "(.*)" bound to non-existent persistentvolume "(.*)"$/,
    ([, claim, volume]) =>
      `The volume ${volume} of its PersistentVolumeClaim ${claim} is gone: create the claim anew.`,
  ],
  [
    /^waiting for ephemeral volume controller to create/,
    () => "Generic ephemeral volumes are not simulated: nobody makes its claim.",
  ],
];

/** What it means for single nodes. */
const OF_NODES: readonly (readonly [RegExp, string])[] = [
  [
    /volume node affinity conflict|no available volume zone/,
    "Its volume can be used elsewhere only, so the pod must go where the volume is: make room there, or let the claim be bound anew.",
  ],
  [
    /didn't find available persistent volumes to bind/,
    "No free volume there fits its claim, and the claim's class makes none: add a PersistentVolume, or a class that provisions.",
  ],
  [/not have enough free storage/, "The storage that its claim asks for is not free there."],
  [/bound to non-existent pv/, "The volume of its claim is gone: create the claim anew."],
  [
    /exceed max volume count/,
    "They have as many volumes as they can attach: add a node, or move a pod with volumes.",
  ],
  [
    /no available disk|ReadWriteOncePod/,
    "Another pod uses its volume, which only one may use at a time: that pod must go first.",
  ],
];

/** A pod whose volumes rule out every node; null for reasons that are about something else. */
export function volumesOfPod(reason: string, namespace: string): string | null {
  for (const [pattern, sentence] of OF_THE_POD) {
    const match = pattern.exec(reason);
    if (match !== null) return sentence(match, namespace);
  }
  return null;
}

/** Nodes that only the pod's volumes keep it from. */
export function volumesOfNodes(nodes: readonly NodeInfo[], reasons: readonly string[]): string {
  const meanings = OF_NODES.filter(([pattern]) => reasons.some((reason) => pattern.test(reason)));
  const sentences = meanings.map(([, sentence]) => sentence);
  return [
    `${roomText(nodes)} would take it, but for its volumes: ${reasons.join("; ")}.`,
    ...sentences,
  ].join(" ");
}
