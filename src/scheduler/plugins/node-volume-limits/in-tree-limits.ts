import type { Labels } from "../../../api/kubernetes.js";
import type { PodVersion } from "../../../api/pod-version.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import type { FilterPlugin, Handle, Result } from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import { type Claim, claimUse } from "../../../api/volumes/claims.js";
import { countedClaim } from "../volumes/pod-claims.js";
import { inTreeVolume, isMigrated } from "../../../api/volumes/csi-migration.js";
import { alwaysMigrated } from "./migrated-plugins.js";

/** One of the in-tree volume plugins whose attachments are counted. */
export interface InTreeKind {
  /** Name of the scheduler plugin. */
  readonly name: string;
  /** Name of the volume plugin, and of its provisioner. */
  readonly volumePlugin: string;
  /** Resource of a node's allocatable that states its limit. */
  readonly limitKey: string;
  /** The limit of a node that states none. */
  readonly limitOf: (labels: Labels) => number;
}

const NITRO = /^[cmr]5.*|t3|z1d/;

function instanceType(labels: Labels): string {
  return (
    labels["node.kubernetes.io/instance-type"] ?? labels["beta.kubernetes.io/instance-type"] ?? ""
  );
}

/** Source: kube-scheduler `nodevolumelimits`, non_csi.go. */
export const IN_TREE_KINDS = {
  EBSLimits: {
    name: "EBSLimits",
    volumePlugin: "kubernetes.io/aws-ebs",
    limitKey: "attachable-volumes-aws-ebs",
    limitOf: (labels) => (NITRO.test(instanceType(labels)) ? 25 : 39),
  },
  GCEPDLimits: {
    name: "GCEPDLimits",
    volumePlugin: "kubernetes.io/gce-pd",
    limitKey: "attachable-volumes-gce-pd",
    limitOf: () => 16,
  },
  AzureDiskLimits: {
    name: "AzureDiskLimits",
    volumePlugin: "kubernetes.io/azure-disk",
    limitKey: "attachable-volumes-azure-disk",
    limitOf: () => 16,
  },
  CinderLimits: {
    name: "CinderLimits",
    volumePlugin: "kubernetes.io/cinder",
    limitKey: "attachable-volumes-cinder",
    limitOf: () => 256,
  },
} as const satisfies Readonly<Record<string, InTreeKind>>;

/** A node takes only so many in-tree volumes of one cloud. */
export class InTreeLimits implements FilterPlugin {
  readonly name: string;
  private readonly tooMany: Status;

  private readonly migrated: ReadonlySet<string>;

  constructor(
    private readonly kind: InTreeKind,
    private readonly handle: Handle,
  ) {
    this.name = kind.name;
    this.migrated = alwaysMigrated(handle.features);
    this.tooMany = new Status("Unschedulable", ["node(s) exceed max volume count"], kind.name);
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const taints = this.handle.features.NewNodesAwaitedByTaints ? Action.UpdateNodeTaint : 0;
    // These plugins went before hints came.
    return [
      { event: clusterEvent("Node", Action.Add, taints) },
      { event: clusterEvent("Pod", Action.Delete) },
    ];
  }

  concerns(pod: PodInfo): boolean {
    return pod.template.hasVolumes;
  }

  passesEverywhere(pod: PodInfo): boolean {
    const wanted = new Set<string>();
    return this.collect(pod.pod, { isNew: true }, wanted) === null && wanted.size === 0;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    const wanted = new Set<string>();
    const failed = this.collect(pod.pod, { isNew: true }, wanted);
    if (failed !== null) return failed;
    if (wanted.size === 0) return null;
    // A migrated plugin is left to the limits of its CSI driver.
    const csiNode = this.handle.listers.csiNodes.get(node.name);
    if (isMigrated(this.kind.volumePlugin, csiNode, this.migrated)) return null;
    const attached = new Set<string>();
    for (const existing of node.pods) {
      if (!existing.template.hasVolumes) continue;
      const error = this.collect(existing.pod, { isNew: false }, attached);
      if (error !== null) return error;
    }
    const more = [...wanted].filter((id) => !attached.has(id)).length;
    return attached.size + more > this.limit(node) ? this.tooMany : null;
  }

  private limit(node: NodeInfo): number {
    const id = this.handle.scalars.find(this.kind.limitKey);
    const stated = id === undefined ? undefined : node.allocatable.scalars[id];
    return stated ?? this.kind.limitOf(node.labels);
  }

  private collect(
    pod: PodVersion,
    options: { readonly isNew: boolean },
    into: Set<string>,
  ): Status | null {
    for (const volume of pod.spec.volumes ?? []) {
      const inLine = inTreeVolume(volume);
      if (inLine?.plugin === this.kind.volumePlugin) into.add(inLine.id);
      const use = inLine === null ? claimUse(volume, pod.name) : null;
      if (use === null) continue;
      const claim = countedClaim(use, pod, this.handle.listers, options);
      if (typeof claim === "string") return new Status("Error", [claim], this.name);
      if (claim !== null) this.collectClaim(claim, into);
    }
    return null;
  }

  private collectClaim(claim: Claim, into: Set<string>): void {
    const { persistentVolumes, storageClasses } = this.handle.listers;
    const volume = persistentVolumes.get(claim.spec.volumeName ?? "");
    if (volume !== undefined) {
      const inTree = inTreeVolume(volume.spec);
      if (inTree?.plugin === this.kind.volumePlugin) into.add(inTree.id);
      return;
    }
    // Without a volume the claim counts if this plugin would provision it.
    const storageClass = storageClasses.get(claim.spec.storageClassName ?? "");
    if (storageClass?.spec.provisioner === this.kind.volumePlugin) {
      into.add(`\u0000${claim.namespace}/${claim.name}`);
    }
  }
}
