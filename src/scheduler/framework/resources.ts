import type { ResourceList } from "../../api/kubernetes.js";
import { parseResource } from "../../api/quantity.js";
import { Interner } from "../../base/interner.js";

/** Ids of the scalar resources (everything but cpu, memory, ephemeral-storage, pods) of one run. */
export class ScalarResources extends Interner {}

/** True for a name outside of Kubernetes' own domain. Source: `v1helper.IsExtendedResourceName`. */
export function isExtendedResource(name: string): boolean {
  return name.includes("/") && !name.includes("kubernetes.io/") && !name.startsWith("requests.");
}

/** True for what the scheduler counts by name: extended resources, huge pages, attachable volumes. */
export function isScalarResource(name: string): boolean {
  return (
    isExtendedResource(name) ||
    name.startsWith("hugepages-") ||
    name.includes("kubernetes.io/") ||
    name.startsWith("attachable-volumes-")
  );
}

/** Amounts of resources, to be read. */
export interface ReadonlyResources {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  readonly scalars: readonly (number | undefined)[];
  /** 0 where the resource is not named. */
  scalar(id: number): number;
}

/** Adds `more` times `sign` to sums by scalar id. */
export function addScalars(
  sums: (number | undefined)[],
  more: readonly (number | undefined)[],
  sign: 1 | -1,
): void {
  for (let id = 0; id < more.length; id += 1) {
    const amount = more[id];
    if (amount !== undefined) sums[id] = (sums[id] ?? 0) + sign * amount;
  }
}

/**
 * Amounts of resources: cpu in millicores, memory and ephemeral storage in bytes, scalar resources
 * (extended ones, huge pages, attachable volumes) in units, by their id in {@link ScalarResources}.
 * A scalar that was never named reads as undefined, which differs from 0 in a few rules.
 */
export class Resources implements ReadonlyResources {
  cpuMillis = 0;
  memoryBytes = 0;
  ephemeralStorageBytes = 0;
  /** By scalar id; holes where the resource is not named. */
  scalars: (number | undefined)[] = [];

  /** True when nothing is named, or only amounts of 0 of the three resources above. */
  get isEmpty(): boolean {
    return (
      this.cpuMillis === 0 &&
      this.memoryBytes === 0 &&
      this.ephemeralStorageBytes === 0 &&
      this.scalars.length === 0
    );
  }

  scalar(id: number): number {
    return this.scalars[id] ?? 0;
  }

  /** Adds `other` times `sign` (1 or -1). */
  add(other: ReadonlyResources, sign: 1 | -1): void {
    this.cpuMillis += sign * other.cpuMillis;
    this.memoryBytes += sign * other.memoryBytes;
    this.ephemeralStorageBytes += sign * other.ephemeralStorageBytes;
    addScalars(this.scalars, other.scalars, sign);
  }

  clone(): Resources {
    const copy = new Resources();
    copy.cpuMillis = this.cpuMillis;
    copy.memoryBytes = this.memoryBytes;
    copy.ephemeralStorageBytes = this.ephemeralStorageBytes;
    copy.scalars = this.scalars.slice();
    return copy;
  }
}

/** A node's allocatable: resources, and how many pods it takes. */
export function allocatableOf(
  list: ResourceList | undefined,
  names: ScalarResources,
): { readonly resources: Resources; readonly pods: number } {
  const resources = new Resources();
  let pods = 0;
  for (const [name, quantity] of Object.entries(list ?? {})) {
    const amount = parseResource(name, quantity);
    if (name === "cpu") resources.cpuMillis = amount;
    else if (name === "memory") resources.memoryBytes = amount;
    else if (name === "ephemeral-storage") resources.ephemeralStorageBytes = amount;
    else if (name === "pods") pods = amount;
    else if (isScalarResource(name)) resources.scalars[names.intern(name)] = amount;
  }
  return { resources, pods };
}
