import type { CounterSet, Device, DevicePlace } from "../../../api/devices.js";
import type { VersionOf } from "../../../api/object-version.js";
import type { SliceLister } from "../../framework/listers.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { DeviceModel, DeviceModels } from "./device-model.js";
import { matchesNodeSelector } from "./node-selection.js";

type Slice = VersionOf<"ResourceSlice">;

/** A device where it stands: in a slice of a pool. */
export interface PlacedDevice {
  /** `driver/pool/device` */
  readonly key: string;
  readonly device: Device;
  readonly slice: Slice;
  readonly pool: DevicePool;
  readonly model: DeviceModel;
  /** False where the device itself says that the node cannot reach it. */
  readonly reachable: boolean;
}

/** The devices of one driver that are managed together, as one node sees them. */
export interface DevicePool {
  readonly driver: string;
  readonly name: string;
  /** Not all of its slices are there yet: nothing is taken from it. */
  readonly incomplete: boolean;
  /** Why nothing may be taken from it; empty if all is well. */
  readonly invalid: string;
  /** In the order in which they are tried. */
  readonly devices: readonly PlacedDevice[];
  /** All devices of the pool, those out of the node's reach included. */
  readonly everywhere: readonly Device[];
  readonly counterSets: ReadonlyMap<string, CounterSet>;
}

export interface PoolFeatures {
  readonly partitions: boolean;
}

/** Whether a place that is one of a node's, of a selector's or everywhere takes in the node. */
function takesIn({ nodeName, allNodes, nodeSelector }: DevicePlace, node: NodeInfo): boolean {
  if (nodeName != null && nodeName !== "") return nodeName === node.name;
  if (allNodes === true) return true;
  return nodeSelector != null && matchesNodeSelector(nodeSelector, node);
}

function reaches({ spec }: Slice, node: NodeInfo): boolean {
  if (spec.perDeviceNodeSelection === true) {
    return (spec.devices ?? []).some((device) => takesIn(device, node));
  }
  return takesIn(spec, node);
}

/**
 * The pools whose devices a node can reach, by driver and name; those with devices that are bound only
 * once something holds come last. Source: `dynamic-resource-allocation/structured`, GatherPools.
 */
function gatherPools(
  node: NodeInfo,
  slices: SliceLister,
  models: DeviceModels,
  features: PoolFeatures,
): readonly DevicePool[] {
  const groups = new Map<string, Slice[]>();
  for (const slice of [...slices.onNode(node.name), ...slices.beyondNodes()]) {
    const { driver, pool, sharedCounters = [], perDeviceNodeSelection } = slice.spec;
    const isPartitioned = sharedCounters.length > 0 || perDeviceNodeSelection != null;
    if (isPartitioned && !features.partitions) continue;
    if (sharedCounters.length === 0 && !reaches(slice, node)) continue;
    const key = `${driver}/${pool.name}`;
    const known = groups.get(key);
    const generation = known?.[0]?.spec.pool.generation ?? Number.NEGATIVE_INFINITY;
    if (known === undefined || pool.generation > generation) groups.set(key, [slice]);
    else if (pool.generation === generation) known.push(slice);
  }
  const pools: DevicePool[] = [];
  for (const found of groups.values()) {
    if (!found.some((slice) => reaches(slice, node))) continue;
    const pool = poolOf(found, node, slices, models);
    if (pool !== null) pools.push(pool);
  }
  return pools.sort(byBindingThenName);
}

function bindsLater(pool: DevicePool): boolean {
  return pool.devices.some(({ device }) => (device.bindingConditions ?? []).length > 0);
}

