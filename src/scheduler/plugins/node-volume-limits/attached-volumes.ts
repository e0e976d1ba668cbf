import { objectKey } from "../../../api/object-version.js";
import type { Handle } from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";

/** What a node still takes, and what that was found from. */
export interface FreeAttachments {
  /** Volumes that it takes more, by the name of the limit. */
  readonly free: ReadonlyMap<string, number>;
  /** Claims (`namespace/name`) and volumes (by name) that were looked up. */
  readonly uses: readonly string[];
}

interface KnownNode extends FreeAttachments {
  readonly node: NodeInfo;
  readonly allocatable: NodeInfo["allocatable"];
}

/** Nodes that take as many or more are not told apart. */
const PLENTY = 32;

/**
 * How many volumes each node still takes, kept: found anew for nodes of which the pods, or the claims and
 * volumes of these, have changed.
 */
export class AttachedVolumes {
  /** By name, as is all that speaks of nodes here. */
  private readonly known = new Map<string, KnownNode>();
  private readonly outdated = new Set<string>();
  /** Nodes by what was looked up for them. */
  private readonly usedBy = new Map<string, Set<string>>();
  /** By the name of the limit: how many nodes take 0, 1, 2 … more. */
  private readonly byFree = new Map<string, number[]>();
  private versions = { nodes: -1, claims: -1, volumes: -1, csiNodes: -1, classes: -1 };
  private isObserving = false;

  constructor(
    private readonly handle: Pick<Handle, "listers" | "snapshot">,
    private readonly find: (node: NodeInfo) => FreeAttachments,
  ) {}

  /** False where some node takes fewer than `count` volumes more. */
  isFreeEverywhere(limit: string, count: number): boolean {
    this.sync();
    if (count > PLENTY) return false;
    const byFree = this.byFree.get(limit) ?? [];
    for (let free = 0; free < count; free += 1) if ((byFree[free] ?? 0) > 0) return false;
    return true;
  }

  private sync(): void {
    if (!this.isObserving) {
      this.isObserving = true;
      this.handle.snapshot.observePods(({ pod, template }) => {
        if (template.hasVolumes) this.outdated.add(pod.nodeName);
      });
    }
    this.followObjects();
    for (const name of this.outdated) this.findAnew(name);
    this.outdated.clear();
  }

  private followObjects(): void {
    const { listers, snapshot } = this.handle;
    const { persistentVolumeClaims, persistentVolumes, csiNodes, storageClasses } = listers;
    const before = this.versions;
    if (snapshot.nodesVersion !== before.nodes) this.followNodes();
    const claims = persistentVolumeClaims.changedSince(before.claims);
    const volumes = persistentVolumes.changedSince(before.volumes);
    const nodes = csiNodes.changedSince(before.csiNodes);
    this.versions = {
      nodes: snapshot.nodesVersion,
      claims: persistentVolumeClaims.version,
      volumes: persistentVolumes.version,
      csiNodes: csiNodes.version,
      classes: storageClasses.version,
    };
    const isTold = claims !== null && volumes !== null && nodes !== null;
    if (!isTold || before.classes !== storageClasses.version) {
      for (const name of this.known.keys()) this.outdated.add(name);
      return;
    }
    for (const claim of claims) this.outdate(objectKey(claim));
    for (const { name } of volumes) this.outdate(name);
    for (const { name } of nodes) this.outdated.add(name);
  }

  private outdate(use: string): void {
    for (const name of this.usedBy.get(use) ?? []) this.outdated.add(name);
  }

  private followNodes(): void {
    const { snapshot } = this.handle;
    for (const node of snapshot.nodes) {
      const known = this.known.get(node.name);
      if (known?.node === node && known.allocatable === node.allocatable) continue;
      this.outdated.add(node.name);
    }
    for (const name of this.known.keys()) {
      if (snapshot.get(name) === undefined) this.outdated.add(name);
    }
  }

  private findAnew(name: string): void {
    const before = this.known.get(name);
    if (before !== undefined) {
      this.known.delete(name);
      this.tally(before, -1);
      for (const use of before.uses) this.usedBy.get(use)?.delete(name);
    }
    const node = this.handle.snapshot.get(name);
    if (node === undefined) return;
    const found = { ...this.find(node), node, allocatable: node.allocatable };
    this.known.set(name, found);
    this.tally(found, 1);
    for (const use of found.uses) {
      const names = this.usedBy.get(use);
      if (names === undefined) this.usedBy.set(use, new Set([name]));
      else names.add(name);
    }
  }

  private tally({ free }: FreeAttachments, by: 1 | -1): void {
    for (const [limit, count] of free) {
      if (count >= PLENTY) continue;
      let byFree = this.byFree.get(limit);
      if (byFree === undefined) {
        byFree = new Array<number>(PLENTY).fill(0);
        this.byFree.set(limit, byFree);
      }
      byFree[Math.max(count, 0)]! += by;
    }
  }
}
