import type { Labels } from "../../../src/api/kubernetes.js";
import { type AnyVersion, controllerOf, objectKey } from "../../../src/api/object-version.js";
import type { PodVersion } from "../../../src/api/pod-version.js";

const COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";

/** Names objects as recordings do: without what is random in their names. */
export class RecorderNames {
  private readonly byUid = new Map<string, string>();
  private readonly latest = new Map<string, string>();
  /** How many names were given of each sort. */
  private readonly given = new Map<string, number>();
  private readonly revisions = new Map<string, readonly string[]>();

  nameOf(object: AnyVersion): string {
    const { uid } = object as { readonly uid: string };
    let name = this.byUid.get(uid);
    if (name === undefined) {
      name = this.newName(object);
      this.byUid.set(uid, name);
      this.latest.set(`${object.kind} ${objectKey(object)}`, name);
    }
    return name;
  }

  /** Of the object that bore that name last. */
  lastNamed(reference: {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  }) {
    return this.latest.get(`${reference.kind} ${objectKey(reference)}`) ?? reference.name;
  }

  /** `r1`, `r2` by a workload's revisions in the order of their first pod; null where it has none. */
  revisionOf(pod: PodVersion): string | null {
    const owner = controllerOf(pod);
    const hash = (pod.labels as Labels)["controller-revision-hash"];
    if (owner === undefined || hash === undefined) return null;
    const known = this.revisions.get(owner.uid) ?? [];
    const all = known.includes(hash) ? known : [...known, hash];
    this.revisions.set(owner.uid, all);
    return `r${all.indexOf(hash) + 1}`;
  }

  private newName(object: AnyVersion): string {
    const owner = controllerOf(object);
    const ownerName = owner === undefined ? undefined : this.byUid.get(owner.uid);
    if (ownerName === undefined) return this.again(object.name, object.kind);
    if (object.kind === "ReplicaSet") return this.next(ownerName, "r");
    if (object.kind === "Job") return this.next(ownerName, "j");
    if (object.kind !== "Pod") return this.again(object.name, object.kind);
    if (owner?.kind === "StatefulSet") return this.again(object.name, "Pod");
    if (owner?.kind === "DaemonSet") return this.again(`${ownerName}@${nodeMeant(object)}`, "Pod");
    const index = object.annotations[COMPLETION_INDEX];
    return index === undefined
      ? this.next(ownerName, "p")
      : this.again(`${ownerName}[${index}]`, "Pod");
  }

  private next(ownerName: string, letter: string): string {
    return `${ownerName}/${letter}${this.count(`${ownerName}/${letter}`)}`;
  }

  private again(name: string, kind: string): string {
    const count = this.count(`${kind} ${name}`);
    return count === 1 || kind !== "Pod" ? name : `${name}#${count}`;
  }

  private count(key: string): number {
    const count = (this.given.get(key) ?? 0) + 1;
    this.given.set(key, count);
    return count;
  }
}

/** The node that a DaemonSet's pod was made for. */
function nodeMeant(pod: PodVersion): string {
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0] ?? "";
}
