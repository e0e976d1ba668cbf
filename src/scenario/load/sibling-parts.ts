import type { Manifest, OwnerReference } from "../../api/kubernetes.js";
import { plainCopy } from "../../base/plain-copy.js";

type Loose = Readonly<Record<string, unknown>>;

/**
 * Gives the pods of a dump the parts that they have in common with the pod of their controller that was read before, rather than
 * a copy each: most of a dump says the same again and again, and a world keeps what it was given.
 */
export class SiblingParts {
  /** By controller. */
  private readonly last = new Map<string, Manifest>();

  /** The same object, or an equal one that shares parts with others. */
  shared(manifest: Manifest): Manifest {
    if (manifest.kind !== "Pod") return manifest;
    const { metadata, spec, status } = manifest;
    const { namespace } = metadata;
    const controller = firstOwnerOf(metadata)?.uid ?? "";
    const key = `${namespace ?? ""}/${controller}`;
    const before = this.last.get(key);
    const shared =
      before === undefined
        ? manifest
        : {
            ...manifest,
            metadata: withPartsOf(metadata as Loose, before.metadata as Loose) as typeof metadata,
            ...(isMap(spec) && { spec: withPartsOf(spec, before.spec) as typeof spec }),
            ...(isMap(status) && { status: withPartsOf(status, before.status) as typeof status }),
          };
    this.last.set(key, shared);
    return shared;
  }
}

/** A dump may say null for what it does not say. */
function firstOwnerOf({ ownerReferences }: Manifest["metadata"]): OwnerReference | null {
  const owners = ownerReferences as readonly (OwnerReference | null)[] | null | undefined;
  return owners?.[0] ?? null;
}

/** The map, with what it holds replaced by what another holds under the same key where that is the same. */
function withPartsOf(map: Loose, other: unknown): Loose {
  if (!isMap(other)) return map;
  const parts: Record<string, unknown> = plainCopy(map);
  for (const key of Object.keys(map)) {
    if (Object.hasOwn(other, key) && isSame(map[key], other[key])) parts[key] = other[key];
  }
  return parts;
}

/** Whether two JSON values are written alike, the order of fields included. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.keys(a), Object.keys(b)];
  if (left.length !== right.length) return false;
  return left.every((key, i) => key === right[i] && isSame((a as Loose)[key], (b as Loose)[key]));
}

function isMap(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
