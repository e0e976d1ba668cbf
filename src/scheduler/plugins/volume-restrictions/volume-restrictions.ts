import type { PodSpec, Volume } from "../../../api/kubernetes.js";
import type { PodVersion } from "../../../api/pod-version.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import { type CycleState, type StateData, StateKey } from "../../framework/cycle-state.js";
import {
  type FilterPlugin,
  type Handle,
  PRE_FILTER_SUCCESS,
  type PreFilterExtensions,
  type PreFilterPlugin,
  type PreFilterResult,
  type Result,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import { ownClaimHint } from "../volumes/claim-hints.js";
import { diskVolumes, disksConflict } from "./disk-conflict.js";
import { signVolumes } from "../pod-signature.js";

const NAME = "VolumeRestrictions";
const DISK_CONFLICT = new Status("Unschedulable", ["node(s) had no available disk"], NAME);
const RWOP_REASON =
  "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
const RWOP_CONFLICT = new Status("Unschedulable", [RWOP_REASON], NAME);
const RWOP_CONFLICT_FINAL = new Status("UnschedulableAndUnresolvable", [RWOP_REASON], NAME);
const SKIP = new Status("Skip", [], NAME);

/** Claims of the pod that only one pod may use, and how often others use them. */
class OncePodState implements StateData {
  constructor(
    readonly claims: ReadonlySet<string>,
    public users: number,
  ) {}

  clone(): OncePodState {
    return new OncePodState(this.claims, this.users);
  }

  updateWithPod(changed: PodInfo, by: 1 | -1): void {
    for (const volume of changed.template.spec.volumes ?? []) {
      const name = volume.persistentVolumeClaim?.claimName;
      if (name !== undefined && this.claims.has(`${changed.pod.namespace}/${name}`)) {
        this.users += by;
      }
    }
  }
}

const ONCE_POD_KEY = new StateKey<OncePodState>("PreFilterVolumeRestrictions");

/** Disks that two pods may not share on a node, and claims that only one pod may use. */
export class VolumeRestrictions implements PreFilterPlugin, FilterPlugin {
  readonly name = NAME;
  readonly preFilterExtensions: PreFilterExtensions | null;
  private readonly disks = new WeakMap<PodSpec, readonly Volume[]>();

  constructor(private readonly handle: Handle) {
    this.preFilterExtensions = handle.features.ReadWriteOncePodConflictInPreFilter
      ? null
      : {
          addPod: (state, _incoming, added) => updateState(state, added, 1),
          removePod: (state, _incoming, removed) => updateState(state, removed, -1),
        };
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const { SchedulerQueueingHints, NewNodesAwaitedByTaints } = this.handle.features;
    const taints = NewNodesAwaitedByTaints ? Action.UpdateNodeTaint : 0;
    const claimUpdates = SchedulerQueueingHints ? 0 : Action.Update;
    return [
      {
        event: clusterEvent("Pod", Action.Delete),
        hint: (pod, gone) => (gone?.kind === "Pod" && this.minds(pod, gone) ? "Queue" : "Skip"),
      },
      { event: clusterEvent("Node", Action.Add, taints) },
      {
        event: clusterEvent("PersistentVolumeClaim", Action.Add, claimUpdates),
        hint: ownClaimHint({ named: true }),
      },
    ];
  }

  /** Whether the other pod may have stood in the pod's way: the same disk, or the same claim. */
  private minds(pod: PodVersion, other: PodVersion): boolean {
    if (pod.namespace !== other.namespace) return false;
    if (disksConflict(this.disksOf(pod.spec), this.disksOf(other.spec))) return true;
    const names = new Set(claimNames(pod.spec));
    return claimNames(other.spec).some((name) => names.has(name));
  }

  concerns(pod: PodInfo): boolean {
    return pod.template.hasVolumes;
  }

  signPod({ template }: PodInfo): string {
    return signVolumes(template);
  }

  preFilter(state: CycleState, pod: PodInfo): PreFilterResult {
    const { features } = this.handle;
    const claims = features.ReadWriteOncePod ? this.oncePodClaims(pod) : new Set<string>();
    if (claims instanceof Status) return { status: claims, nodeNames: null };
    if (features.ReadWriteOncePodConflictInPreFilter || claims.size === 0) {
      return this.unlessSkipped(pod);
    }
    const users = [...claims].filter((key) => this.handle.snapshot.isPvcUsedByPods(key)).length;
    state.write(ONCE_POD_KEY, new OncePodState(claims, users));
    return PRE_FILTER_SUCCESS;
  }

  countingRule(pod: PodInfo): null | undefined {
    if (!pod.template.hasVolumes) return null;
    if (this.disksOf(pod.template.spec).length > 0) return undefined;
    const { features, snapshot, nominator } = this.handle;
    if (!features.ReadWriteOncePod) return null;
    const claims = this.oncePodClaims(pod);
    if (claims instanceof Status) return undefined;
    // Pods that are nominated count as users on their nodes.
    const anyUser = claims.size > 0 && nominator.any;
    return anyUser || [...claims].some((key) => snapshot.isPvcUsedByPods(key)) ? undefined : null;
  }

  private unlessSkipped(pod: PodInfo): PreFilterResult {
    const idle = !pod.template.hasVolumes || this.disksOf(pod.template.spec).length === 0;
    return idle ? { status: SKIP, nodeNames: null } : PRE_FILTER_SUCCESS;
  }

  /** The pod's claims that are for one pod, or why one of its claims, the first such, refuses it. */
  private oncePodClaims({ pod, template }: PodInfo): ReadonlySet<string> | Status {
    const { features, snapshot } = this.handle;
    const keys = new Set<string>();
    for (const volume of template.spec.volumes ?? []) {
      const name = volume.persistentVolumeClaim?.claimName;
      if (name === undefined) continue;
      const claim = this.handle.listers.persistentVolumeClaims.get(pod.namespace, name);
      if (claim === undefined) {
        const reason = `persistentvolumeclaim "${name}" not found`;
        return new Status("UnschedulableAndUnresolvable", [reason], NAME);
      }
      if (claim.spec.accessModes?.includes("ReadWriteOncePod") !== true) continue;
      const key = `${pod.namespace}/${name}`;
      if (features.ReadWriteOncePodConflictInPreFilter && snapshot.isPvcUsedByPods(key)) {
        return RWOP_CONFLICT_FINAL;
      }
      keys.add(key);
    }
    return keys;
  }

  private disksOf(spec: PodSpec): readonly Volume[] {
    let disks = this.disks.get(spec);
    if (disks === undefined) {
      disks = diskVolumes(spec);
      this.disks.set(spec, disks);
    }
    return disks;
  }

  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    const wanted = this.disksOf(pod.template.spec);
    if (wanted.length > 0) {
      for (const { template } of node.pods) {
        if (template.hasVolumes && disksConflict(wanted, this.disksOf(template.spec))) {
          return DISK_CONFLICT;
        }
      }
    }
    const oncePod = state.read(ONCE_POD_KEY);
    return oncePod !== undefined && oncePod.users > 0 ? RWOP_CONFLICT : null;
  }
}

function claimNames(spec: PodSpec): readonly string[] {
  return (spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
}

/** Without data nothing was counted, and nothing has to be. */
function updateState(state: CycleState, changed: PodInfo, by: 1 | -1): Result {
  state.read(ONCE_POD_KEY)?.updateWithPod(changed, by);
  return null;
}
