import type { PodSpec } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { cappedRecommendation, type NamespaceBounds } from "./capped-recommendation.js";
import { containerResources } from "./container-resources.js";
import { updateModeOf, type UpdateMode } from "./container-policy.js";
import { DisruptionGroups, type FirstSeen, type ReplicasOf } from "./disruption-groups.js";
import { inPlaceDecision, type InPlaceDecision } from "./in-place-decision.js";
import { withResources } from "./pod-patch.js";
import type { Recommendation } from "./recommendation.js";
import type { AutoscalerObject } from "./recommender.js";
import {
  isDue,
  isLowerThan,
  meetsRequirements,
  moreUrgent,
  updatePriority,
} from "./update-priority.js";
import type { UpdaterSettings } from "./updater-settings.js";

const EVICTING: ReadonlySet<UpdateMode> = new Set(["Recreate", "Auto"]);

/** The updater wants a pod gone, or its containers to have what they have in `containers`. */
export type UpdateAction<A> =
  | { readonly verb: "evict"; readonly autoscaler: A; readonly pod: PodVersion }
  | {
      readonly verb: "resize";
      readonly autoscaler: A;
      readonly pod: PodVersion;
      readonly containers: PodSpec["containers"];
    };

/** What became of an action; `infeasible`: the node has no room for it. */
export type ActionEnd = "done" | "failed" | "infeasible";

/** An autoscaler and the live pods that are its, in the order in which they are taken. */
export interface ControlledPods<A> {
  readonly autoscaler: A;
  readonly pods: readonly PodVersion[];
}

export interface UpdaterInput<A> {
  readonly nowMicros: TimeMicros;
  readonly controlled: readonly ControlledPods<A>[];
  /** Every live pod is among them. */
  readonly isAlive: (uid: string) => boolean;
  readonly boundsOf: (namespace: string) => NamespaceBounds;
  readonly replicasOf: ReplicasOf;
}

/**
 * The updater's loop: which pods are to have what is recommended for them, in which order, as far as the budgets of
 * their controllers go. It gives its actions one by one, and takes what became of each.
 * Source: VPA, pkg/updater/logic (1.8).
 */
export class UpdaterLoop<A extends AutoscalerObject> {
  private readonly firstSeen: FirstSeen = new Map();
  /** By UID of pods: the recommendation that their node had no room for. */
  private readonly infeasible = new Map<string, Recommendation>();

  constructor(
    private readonly settings: UpdaterSettings,
    /** A pod is left as it is because its node had no room for as much. */
    private readonly onSkipped: (pod: PodVersion) => void = () => {},
  ) {}

  *run(input: UpdaterInput<A>): Generator<UpdateAction<A>, void, ActionEnd> {
    for (const uid of this.infeasible.keys()) {
      if (!input.isAlive(uid)) this.infeasible.delete(uid);
    }
    for (const controlled of input.controlled) {
      const mode = updateModeOf(controlled.autoscaler.spec);
      if (EVICTING.has(mode)) yield* this.recreate(controlled, input);
      else if (mode === "InPlaceOrRecreate" || (mode === "InPlace" && this.settings.inPlace)) {
        yield* this.resize(controlled, input, mode);
      }
    }
  }

  private groupsOf({ autoscaler, pods }: ControlledPods<A>, input: UpdaterInput<A>) {
    const { settings, firstSeen } = this;
    const { replicasOf, nowMicros } = input;
    const options = { settings, replicasOf, firstSeen, nowMicros };
    return new DisruptionGroups(pods, autoscaler.spec, options);
  }

  private *recreate(
    controlled: ControlledPods<A>,
    input: UpdaterInput<A>,
  ): Generator<UpdateAction<A>, void, ActionEnd> {
    const groups = this.groupsOf(controlled, input);
    const candidates = controlled.pods.filter((pod) => groups.canEvict(pod));
    const order = this.orderOf(candidates, controlled.autoscaler, input);
    yield* this.evict(order, controlled.autoscaler, groups);
  }