function byBindingThenName(a: DevicePool, b: DevicePool): number {
  const later = Number(bindsLater(a)) - Number(bindsLater(b));
  if (later !== 0) return later;
  if (a.driver !== b.driver) return a.driver < b.driver ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

function poolOf(
  found: readonly Slice[],
  node: NodeInfo,
  slices: SliceLister,
  models: DeviceModels,
): DevicePool | null {
  const { driver, pool } = found[0]!.spec;
  const base = { driver, name: pool.name, devices: [], everywhere: [], counterSets: new Map() };
  let all: readonly Slice[] = found;
  if (found.length !== pool.resourceSliceCount) {
    const others = slices.inPool(driver, pool.name);
    // A newer generation is on its way, and has nothing for this node.
    if (others.some(({ spec }) => spec.pool.generation > pool.generation)) return null;
    all = others.filter(({ spec }) => spec.pool.generation === pool.generation);
    if (all.length !== pool.resourceSliceCount) return { ...base, incomplete: true, invalid: "" };
  }
  const sorted = [...found].sort((a, b) => (a.name < b.name ? -1 : 1));
  const counterSets = new Map<string, CounterSet>();
  const invalid = problemOf(sorted, all, counterSets);
  if (invalid !== "") return { ...base, incomplete: false, invalid };
  const devices: PlacedDevice[] = [];
  const result: DevicePool = {
    ...base,
    incomplete: false,
    invalid,
    devices,
    everywhere: all.flatMap(({ spec }) => spec.devices ?? []),
    counterSets,
  };
  for (const slice of sorted) {
    const perDevice = slice.spec.perDeviceNodeSelection === true;
    for (const device of slice.spec.devices ?? []) {
      devices.push({
        key: `${driver}/${pool.name}/${device.name}`,
        device,
        slice,
        pool: result,
        model: models.of(driver, device),
        reachable: !perDevice || takesIn(device, node),
      });
    }
  }
  return result;
}

/** What is wrong with a pool's devices and counters; its counter sets are filled in. */
function problemOf(
  found: readonly Slice[],
  all: readonly Slice[],
  counterSets: Map<string, CounterSet>,
): string {
  const names = new Set<string>();
  for (const { spec } of found) {
    for (const { name } of spec.devices ?? []) {
      if (names.has(name)) return `duplicate device name ${name}`;
      names.add(name);
    }
  }
  for (const { spec } of all) {
    for (const set of spec.sharedCounters ?? []) {
      if (counterSets.has(set.name)) return `duplicate counter set name ${set.name}`;
      counterSets.set(set.name, set);
    }
  }
  for (const { spec } of all) {
    for (const { consumesCounters = [] } of spec.devices ?? []) {
      for (const { counterSet, counters } of consumesCounters) {
        const set = counterSets.get(counterSet);
        if (set === undefined) return `counter set ${counterSet} not found`;
        const unknown = Object.keys(counters).find((name) => !Object.hasOwn(set.counters, name));
        if (unknown !== undefined) {
          return `counter ${unknown} not found in counter set ${counterSet}`;
        }
      }
    }
  }
  return "";
}

/** The pools that one node reaches, as long as neither slices nor the node change. */
export class NodePools {
  private readonly known = new Map<string, Known>();
  private readonly nodesOf = new Map<string, Set<string>>();

  constructor(
    private readonly slices: SliceLister,
    private readonly models: DeviceModels,
    private readonly features: PoolFeatures,
  ) {}

  of(node: NodeInfo): Known {
    const { slices } = this;
    const [own, beyond] = [slices.nodeVersion(node.name), slices.nodeVersion("")];
    const known = this.known.get(node.name);
    const isCurrent =
      known !== undefined &&
      known.own === own &&
      known.beyond === beyond &&
      (known.labels === node.labels || slices.beyondNodes().length === 0);
    if (isCurrent) return known;
    const pools = gatherPools(node, slices, this.models, this.features);
    const made = { pools, own, beyond, labels: node.labels };
    this.known.set(node.name, made);
    for (const { driver, name } of pools) {
      const key = `${driver}/${name}`;
      const nodes = this.nodesOf.get(key);
      if (nodes === undefined) this.nodesOf.set(key, new Set([node.name]));
      else nodes.add(node.name);
    }
    return made;
  }

  /** The nodes that reach the pool `driver/pool`, or did. */
  nodesThatReach(pool: string): Iterable<string> {
    return this.nodesOf.get(pool) ?? [];
  }
}

interface Known {
  readonly pools: readonly DevicePool[];
  readonly own: number;
  readonly beyond: number;
  readonly labels: unknown;
}
