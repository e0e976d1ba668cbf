import type { VersionOf } from "../../api/object-version.js";
import { ObjectTable, type SliceLister } from "./listers.js";

export type ResourceSlice = VersionOf<"ResourceSlice">;

interface Group {
  readonly slices: Map<string, ResourceSlice>;
  /** In the order of their names; null after a change. */
  sorted: readonly ResourceSlice[] | null;
  version: number;
}

const byName = (a: ResourceSlice, b: ResourceSlice): number => (a.name < b.name ? -1 : 1);

/** ResourceSlices in memory, in groups by the node that has their devices, and by pool. */
export class SliceTable extends ObjectTable<"ResourceSlice"> implements SliceLister {
  private readonly byNode = new Map<string, Group>();
  private readonly byPool = new Map<string, Group>();

  constructor(slices: readonly ResourceSlice[] = []) {
    super();
    for (const slice of slices) this.set(slice);
  }

  override set(slice: ResourceSlice): void {
    this.take(slice.name);
    super.set(slice);
    for (const group of this.groupsOf(slice)) {
      group.slices.set(slice.name, slice);
      touch(group);
    }
  }

  override delete(namespace: string, name: string): void {
    this.take(name);
    super.delete(namespace, name);
  }

  onNode(name: string): readonly ResourceSlice[] {
    return sorted(this.byNode.get(name));
  }

  beyondNodes(): readonly ResourceSlice[] {
    return sorted(this.byNode.get(""));
  }

  inPool(driver: string, pool: string): readonly ResourceSlice[] {
    return sorted(this.byPool.get(`${driver}/${pool}`));
  }

  nodeVersion(name: string): number {
    return this.byNode.get(name)?.version ?? 0;
  }

  private groupsOf({ spec }: ResourceSlice): readonly [Group, Group] {
    return [
      groupAt(this.byNode, spec.nodeName ?? ""),
      groupAt(this.byPool, `${spec.driver}/${spec.pool.name}`),
    ];
  }

  private take(name: string): void {
    const slice = this.get(name);
    if (slice === undefined) return;
    for (const group of this.groupsOf(slice)) {
      group.slices.delete(name);
      touch(group);
    }
  }
}

function groupAt(groups: Map<string, Group>, key: string): Group {
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group: Group = { slices: new Map(), sorted: null, version: 0 };
  groups.set(key, group);
  return group;
}

function touch(group: Group): void {
  group.sorted = null;
  group.version += 1;
}

function sorted(group: Group | undefined): readonly ResourceSlice[] {
  if (group === undefined) return [];
  group.sorted ??= [...group.slices.values()].sort(byName);
  return group.sorted;
}
