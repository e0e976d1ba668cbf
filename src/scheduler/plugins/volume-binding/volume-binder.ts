import type { PodVersion } from "../../../api/pod-version.js";
import type { Features } from "../../../api/features.js";
import type { Listers } from "../../framework/listers.js";
import type { NodeInfo } from "../../framework/node-info.js";
import {
  type Claim,
  NO_PROVISIONER,
  type PersistentVolume,
  SELECTED_NODE,
  className,
  claimUses,
  isFullyBound,
  waitsForConsumer,
} from "../../../api/volumes/claims.js";
import { AssumedVolumes } from "./assumed-volumes.js";
import { VolumeNodeAffinity, affinityKeys, requestedBytes } from "../../../api/volumes/matching.js";
import { ClaimCandidates } from "./claim-candidates.js";
import { hostnamesOf } from "./volume-hostnames.js";
import { allowsTopology } from "../../../api/volumes/allowed-topologies.js";
import { findCapacity } from "./storage-capacity.js";

const REASON_NODE_CONFLICT_BEFORE = "node(s) had volume node affinity conflict";
const REASON_NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const REASON_BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
const REASON_NOT_ENOUGH_SPACE = "node(s) did not have enough free storage";
const REASON_VOLUME_MISSING =
  "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";

/** A pod's claims by what is still to be done for them. */
export interface PodClaims {
  readonly bound: readonly Claim[];
  /** Unbound, and waiting for a node. */
  readonly delayed: readonly Claim[];
  /** Unbound, and to be bound by the volume controller without regard to nodes. */
  readonly immediate: readonly Claim[];
  /** For each of the delayed claims without a node, the smallest first, what it could be bound to. */
  readonly candidates: readonly ClaimCandidates[];
}

/** A claim that a volume would be made for. */
interface Provision {
  readonly claim: Claim;
  /** What the driver reports to have within reach of the node; null where it reports nothing. */
  readonly capacityBytes: number | null;
}

/** What would be done for a pod's claims on one node. */
export interface PodVolumes {
  readonly bindings: readonly { readonly claim: Claim; readonly volume: PersistentVolume }[];
  readonly provisions: readonly Provision[];
}

export interface Found {
  readonly volumes: PodVolumes;
  /** Why the node will not do; empty if it will. */
  readonly reasons: readonly string[];
  /** Not empty: the cycle ends with this error. */
  readonly error: string;
}

/** Why the volumes cannot be made there, or the error that ends the cycle. */
type Refusal = "unsatisfied" | "no space" | Found;

const NO_VOLUMES: PodVolumes = { bindings: [], provisions: [] };

interface ForNode {
  readonly node: NodeInfo;
  readonly claims: PodClaims;
}

/** Decides which volumes a pod's claims get on a node. Source: kube-scheduler `volumebinding`, binder. */
export class VolumeBinder {
  readonly assumed: AssumedVolumes;
  private readonly affinity = new VolumeNodeAffinity();

  private readonly nodeConflict: string;

  constructor(
    private readonly listers: Listers,
    features: Features,
  ) {
    this.assumed = new AssumedVolumes(listers);
    this.nodeConflict = features.VolumeNodeConflictReworded
      ? REASON_NODE_CONFLICT
      : REASON_NODE_CONFLICT_BEFORE;
  }

  /** The pod's claims; every one of them must exist. A string is an error. */
  podClaims(pod: PodVersion): PodClaims | string {
    const bound: Claim[] = [];
    const delayed: Claim[] = [];
    const immediate: Claim[] = [];
    for (const { claimName } of claimUses(pod.spec, pod.name)) {
      const claim = this.assumed.claim(pod.namespace, claimName);
      if (claim === undefined) return `error getting PVC "${pod.namespace}/${claimName}"`;
      if (isFullyBound(claim)) bound.push(claim);
      else if ((claim.spec.volumeName ?? "") === "" && this.waitsForConsumer(claim)) {
        delayed.push(claim);
      } else immediate.push(claim);
    }
    const unplaced = delayed.filter((claim) => claim.annotations[SELECTED_NODE] === undefined);
    const candidates = bySize(unplaced).map(
      (claim) => new ClaimCandidates(claim, this.assumed.volumesFor(claim), this.affinity),
    );
    return { bound, delayed, immediate, candidates };
  }

  private waitsForConsumer(claim: Claim): boolean {
    return waitsForConsumer(this.listers.storageClasses.get(className(claim)));
  }

  /**
   * The nodes that the bound local volumes can be used from, as their affinities name them by
   * hostname; null when they name none, or a volume does not exist.
   */
  eligibleNodes(claims: readonly Claim[]): ReadonlySet<string> | null {
    const lists: (readonly string[])[] = [];
    for (const claim of claims) {
      const volume = this.assumed.volume(claim.spec.volumeName ?? "");
      if (volume === undefined) return null;
      const names = hostnamesOf(volume);
      if (names.length > 0) lists.push(names);
    }
    const [first, ...others] = lists;
    if (first === undefined) return null;
    return new Set(first.filter((name) => others.every((names) => names.includes(name))));
  }

