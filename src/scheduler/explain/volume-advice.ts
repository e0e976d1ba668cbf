import {
  type Claim,
  className,
  claimUses,
  isFullyBound,
  waitsForConsumer,
} from "../../api/volumes/claims.js";
import { delayedText, type Offer, unboundText } from "./claim-advice.js";
import { listText, roomText } from "./node-text.js";
import { NOTHING_TO_DO } from "./passing.js";
import type { Refused, Ruled } from "./ruled.js";
import { boundPlaceText } from "./volume-place.js";

const MAX_NAMED = 3;

/** What Kubernetes' reason about volumes means for the pod as a whole, and what would help. */
const OF_THE_POD: readonly (readonly [
  RegExp,
  (match: RegExpExecArray, refused: Refused) => string,
])[] = [
  [
    /^persistentvolumeclaim "(.*)" not found$/,
    ([, claim], { pod }) =>
      `It mounts the PersistentVolumeClaim ${claim}, and there is none of that name in the namespace ${pod.pod.namespace}: create it, or correct the name.`,
  ],
  [/^pod has unbound immediate PersistentVolumeClaims$/, (_, refused) => unboundAdvice(refused)],
  [
    /^persistentvolumeclaim "(.*)" is being deleted$/,
    ([, claim = ""], refused) => deletedText(claim, refused),
  ],
  [
    /^persistentvolumeclaim "(.*)" bound to non-existent persistentvolume "(.*)"$/,
    ([, claim, volume]) =>
      `The volume ${volume} of its PersistentVolumeClaim ${claim} is gone: create the claim anew.`,
  ],
  [
    /^waiting for ephemeral volume controller to create the persistentvolumeclaim "(.*)"$/,
    ([, claim]) =>
      `The ephemeral volume controller makes its PersistentVolumeClaim ${claim} shortly after the pod: ${NOTHING_TO_DO}`,
  ],
];

/** What it means for single nodes. */
const OF_NODES: readonly (readonly [RegExp, (ruled: Ruled) => string])[] = [
  [
    /volume node affinity conflict|no available volume zone/,
    (ruled) =>
      boundPlaceText(ruled) ??
      "Its volume can be used elsewhere only, so the pod must go where the volume is.",
  ],
  [/didn't find available persistent volumes to bind/, (ruled) => delayedAdvice(ruled)],
  [/not have enough free storage/, () => "The storage that its claim asks for is not free there."],
  [/bound to non-existent pv/, () => "The volume of its claim is gone: create the claim anew."],
  [
    /exceed max volume count/,
    () => "They have as many volumes as they can attach: add a node, or move a pod with volumes.",
  ],
  [
    /no available disk|ReadWriteOncePod/,
    () => "Another pod uses its volume, which only one may use at a time: that pod must go first.",
  ],
];

/** A pod whose volumes rule out every node; null for reasons that are about something else. */
export function volumesOfPod(reason: string, refused: Refused): string | null {
  for (const [pattern, sentence] of OF_THE_POD) {
    const match = pattern.exec(reason);
    if (match !== null) return sentence(match, refused);
  }
  return null;
}

/** Nodes that only the pod's volumes keep it from. */
export function volumesOfNodes(ruled: Ruled, reasons: readonly string[]): string {
  const meanings = OF_NODES.filter(([pattern]) => reasons.some((reason) => pattern.test(reason)));
  const sentences = meanings.map(([, sentence]) => sentence(ruled));
  return [
    `${roomText(ruled.nodes)} would take it, but for its volumes: ${reasons.join("; ")}.`,
    ...sentences,
  ].join(" ");
}

function unboundAdvice(refused: Refused): string {
  const { nodes: all } = refused.framework.snapshot;
  const offer: Offer = { listers: refused.framework.listers, nodes: all, all };
  return unboundClaims(refused)
    .filter((claim) => (claim.spec.volumeName ?? "") !== "" || !waits(claim, offer))
    .map((claim) => unboundText(claim, offer))
    .join(" ");
}

function delayedAdvice(ruled: Ruled): string {
  const { listers, snapshot } = ruled.framework;
  const offer: Offer = { listers, nodes: ruled.nodes, all: snapshot.nodes };
  const claims = unboundClaims(ruled);
  const texts = claims.flatMap((claim) => delayedText(claim, offer) ?? []);
  if (texts.length > 0) return texts.join(" ");
  const names = listText(
    claims.map(({ name }) => name),
    MAX_NAMED,
  );
  return `Free volumes there fit, but there is not one for each of its PersistentVolumeClaims (${names}): add a PersistentVolume.`;
}

function waits(claim: Claim, { listers }: Offer): boolean {
  return waitsForConsumer(listers.storageClasses.get(className(claim)));
}

function unboundClaims({ framework, pod }: Refused): readonly Claim[] {
  const names = claimUses(pod.template.spec, pod.pod.name).map(({ claimName }) => claimName);
  const { persistentVolumeClaims } = framework.listers;
  return [...new Set(names)]
    .flatMap((name) => persistentVolumeClaims.get(pod.pod.namespace, name) ?? [])
    .filter((claim) => !isFullyBound(claim));
}

/** A claim stays until no pod on a node uses it. */
function deletedText(claim: string, { framework, pod }: Refused): string {
  const users = framework.snapshot.nodes
    .flatMap((node) => node.pods)
    .filter(
      ({ pod: { namespace, name, spec } }) =>
        namespace === pod.pod.namespace &&
        claimUses(spec, name).some(({ claimName }) => claimName === claim),
    )
    .map((user) => user.pod.name);
  const its = `Its PersistentVolumeClaim ${claim} is being deleted`;
  return users.length === 0
    ? `${its}: create it anew.`
    : `${its}, and stays until no pod uses it (${listText(users, MAX_NAMED)} ${users.length === 1 ? "does" : "do"}): create it anew then.`;
}
