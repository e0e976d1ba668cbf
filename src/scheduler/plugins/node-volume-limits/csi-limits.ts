import type { ObjectVersion } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { Volume } from "../../../api/kubernetes.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import {
  type FilterPlugin,
  type Handle,
  PRE_FILTER_SUCCESS,
  type PreFilterPlugin,
  type PreFilterResult,
  type Result,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import { freedAttachmentsHint, ownClaimHint } from "../volumes/claim-hints.js";
import { type Claim, claimUse, claimUses, className } from "../../../api/volumes/claims.js";
import { countedClaim } from "../volumes/pod-claims.js";
import { csiDriverOf, inTreeVolume, isMigrated } from "../../../api/volumes/csi-migration.js";
import { AttachedVolumes, type FreeAttachments } from "./attached-volumes.js";
import { alwaysMigrated } from "./migrated-plugins.js";
import { signVolumes } from "../pod-signature.js";

type CsiNode = ObjectVersion<"CSINode">;

const NAME = "NodeVolumeLimits";
/** A node's allocatable has a resource of such a name for each kind of volume that it limits. */
const LIMIT_PREFIX = "attachable-volumes-";
const limitKey = (driver: string): string => `${LIMIT_PREFIX}csi-${driver}`;
const SKIP: PreFilterResult = { status: new Status("Skip", [], NAME), nodeNames: null };
const TOO_MANY = new Status("Unschedulable", ["node(s) exceed max volume count"], NAME);

/** Attachable volumes by a name that is the same for the same volume, with their drivers. */
type Attached = Map<string, string>;

/** A node takes only so many volumes of a CSI driver. */
export class CsiLimits implements PreFilterPlugin, FilterPlugin {
  readonly name = NAME;
  readonly preFilterExtensions = null;
  private readonly migrated: ReadonlySet<string>;
  private readonly missingDrivers = new Map<string, Status>();
  private readonly attached: AttachedVolumes;

  constructor(private readonly handle: Handle) {
    this.migrated = alwaysMigrated(handle.features);
    this.attached = new AttachedVolumes(handle, (node) => this.freeOn(node));
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const events: ClusterEventWithHint[] = [
      { event: clusterEvent("CSINode", Action.Add) },
      { event: clusterEvent("Pod", Action.Delete), hint: freedAttachmentsHint },
    ];
    if (!this.handle.features.SchedulerQueueingHints) return events;
    const hint = ownClaimHint({ named: false });
    events.push({ event: clusterEvent("PersistentVolumeClaim", Action.Add), hint });
    return events;
  }

  concerns(pod: PodInfo): boolean {
    return pod.template.hasVolumes;
  }

  signPod({ template }: PodInfo): string {
    return signVolumes(template);
  }

  preFilter(_state: CycleState, pod: PodInfo): PreFilterResult {
    const counted = (volume: Volume): boolean =>
      claimUse(volume, pod.pod.name) !== null || inTreeVolume(volume) !== null;
    return (pod.template.spec.volumes ?? []).some(counted) ? PRE_FILTER_SUCCESS : SKIP;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    const csiNode = this.handle.listers.csiNodes.get(node.name);
    const wanted: Attached = new Map();
    const failed = this.collect(pod.pod, csiNode, { isNew: true }, wanted);
    if (failed !== null) return failed;
    if (wanted.size === 0) return null;
    if (this.handle.features.VolumeLimitScaling) {
      for (const driver of wanted.values()) {
        if (this.needsMissingDriver(driver, csiNode)) return this.notInstalled(driver);
      }
    }
    const limits = this.limits(node, csiNode);
    if (limits.size === 0) return null;
    const attached: Attached = new Map();
    for (const existing of node.pods) {
      if (!existing.template.hasVolumes) continue;
      const error = this.collect(existing.pod, csiNode, { isNew: false }, attached);
      if (error !== null) return error;
    }
    return exceeds(wanted, attached, limits) ? TOO_MANY : null;
  }