  private *resize(
    controlled: ControlledPods<A>,
    input: UpdaterInput<A>,
    mode: UpdateMode,
  ): Generator<UpdateAction<A>, void, ActionEnd> {
    const { autoscaler } = controlled;
    const groups = this.groupsOf(controlled, input);
    const neverEvicts = mode === "InPlace";
    const { settings, infeasible } = this;
    const decide = (pod: PodVersion) =>
      inPlaceDecision(pod, autoscaler, groups, { settings, infeasible });
    const candidates = controlled.pods.filter((pod) =>
      this.isCandidate(pod, decide(pod), neverEvicts),
    );
    const toEvict: PodVersion[] = [];
    for (const pod of this.orderOf(candidates, autoscaler, input)) {
      const decision = decide(pod);
      if (decision === "known infeasible" || (decision === "deferred" && !neverEvicts)) continue;
      if (decision === "evict") {
        toEvict.push(pod);
        continue;
      }
      if (decision === "infeasible") this.remember(pod, autoscaler);
      const end = yield* this.resizeOne(pod, autoscaler, groups, input);
      if (end === "done") continue;
      if (!neverEvicts) toEvict.push(pod);
      else if (end === "infeasible") this.remember(pod, autoscaler);
    }
    yield* this.evict(toEvict, autoscaler, groups);
  }

  private isCandidate(pod: PodVersion, decision: InPlaceDecision, neverEvicts: boolean): boolean {
    switch (decision) {
      case "approved":
        return true;
      case "infeasible":
      case "deferred":
        return neverEvicts;
      case "evict":
        return !neverEvicts;
      case "known infeasible":
        this.onSkipped(pod);
        return false;
    }
  }

  private *resizeOne(
    pod: PodVersion,
    autoscaler: A,
    groups: DisruptionGroups,
    { boundsOf }: UpdaterInput<A>,
  ): Generator<UpdateAction<A>, ActionEnd, ActionEnd> {
    if (!groups.knows(pod)) return "failed";
    const wanted = containerResources(pod, autoscaler, boundsOf(pod.namespace));
    const isUnchanged = pod.spec.containers.every(({ resources }, i) => {
      const { requests, limits } = wanted[i]!;
      const isBare = resources?.requests === undefined && resources?.limits === undefined;
      return !isBare && requests.size === 0 && limits.size === 0;
    });
    if (isUnchanged) return "failed";
    const containers = pod.spec.containers.map((container, i) =>
      withResources(container, wanted[i]!),
    );
    const end = yield { verb: "resize", autoscaler, pod, containers };
    if (end === "done") groups.resized(pod);
    return end;
  }

  private *evict(
    pods: readonly PodVersion[],
    autoscaler: A,
    groups: DisruptionGroups,
  ): Generator<UpdateAction<A>, void, ActionEnd> {
    for (const pod of pods) {
      if (!groups.canEvict(pod)) continue;
      const end = yield { verb: "evict", autoscaler, pod };
      if (end === "done") groups.evicted(pod);
    }
  }

  private remember(pod: PodVersion, { status }: A): void {
    if (status.recommendation != null) this.infeasible.set(pod.uid, status.recommendation);
  }

  /** The pods that are to be updated, the most urgent first. */
  orderOf(
    pods: readonly PodVersion[],
    { spec, status }: A,
    { nowMicros, boundsOf }: Pick<UpdaterInput<A>, "nowMicros" | "boundsOf">,
  ): readonly PodVersion[] {
    const { settings } = this;
    const due = pods.flatMap((pod) => {
      const bounds = boundsOf(pod.namespace);
      const { resourcePolicy } = spec;
      const { recommendation } = cappedRecommendation(
        status.recommendation,
        resourcePolicy,
        pod,
        bounds,
      );
      const last = updateModeOf(spec) === "InPlace" ? this.infeasible.get(pod.uid) : undefined;
      if (last !== undefined && !isLowerThan(recommendation, last)) return [];
      const priority = updatePriority(pod, recommendation);
      const isAccepted = isDue(pod, priority, spec, { settings, nowMicros });
      return isAccepted ? [{ pod, priority, recommendation }] : [];
    });
    due.sort((a, b) => moreUrgent(a.priority, b.priority));
    return due.flatMap(({ pod, recommendation }) =>
      meetsRequirements(pod, spec, recommendation) ? [pod] : [],
    );
  }
}
