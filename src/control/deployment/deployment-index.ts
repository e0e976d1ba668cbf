import { controllerOf } from "../../api/object-version.js";
import type { RowsOf } from "../../store/informer.js";
import { Controllees } from "../controllees.js";
import type { FreshView } from "../fresh-view.js";
import type { Selectors } from "../selectors.js";
import type { Deployment, ReplicaSet } from "./replica-sets.js";

/** Which ReplicaSets belong to which Deployment, and whom a change of a set concerns. */
export class DeploymentIndex {
  private readonly sets = new Controllees<"ReplicaSet">();
  private readonly rowByUid = new Map<string, number>();
  /** UID of the controlling Deployment, by UID of the set. */
  private readonly deploymentOfSet = new Map<string, string>();
  private readonly inNamespace: RowsOf;

  constructor(
    private readonly deployments: FreshView<"Deployment">,
    private readonly freshSets: FreshView<"ReplicaSet">,
    private readonly selectors: Selectors,
  ) {
    this.inNamespace = deployments.informer.index("namespace", ({ namespace }) => namespace);
  }

  putDeployment(deployment: Deployment): void {
    this.rowByUid.set(deployment.uid, deployment.row);
  }

  removeDeployment(deployment: Deployment): void {
    this.rowByUid.delete(deployment.uid);
  }

  putSet(set: ReplicaSet): void {
    this.sets.put(set);
    const owner = controllerOf(set)?.uid;
    if (owner === undefined) this.deploymentOfSet.delete(set.uid);
    else this.deploymentOfSet.set(set.uid, owner);
  }

  removeSet(set: ReplicaSet): void {
    this.sets.remove(set);
    this.deploymentOfSet.delete(set.uid);
  }

  /** Sets that the Deployment controls, as new as they are known. */
  setsOf(deployment: Deployment): ReplicaSet[] {
    return this.fresh(this.sets.of(deployment.uid), deployment.uid);
  }

  /** Whether these are the sets that it controls, as new as they are known: the answer of {@link setsOf}, not made. */
  hasSets({ uid }: Deployment, sets: readonly ReplicaSet[]): boolean {
    let count = 0;
    for (const set of this.sets.of(uid)) {
      const newest = this.newest(set, uid);
      if (newest === undefined) continue;
      if (sets[count] !== newest) return false;
      count += 1;
    }
    return count === sets.length;
  }

  /** Whether {@link orphansFor} has any. */
  hasOrphans({ namespace }: Deployment): boolean {
    for (const set of this.sets.orphansIn(namespace)) {
      if (this.newest(set, undefined) !== undefined) return true;
    }
    return false;
  }

  /** Sets without a controller in the Deployment's namespace. */
  orphansFor(deployment: Deployment): ReplicaSet[] {
    return this.fresh(this.sets.orphansIn(deployment.namespace), undefined);
  }

  /** Rows of the Deployments that a change of that set concerns. */
  concernedBy(set: ReplicaSet): number[] {
    const owner = controllerOf(set);
    if (owner !== undefined) {
      const row = this.rowByUid.get(owner.uid);
      return row === undefined ? [] : [row];
    }
    const rows: number[] = [];
    for (const row of this.inNamespace.of(set.namespace)) {
      const selector = this.selectors.of(this.deployments.informer.at(row)!.spec.selector);
      if (selector.matches(set.labels)) rows.push(row);
    }
    return rows.length > 1 ? rows.sort((a, b) => a - b) : rows;
  }

  /** The Deployment that controls the set of that UID. */
  deploymentOf(setUid: string): Deployment | undefined {
    const row = this.rowByUid.get(this.deploymentOfSet.get(setUid) ?? "");
    return row === undefined ? undefined : this.deployments.at(row);
  }

  private fresh(sets: Iterable<ReplicaSet>, controllerUid: string | undefined): ReplicaSet[] {
    const found: ReplicaSet[] = [];
    for (const set of sets) {
      const newest = this.newest(set, controllerUid);
      if (newest !== undefined) found.push(newest);
    }
    return found;
  }

  /** As it is known now, if that controls it still. */
  private newest(set: ReplicaSet, controllerUid: string | undefined): ReplicaSet | undefined {
    const newest = this.freshSets.at(set.row);
    if (newest === undefined || newest.uid !== set.uid) return undefined;
    return controllerOf(newest)?.uid === controllerUid ? newest : undefined;
  }
}
