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

type Counted = NotModelled & { podsCount: number; readonly pods: string[] };

const NONE: readonly Counted[] = [];

/** Which pods of a run each finding concerns, by whose pods they are. */
export function concernedPods(
  findings: readonly NotModelled[],
  pods: Iterable<PodIdentity>,
): readonly Concern[] {
  const concerns: Counted[] = findings.map((one) => ({ ...one, podsCount: 0, pods: [] }));
  const byPodsOf = concernsByPodsOf(concerns);
  if (byPodsOf.size === 0) return concerns;
  const found = (groups: readonly string[]) =>
    groups.flatMap((group) => byPodsOf.get(group) ?? NONE);
  /** By namespace and owner: what pods are told to be of besides themselves is alike for siblings. */
  const byOwner = new Map<string, readonly Counted[]>();
  for (const { namespace, name, owner } of pods) {
    const key = `${namespace}/${owner}`;
    let ofOwner = byOwner.get(key);
    if (ofOwner === undefined) {
      ofOwner = found(groupsOf(namespace, owner));
      byOwner.set(key, ofOwner);
    }
    const own = found(withGenerated(`${namespace}/Pod/${name}`));
    for (const concern of new Set([...ofOwner, ...own])) {
      concern.podsCount += 1;
      if (concern.pods.length < MAX_NAMED) concern.pods.push(keyOf(namespace, name));
    }
  }
  return concerns;
}

/** A dump may have one entry a pod, and most of them are concerned by the same: such lists are one. */
function concernsByPodsOf(concerns: readonly Counted[]): ReadonlyMap<string, readonly Counted[]> {
  const byPodsOf = new Map<string, readonly Counted[]>();
  for (const concern of concerns) {
    const longer = new Map<readonly Counted[], readonly Counted[]>();
    for (const podsOf of concern.podsOf) {
      const before = byPodsOf.get(podsOf) ?? NONE;
      let list = longer.get(before);
      if (list === undefined) {
        list = [...before, concern];
        longer.set(before, list);
      }
      byPodsOf.set(podsOf, list);
    }
  }
  return byPodsOf;
}

/** What a pod of the owner may be told to be of, in the words of {@link NotModelled.podsOf}, but for itself. */
function groupsOf(namespace: string, owner: string): readonly string[] {
  const groups = ["", `${namespace}/`];
  if (owner === "") return groups;
  groups.push(...withGenerated(`${namespace}/${owner}`));
  const [kind = "", ownerName = ""] = owner.split("/");
  const makerKind = makerOf(kind);
  const end = ownerName.lastIndexOf("-");
  if (makerKind !== undefined && end > 0) {
    groups.push(...withGenerated(`${namespace}/${makerKind}/${ownerName.slice(0, end)}`));
  }
  return groups;
}

/** The object, and what a generator may have made it as. */
function withGenerated(object: string): readonly string[] {
  return /-\d+$/.test(object) ? [object, object.replace(/\d+$/, "*")] : [object];
}
