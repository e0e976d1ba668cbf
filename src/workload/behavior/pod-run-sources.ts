import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { PodRun, PodRunSource } from "./pod-run.js";

interface Placed {
  readonly source: PodRunSource;
  /** Grows with each that is added. */
  readonly ordinal: number;
}

/** The parts of the workload that know what their own pods do, found by the names that they give. */
export class PodRunSources {
  /** Of sources that may have made any pod. */
  private readonly anywhere: Placed[] = [];
  /** By namespace and beginning of the names that a source gives. */
  private readonly byNames = new Map<string, Placed[]>();
  private added = 0;
  /** By row: the pod there and those that may have made it. */
  private readonly uids: string[] = [];
  private readonly candidates: (readonly Placed[])[] = [];

  add(source: PodRunSource): void {
    this.uids.length = 0;
    const placed = { source, ordinal: this.added };
    this.added += 1;
    const { names } = source;
    if (names === undefined) {
      this.anywhere.push(placed);
      return;
    }
    const key = keyOf(names.namespace, names.prefix);
    const known = this.byNames.get(key);
    if (known === undefined) this.byNames.set(key, [placed]);
    else known.push(placed);
  }

  /** What the first source says that made the pod; null where none did. */
  runOf(pod: PodVersion): PodRun | null {
    for (const { source } of this.candidatesOf(pod)) {
      const run = source.podRun(pod);
      if (run !== null) return run;
    }
    return null;
  }

  private candidatesOf(pod: PodVersion): readonly Placed[] {
    if (this.byNames.size === 0) return this.anywhere;
    const { row, uid } = pod;
    if (this.uids[row] === uid) return this.candidates[row]!;
    const found = this.found(pod);
    this.uids[row] = uid;
    this.candidates[row] = found;
    return found;
  }

  /** In the order in which they were added. */
  private found(pod: PodVersion): readonly Placed[] {
    const { namespace } = pod;
    let found = this.anywhere;
    const take = (name: string): void => {
      const prefix = name.slice(0, name.lastIndexOf("-") + 1);
      const named = this.byNames.get(keyOf(namespace, prefix));
      if (named !== undefined) found = [...found, ...named];
    };
    take(pod.name);
    const owner = controllerOf(pod)?.name;
    if (owner !== undefined) {
      take(owner);
      take(owner.slice(0, Math.max(0, owner.lastIndexOf("-"))));
    }
    return found.length > 1 ? [...found].sort((a, b) => a.ordinal - b.ordinal) : found;
  }
}

function keyOf(namespace: string, prefix: string): string {
  return `${namespace}/${prefix}`;
}
