import type { Kind } from "./kinds.js";
import type { Manifest } from "./kubernetes.js";
import { toCurrentVersion } from "./legacy-versions.js";

type Path = readonly (string | number)[];
type Tree = Readonly<Record<string | number, unknown>>;

/**
 * Where a manifest of a former API version says what stands at `path` in today's. Found by converting a
 * copy whose values are the numbers of their places; the same path where nothing was moved.
 */
export function writtenPath(kind: Kind, written: Manifest, path: Path): Path {
  const places: Path[] = [];
  const copy = numbered(written, [], places) as Manifest;
  const converted = toCurrentVersion(kind, { ...copy, apiVersion: written.apiVersion });
  const { node, depth } = deepest(converted, path);
  if (deepest(written, path).depth >= depth) return path;
  const moved = leavesOf(node).find(({ value }) => places[Number(value)] !== undefined);
  if (moved === undefined) return path;
  const place = places[Number(moved.value)]!;
  return [...place.slice(0, place.length - moved.below), ...path.slice(depth)];
}

/** What stands farthest along the path, and after how many parts of it. */
function deepest(root: unknown, path: Path): { readonly node: unknown; readonly depth: number } {
  let node = root;
  for (const [depth, part] of path.entries()) {
    const inside = isTree(node) && Object.hasOwn(node, part) ? node[part] : undefined;
    if (inside === undefined) return { node, depth };
    node = inside;
  }
  return { node, depth: path.length };
}

function numbered(value: unknown, path: Path, places: Path[]): unknown {
  if (Array.isArray(value)) return value.map((one, i) => numbered(one, [...path, i], places));
  if (!isTree(value)) return value === undefined ? value : String(places.push(path) - 1);
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, one]) => [key, numbered(one, [...path, key], places)]),
  );
}

/** The values in a tree, each with how far below it they stand. */
function leavesOf(
  value: unknown,
  below = 0,
): readonly { readonly value: unknown; readonly below: number }[] {
  if (!isTree(value)) return [{ value, below }];
  return Object.values(value).flatMap((one) => leavesOf(one, below + 1));
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}