  /** Grows with everything that may make it answer otherwise. */
  get version(): number {
    const { storageClasses, csiDrivers } = this.listers;
    return this.assumed.version + storageClasses.version + csiDrivers.version;
  }

  /** The labels of a node that decide about the claims there; null where more of it does. */
  labelKeys({ bound, delayed, candidates }: PodClaims): readonly string[] | null {
    const keys: string[] = [];
    const lists = [
      ...bound.map((claim) => {
        const volume = this.assumed.volume(claim.spec.volumeName ?? "");
        return volume === undefined ? [] : affinityKeys(volume);
      }),
      ...candidates.map(({ labelKeys }) => labelKeys),
      ...delayed.map((claim) => this.provisionKeys(claim)),
    ];
    for (const list of lists) {
      if (list === null) return null;
      keys.push(...list);
    }
    return [...new Set(keys)];
  }

  /** The same for a volume that would be made for the claim. */
  private provisionKeys(claim: Claim): readonly string[] | null {
    const storageClass = this.listers.storageClasses.get(className(claim));
    if (storageClass === undefined || claim.annotations[SELECTED_NODE] !== undefined) return null;
    const { provisioner, allowedTopologies = [] } = storageClass.spec;
    if (this.listers.csiDrivers.get(provisioner)?.spec.storageCapacity === true) return null;
    return allowedTopologies.flatMap(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.map(({ key }) => key),
    );
  }

  findPodVolumes(claims: PodClaims, node: NodeInfo): Found {
    const reasons: string[] = [];
    const bound = this.checkBound(claims.bound, node);
    if (bound === "conflict") reasons.push(this.nodeConflict);
    const found = claims.delayed.length === 0 ? "found" : this.findForDelayed({ node, claims });
    if (typeof found === "object" && "error" in found) return found;
    if (found === "unsatisfied") reasons.push(REASON_BIND_CONFLICT);
    if (found === "no space") reasons.push(REASON_NOT_ENOUGH_SPACE);
    if (bound === "missing") reasons.push(REASON_VOLUME_MISSING);
    return { volumes: typeof found === "object" ? found : NO_VOLUMES, reasons, error: "" };
  }

  private checkBound(claims: readonly Claim[], node: NodeInfo): "good" | "conflict" | "missing" {
    for (const claim of claims) {
      const volume = this.assumed.volume(claim.spec.volumeName ?? "");
      if (volume === undefined) return "missing";
      if (!this.affinity.allows(volume, node.labels)) return "conflict";
    }
    return "good";
  }

  private findForDelayed(place: ForNode): PodVolumes | Refusal {
    const { delayed, candidates } = place.claims;
    const toProvision: Claim[] = [];
    for (const claim of delayed) {
      const selected = claim.annotations[SELECTED_NODE];
      if (selected === undefined) continue;
      if (selected !== place.node.name) return "unsatisfied";
      toProvision.push(claim);
    }
    const bindings: { claim: Claim; volume: PersistentVolume }[] = [];
    // A volume is given to one claim only.
    const taken = new Set<string>();
    for (const candidate of candidates) {
      const volume = candidate.bestOn(place.node.labels, taken);
      if (volume === undefined) {
        toProvision.push(candidate.claim);
        continue;
      }
      taken.add(volume.name);
      bindings.push({ claim: candidate.claim, volume });
    }
    const checked = this.checkProvisions(toProvision, place.node);
    return Array.isArray(checked) ? { bindings, provisions: checked } : checked;
  }

  private checkProvisions(claims: readonly Claim[], node: NodeInfo): Provision[] | Refusal {
    const provisions: Provision[] = [];
    for (const claim of claims) {
      const name = className(claim);
      const storageClass = this.listers.storageClasses.get(name);
      if (storageClass === undefined) {
        const error = `failed to find storage class "${name}"`;
        return { volumes: NO_VOLUMES, reasons: [], error };
      }
      const { provisioner, allowedTopologies } = storageClass.spec;
      if (provisioner === "" || provisioner === NO_PROVISIONER) return "unsatisfied";
      if (!allowsTopology(allowedTopologies, node.labels)) return "unsatisfied";
      const found = findCapacity(claim, storageClass, node.labels, this.listers);
      if (found === "not enough") return "no space";
      provisions.push({ claim, capacityBytes: found });
    }
    return provisions;
  }
}

function bySize(claims: readonly Claim[]): readonly Claim[] {
  return [...claims].sort((a, b) => requestedBytes(a) - requestedBytes(b));
}