  /** Where no node is near its limits; pods that are nominated on nodes count there, too. */
  passesEverywhere(pod: PodInfo): boolean {
    const wanted = this.wantedDrivers(pod.pod);
    if (wanted === null) return false;
    if (wanted.size === 0) return true;
    if (this.handle.nominator.any) return false;
    for (const [driver, count] of wanted) {
      if (this.mayBeMissed(driver)) return false;
      if (!this.attached.isFreeEverywhere(limitKey(driver), count)) return false;
    }
    return true;
  }

  /** How many volumes of each driver the pod wants; null where that differs by node, or is an error. */
  private wantedDrivers(pod: PodVersion): ReadonlyMap<string, number> | null {
    const { listers } = this.handle;
    const wanted = new Map<string, number>();
    for (const volume of pod.spec.volumes ?? []) {
      const use = claimUse(volume, pod.name);
      if (use === null && inTreeVolume(volume) !== null) return null;
      const claim = use === null ? null : countedClaim(use, pod, listers, { isNew: true });
      if (typeof claim === "string") return null;
      if (claim === null) continue;
      const known = listers.persistentVolumes.get(claim.spec.volumeName ?? "");
      const storageClass = listers.storageClasses.get(className(claim));
      const driver = known === undefined ? storageClass?.spec.provisioner : known.spec.csi?.driver;
      const isInTree = known !== undefined && driver === undefined;
      if (isInTree || (known === undefined && csiDriverOf(driver ?? "") !== undefined)) return null;
      if (driver !== undefined) wanted.set(driver, (wanted.get(driver) ?? 0) + 1);
    }
    return wanted;
  }

  private freeOn(node: NodeInfo): FreeAttachments {
    const { listers } = this.handle;
    const csiNode = listers.csiNodes.get(node.name);
    const limits = this.limits(node, csiNode);
    const attached: Attached = new Map();
    const uses: string[] = [];
    let isKnown = true;
    for (const { pod, template } of limits.size === 0 ? [] : node.pods) {
      if (!template.hasVolumes) continue;
      if (this.collect(pod, csiNode, { isNew: false }, attached) !== null) isKnown = false;
      for (const { claimName } of claimUses(pod.spec, pod.name)) {
        const claim = listers.persistentVolumeClaims.get(pod.namespace, claimName);
        uses.push(`${pod.namespace}/${claimName}`);
        if (claim?.spec.volumeName !== undefined) uses.push(claim.spec.volumeName);
      }
    }
    const free = new Map(limits);
    for (const driver of attached.values()) {
      const limit = limitKey(driver);
      if (free.has(limit)) free.set(limit, free.get(limit)! - 1);
    }
    if (!isKnown) for (const limit of limits.keys()) free.set(limit, 0);
    return { free, uses };
  }

  /** A driver may ask that its volumes go to no node that does not have it. Source: KEP-5030. */
  private mayBeMissed(driver: string): boolean {
    if (!this.handle.features.VolumeLimitScaling) return false;
    return this.handle.listers.csiDrivers.get(driver)?.spec.preventPodSchedulingIfMissing === true;
  }

  private needsMissingDriver(driver: string, csiNode: CsiNode | undefined): boolean {
    if (!this.mayBeMissed(driver)) return false;
    return !(csiNode?.spec.drivers ?? []).some(({ name }) => name === driver);
  }

  private notInstalled(driver: string): Status {
    let status = this.missingDrivers.get(driver);
    if (status === undefined) {
      const reason = `${driver} CSI driver is not installed on the node`;
      status = new Status("Unschedulable", [reason], NAME);
      this.missingDrivers.set(driver, status);
    }
    return status;
  }

  /** Limits by resource name: the CSINode's go before what the node itself says. */
  private limits(node: NodeInfo, csiNode: CsiNode | undefined): ReadonlyMap<string, number> {
    const limits = new Map<string, number>();
    if (!this.handle.features.VolumeLimitsOfCsiNodeOnly) {
      node.allocatable.scalars.forEach((amount, id) => {
        const name = this.handle.scalars.name(id);
        if (amount !== undefined && name.startsWith(LIMIT_PREFIX)) limits.set(name, amount);
      });
    }
    for (const driver of csiNode?.spec.drivers ?? []) {
      const count = driver.allocatable?.count;
      if (count !== undefined) limits.set(limitKey(driver.name), count);
    }
    return limits;
  }

