import { makerOf } from "../api/kinds.js";
import { keyOf } from "../api/object-version.js";
import type { NotModelled } from "./coverage.js";

/** A pod of a run. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  /** `Kind/name` of its controller; empty for none. */
  readonly owner: string;
}

/** Something that is not modelled, with the pods of the run that it concerns. */
export interface Concern extends NotModelled {
  readonly podsCount: number;
  /** The first of them, `namespace/name`. */
  readonly pods: readonly string[];
}

const MAX_NAMED = 100;

/** Which pods of a run each finding concerns, by whose pods they are. */
export function concernedPods(
  findings: readonly NotModelled[],
  pods: Iterable<PodIdentity>,
): readonly Concern[] {
  const concerns = findings.map((finding) => ({ ...finding, podsCount: 0, pods: [] as string[] }));
  const byPodsOf = new Map<string, Set<(typeof concerns)[number]>>();
  for (const concern of concerns) {
    for (const podsOf of concern.podsOf) {
      byPodsOf.set(podsOf, (byPodsOf.get(podsOf) ?? new Set()).add(concern));
    }
  }
  if (byPodsOf.size === 0) return concerns;
  for (const pod of pods) {
    const touched = new Set(groupsOf(pod).flatMap((group) => [...(byPodsOf.get(group) ?? [])]));
    for (const concern of touched) {
      concern.podsCount += 1;
      if (concern.pods.length < MAX_NAMED) concern.pods.push(keyOf(pod.namespace, pod.name));
    }
  }
  return concerns;
}

/** Everything that a pod may be told to be of, in the words of {@link NotModelled.podsOf}. */
function groupsOf({ namespace, name, owner }: PodIdentity): readonly string[] {
  const objects = [`Pod/${name}`];
  if (owner !== "") {
    objects.push(owner);
    const [kind = "", ownerName = ""] = owner.split("/");
    const makerKind = makerOf(kind);
    const end = ownerName.lastIndexOf("-");
    if (makerKind !== undefined && end > 0) objects.push(`${makerKind}/${ownerName.slice(0, end)}`);
  }
  const generated = objects.flatMap((object) =>
    /-\d+$/.test(object) ? [object.replace(/\d+$/, "*")] : [],
  );
  return ["", `${namespace}/`, ...[...objects, ...generated].map((o) => `${namespace}/${o}`)];
}
