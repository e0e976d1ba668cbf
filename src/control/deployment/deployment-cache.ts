import type { WriteRequest } from "../../store/request.js";
import type { Informers } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { controllerReference } from "../owner-references.js";
import { Selectors } from "../selectors.js";
import { TemplateContents } from "../template-contents.js";
import { DeploymentIndex } from "./deployment-index.js";
import { isRollingUpdate } from "./fenceposts.js";
import { findNewReplicaSet } from "./new-replica-set.js";
import type { Deployment, ReplicaSet, Rollout } from "./replica-sets.js";
import { UnfinishedPods } from "./unfinished-pods.js";

/** What the Deployment controller knows of the cluster, and which Deployment a change concerns. */
export class DeploymentCache {
  readonly deployments: FreshView<"Deployment">;
  readonly sets: FreshView<"ReplicaSet">;
  readonly selectors = new Selectors();
  readonly templates = new TemplateContents();
  readonly unfinished: UnfinishedPods;
  readonly index: DeploymentIndex;

  /** `enqueue` is called with the row of each Deployment that has to be looked at. */
  constructor(
    private readonly informers: Informers,
    private readonly enqueue: (row: number) => void,
  ) {
    this.deployments = new FreshView(informers.informer("Deployment"));
    this.sets = new FreshView(informers.informer("ReplicaSet"));
    this.index = new DeploymentIndex(this.deployments, this.sets, this.selectors);
    this.unfinished = new UnfinishedPods((setUid) => this.onPodLess(setUid));
  }

  start(): void {
    this.deployments.start();
    this.sets.start();
    this.deployments.informer.addHandler({
      added: (deployment) => this.onDeployment(deployment),
      updated: (_, deployment) => this.onDeployment(deployment),
      deleted: (deployment) => {
        this.index.removeDeployment(deployment);
        this.enqueue(deployment.row);
      },
    });
    this.sets.informer.addHandler(
      {
        added: (set) => this.onSet(undefined, set),
        updated: (before, set) => this.onSet(before, set),
        deleted: (set) => {
          this.index.removeSet(set);
          this.enqueueFor(set);
        },
      },
      "Deployment",
    );
    this.unfinished.follow(this.informers.informer("Pod"));
  }

  /** The Deployment's sets: that of its present template, if there is one, and the others. */
  rolloutOf(deployment: Deployment, sets: readonly ReplicaSet[]): Rollout {
    const newSet = findNewReplicaSet(deployment, sets, this.templates);
    return { newSet, oldSets: sets.filter((set) => set.uid !== newSet?.uid) };
  }

  /** Takes the version of a set that a write was answered with; answers the one before it. */
  wroteSet(set: ReplicaSet): ReplicaSet | undefined {
    const known = this.sets.at(set.row);
    const before = known?.uid === set.uid ? known : undefined;
    this.sets.wrote(set);
    this.index.putSet(set);
    return before;
  }

  /** Patches that adopt sets which the selector matches, and let go of those it does not. */
  claims(deployment: Deployment, sets: readonly ReplicaSet[]): WriteRequest[] {
    if (deployment.deletionTimeMicros !== null) return [];
    const selector = this.selectors.of(deployment.spec.selector);
    const requests: WriteRequest[] = [];
    for (const set of sets) {
      if (selector.matches(set.labels) || set.deletionTimeMicros !== null) continue;
      const ownerReferences = set.ownerReferences.filter(({ uid }) => uid !== deployment.uid);
      requests.push({ verb: "patch", target: set, change: { ownerReferences } });
    }
    if (!this.index.hasOrphans(deployment)) return requests;
    for (const set of this.index.orphansFor(deployment)) {
      if (!selector.matches(set.labels) || set.deletionTimeMicros !== null) continue;
      const ownerReferences = [...set.ownerReferences, controllerReference(deployment)];
      requests.push({ verb: "patch", target: set, change: { ownerReferences } });
    }
    return requests;
  }

  private onDeployment(deployment: Deployment): void {
    this.index.putDeployment(deployment);
    this.enqueue(deployment.row);
  }

  private onSet(before: ReplicaSet | undefined, set: ReplicaSet): void {
    this.index.putSet(set);
    if (before !== undefined && before.ownerReferences !== set.ownerReferences) {
      this.enqueueFor(before);
    }
    this.enqueueFor(set);
  }

  private enqueueFor(set: ReplicaSet): void {
    for (const row of this.index.concernedBy(set)) this.enqueue(row);
  }

  /** Recreate waits for the last pod of the old sets. */
  private onPodLess(setUid: string): void {
    const deployment = this.index.deploymentOf(setUid);
    if (deployment === undefined || isRollingUpdate(deployment.spec)) return;
    const sets = this.index.setsOf(deployment);
    if (sets.every((set) => this.unfinished.of(set.uid) === 0)) this.enqueue(deployment.row);
  }
}