  private collect(
    pod: PodVersion,
    csiNode: CsiNode | undefined,
    options: { readonly isNew: boolean },
    into: Attached,
  ): Status | null {
    for (const volume of pod.spec.volumes ?? []) {
      const use = claimUse(volume, pod.name);
      if (use === null) {
        this.collectInTree(volume, csiNode, into);
        continue;
      }
      const claim = countedClaim(use, pod, this.handle.listers, options);
      if (typeof claim === "string") return this.withoutClaim(claim, use.claimName, pod);
      const found = claim === null ? null : this.driverOf(claim, csiNode);
      if (found !== null) into.set(`${found.driver}/${found.handle}`, found.driver);
    }
    return null;
  }

  private driverOf(
    claim: Claim,
    csiNode: CsiNode | undefined,
  ): { readonly driver: string; readonly handle: string } | null {
    const volume = this.handle.listers.persistentVolumes.get(claim.spec.volumeName ?? "");
    if (volume === undefined) return this.driverOfClass(claim, csiNode);
    const { csi } = volume.spec;
    if (csi !== undefined) return { driver: csi.driver, handle: csi.volumeHandle };
    const inTree = inTreeVolume(volume.spec);
    const driver = inTree === null ? undefined : csiDriverOf(inTree.plugin);
    if (inTree === null || driver === undefined || !this.isMigrated(inTree.plugin, csiNode)) {
      return null;
    }
    return { driver, handle: inTree.id };
  }

  private isMigrated(plugin: string, csiNode: CsiNode | undefined): boolean {
    return isMigrated(plugin, csiNode, this.migrated);
  }

  private collectInTree(volume: Volume, csiNode: CsiNode | undefined, into: Attached): void {
    const inTree = inTreeVolume(volume);
    const driver = inTree === null ? undefined : csiDriverOf(inTree.plugin);
    if (inTree === null || driver === undefined || !this.isMigrated(inTree.plugin, csiNode)) return;
    into.set(`${driver}/${inTree.id}`, driver);
  }

  /** Where a claim is missing the pod may wait for it; one that is another pod's is an error. */
  private withoutClaim(reason: string, claimName: string, pod: PodVersion): Status {
    const { features, listers } = this.handle;
    const missing = listers.persistentVolumeClaims.get(pod.namespace, claimName) === undefined;
    const refuses = missing && features.MissingCountedClaimRefuses;
    return new Status(refuses ? "UnschedulableAndUnresolvable" : "Error", [reason], NAME);
  }

  /** A claim without a volume counts for the driver that would provision one. */
  private driverOfClass(
    claim: Claim,
    csiNode: CsiNode | undefined,
  ): { readonly driver: string; readonly handle: string } | null {
    const storageClass = this.handle.listers.storageClasses.get(className(claim));
    if (storageClass === undefined) return null;
    const { provisioner } = storageClass.spec;
    // Cannot be the handle of a real volume.
    const handle = `\u0000${claim.namespace}/${claim.name}`;
    const driver = csiDriverOf(provisioner);
    if (driver === undefined) return { driver: provisioner, handle };
    return this.isMigrated(provisioner, csiNode) ? { driver, handle } : null;
  }
}

/** A volume that is attached already needs no more room. */
function exceeds(
  wanted: Attached,
  attached: Attached,
  limits: ReadonlyMap<string, number>,
): boolean {
  const counts = new Map<string, number>();
  for (const driver of attached.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  const grown = new Set<string>();
  for (const [name, driver] of wanted) {
    if (attached.has(name)) continue;
    counts.set(driver, (counts.get(driver) ?? 0) + 1);
    grown.add(driver);
  }
  for (const driver of grown) {
    const limit = limits.get(limitKey(driver));
    if (limit !== undefined && counts.get(driver)! > limit) return true;
  }
  return false;
}
