import { groupOf } from "../../api/known-kinds.js";
import { nearestName } from "../../base/near-name.js";
import type { Manifest } from "../../api/kubernetes.js";
import { targetText } from "../../api/object-version.js";
import { MAX_NODES } from "../defaults.js";
import type { Issue } from "../issue.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { LoadedObject, NodePool, Target } from "../schema/scenario.js";
import { dumpWithoutNodes } from "./dump-without-nodes.js";
import { isForeign, targetOf } from "./patches.js";
import type { ScenarioSource } from "./scenario-file.js";
import { isOf } from "./snapshot.js";
import type { Path } from "./yaml-source.js";

/** Everything that a scenario's parts may refer to. */
export interface Known {
  /** How messages call a file. */
  readonly shownAs: (name: string) => string;
  readonly mayLackNodes: boolean;
  readonly document: ScenarioDocument;
  readonly snapshot: readonly LoadedObject[];
  readonly nodes: readonly LoadedObject[];
  readonly manifests: readonly LoadedObject[];
  readonly applied: ReadonlyMap<number, readonly LoadedObject[]>;
}

/** Kinds whose objects come and go during the run under names that nobody knows before. */
const MADE_LATER: ReadonlySet<string> = new Set(["Pod", "ReplicaSet", "EndpointSlice"]);

/** What does not fit together between the parts of a scenario, as far as it shows before the start. */
export function crossChecks(source: ScenarioSource, known: Known): readonly Issue[] {
  return [
    ...nodeIssues(source, known),
    ...workloadIssues(source, known),
    ...timelineIssues(source, known),
  ];
}

/** True for the name of a node that a pool makes at the start. */
export function makesNode(pool: NodePool, name: string): boolean {
  if (!name.startsWith(`${pool.name}-`)) return false;
  const ordinal = name.slice(pool.name.length + 1);
  return /^(0|[1-9]\d*)$/.test(ordinal) && Number(ordinal) < pool.nodes;
}

function nodeIssues(source: ScenarioSource, known: Known): readonly Issue[] {
  const { cluster } = known.document.spec;
  const pools = cluster?.nodePools ?? [];
  const loaded = [...known.snapshot.filter(isOf("Node")), ...known.nodes];
  const loadedNames = loaded.map(({ manifest }) => manifest.metadata.name ?? "");
  const issues: Issue[] = [];
  for (const [i, pool] of pools.entries()) {
    const name = loadedNames.find((one) => makesNode(pool, one));
    if (name === undefined) continue;
    const message = `makes a node \`${name}\`, which the snapshot or cluster.nodes has too: expected another name`;
    issues.push(source.issue(["spec", "cluster", "nodePools", i, "name"], message));
  }
  const made = pools.reduce((sum, pool) => sum + pool.nodes, 0);
  if (made > MAX_NODES) {
    const message = `the pools make ${made} nodes, at most ${MAX_NODES} fit into memory`;
    issues.push(source.issue(["spec", "cluster", "nodePools"], message));
  }
  const unknown = withoutNodes(known, pools);
  if (unknown !== null) return [...issues, unknown];
  const some =
    known.mayLackNodes ||
    loaded.length > 0 ||
    pools.some((pool) => pool.nodes > 0) ||
    (cluster?.nodes ?? []).some((nodes) => typeof nodes !== "string") ||
    known.manifests.some(isOf("Node")) ||
    (known.document.spec.timeline ?? []).some((entry) => entry.operation.type === "addNodes");
  if (!some) {
    const path: Path = cluster === undefined ? ["spec"] : ["spec", "cluster"];
    const message =
      "there are no nodes: expected `cluster.nodePools`, `nodes` or a `snapshot`; for plain manifests --nodes, such as 3x4cpu,16Gi";
    issues.push(source.issue(path, message));
  }
  return issues;
}

/** Pods of a dump whose nodes nobody has; null also where a trace's machines may be them. */
function withoutNodes(known: Known, pools: readonly NodePool[]): Issue | null {
  const { cluster } = known.document.spec;
  if ((cluster?.nodes ?? []).some((nodes) => typeof nodes !== "string")) return null;
  const objects = [...known.snapshot, ...known.nodes, ...known.manifests];
  const names = new Set(objects.filter(isOf("Node")).map(({ manifest }) => manifest.metadata.name));
  const isKnown = (node: string): boolean =>
    names.has(node) || pools.some((pool) => makesNode(pool, node));
  return dumpWithoutNodes(objects, isKnown, known.shownAs);
}

function workloadIssues(source: ScenarioSource, known: Known): readonly Issue[] {
  const { spec } = known.document;
  const some =
    known.manifests.length > 0 ||
    known.snapshot.length > 0 ||
    (spec.traces ?? []).length > 0 ||
    (spec.generators ?? []).length > 0 ||
    (spec.timeline ?? []).some((entry) => entry.operation.type === "apply");
  if (some) return [];
  const message =
    "there is nothing to run: expected `manifests`, `traces`, `generators` or a `snapshot`";
  return [source.issue(["spec"], message)];
}

function timelineIssues(source: ScenarioSource, known: Known): readonly Issue[] {
  const { timeline = [] } = known.document.spec;
  return timeline.flatMap((entry, i): readonly Issue[] => {
    const { operation } = entry;
    const at: Path = ["spec", "timeline", i, operation.type];
    switch (operation.type) {
      case "apply":
        return [];
      case "dump": {
        const { file } = operation;
        const first = timeline.findIndex(
          ({ operation: o }) => o.type === "dump" && o.file === file,
        );
        const message = `spec.timeline[${first}] writes a file of that name already`;
        return first === i ? [] : [source.issue(at, message)];
      }
      case "cordon":
      case "uncordon":
      case "drain":
        return unknownNode(source, known, [...at, "node"], operation.node);
      case "addNodes":
        return unknownPool(source, known, [...at, "pool"], operation.pool, true);
      case "removeNodes":
        return operation.pool === null
          ? operation.nodes.flatMap((node, n) =>
              unknownNode(source, known, [...at, "nodes", n], node),
            )
          : unknownPool(source, known, [...at, "pool"], operation.pool, false);
      case "setImage":
      case "setResources":
        return [
          ...unknownTarget(source, known, [...at, "target"], operation.target),
          ...unknownContainer(source, known, [...at, "container"], operation),
        ];
      default:
        return unknownTarget(source, known, [...at, "target"], operation.target);
    }
  });
}

function missing(what: string, name: string, there: readonly string[]): string {
  if (there.length === 0) return `there is no ${what} \`${name}\`, nor any other`;
  return `there is no ${what} \`${name}\`; the nearest is \`${nearestName(name, there)}\``;
}

function unknownPool(
  source: ScenarioSource,
  known: Known,
  path: Path,
  name: string,
  mustMake: boolean,
): readonly Issue[] {
  const pools = known.document.spec.cluster?.nodePools ?? [];
  const pool = pools.find((one) => one.name === name);
  if (pool === undefined) {
    const names = pools.map((one) => one.name);
    return [source.issue(path, missing("node pool", name, names))];
  }
  if (mustMake && pool.match !== null) {
    return [
      source.issue(path, "the pool adopts nodes and cannot make any: expected a pool with `nodes`"),
    ];
  }
  return [];
}

function unknownNode(
  source: ScenarioSource,
  known: Known,
  path: Path,
  name: string,
): readonly Issue[] {
  const { cluster, timeline = [] } = known.document.spec;
  const pools = cluster?.nodePools ?? [];
  // A trace's machines have names that are known only when it is read.
  if ((cluster?.nodes ?? []).some((nodes) => typeof nodes !== "string")) return [];
  const objects = [
    ...known.snapshot,
    ...known.nodes,
    ...known.manifests,
    ...[...known.applied.values()].flat(),
  ];
  const names = objects.filter(isOf("Node")).map(({ manifest }) => manifest.metadata.name ?? "");
  if (names.includes(name) || pools.some((pool) => makesNode(pool, name))) return [];
  const grows = timeline.some(
    ({ operation }) => operation.type === "addNodes" && name.startsWith(`${operation.pool}-`),
  );
  const lastNodes = pools.flatMap((pool) =>
    pool.nodes > 0 ? [`${pool.name}-${pool.nodes - 1}`] : [],
  );
  return grows ? [] : [source.issue(path, missing("node", name, [...names, ...lastNodes]))];
}

/** Objects that a target may mean, the newest form last. */
function objectsOf(known: Known): readonly Manifest[] {
  const objects = [
    ...known.snapshot,
    ...known.nodes,
    ...known.manifests,
    ...[...known.applied.values()].flat(),
  ];
  return objects.map(({ manifest }) => manifest).filter((manifest) => !isForeign(manifest));
}

function unknownTarget(
  source: ScenarioSource,
  known: Known,
  path: Path,
  target: Target,
): readonly Issue[] {
  if (target.kind === "Node") return unknownNode(source, known, path, target.name);
  if (MADE_LATER.has(target.kind)) return [];
  const generated = (known.document.spec.generators ?? []).some(
    (generator) =>
      generator.template.kind === target.kind && target.name.startsWith(`${generator.name}-`),
  );
  if (generated) return [];
  const wanted = targetText(target);
  const names = objectsOf(known).map((manifest) => targetText(targetOf(manifest)));
  return names.includes(wanted) ? [] : [source.issue(path, missing("object", wanted, names))];
}

/** Names of the containers of an object's pods; undefined for what has none. */
function containersOf(manifest: Manifest): readonly string[] | undefined {
  const spec = manifest.spec as
    | { template?: { spec?: Record<string, unknown> }; containers?: unknown }
    | undefined;
  const pod = manifest.kind === "Pod" ? (spec as Record<string, unknown>) : spec?.template?.spec;
  if (typeof pod !== "object" || pod === null) return undefined;
  return ["initContainers", "containers"].flatMap((list) => {
    const containers = pod[list];
    return Array.isArray(containers)
      ? containers.map((container: { name?: unknown }) => String(container.name))
      : [];
  });
}

function unknownContainer(
  source: ScenarioSource,
  known: Known,
  path: Path,
  operation: { readonly target: Target; readonly container: string },
): readonly Issue[] {
  const wanted = targetText(operation.target);
  const matching = objectsOf(known).filter((manifest) => targetText(targetOf(manifest)) === wanted);
  const names = matching.flatMap((manifest) => containersOf(manifest) ?? []);
  if (matching.length === 0 || names.includes(operation.container)) return [];
  return [source.issue(path, missing("container", operation.container, names))];
}

/** Objects of one list that bear a name, or a uid, of one before them. */
export function duplicateObjects(
  objects: readonly LoadedObject[],
  shownAs: (name: string) => string,
): readonly Issue[] {
  const byName = new Map<string, LoadedObject>();
  const byUid = new Map<string, LoadedObject>();
  return objects.flatMap((object): readonly Issue[] => {
    const { manifest, origin } = object;
    const { name, uid } = manifest.metadata;
    if (name === undefined) return [];
    const target = targetText(targetOf(manifest));
    const text = isForeign(manifest) ? `${target} of ${groupOf(manifest.apiVersion)}` : target;
    const repeats = (before: LoadedObject | undefined, path: string, value: string) => {
      if (before === undefined) return [];
      const place = `${shownAs(before.origin.file)}:${before.origin.line}`;
      const what = path === "metadata.uid" ? `the uid of ${text}` : `the object ${text}`;
      const message = `${what} stands twice, first at ${place}: give each ${path === "metadata.uid" ? "one" : "a name"} of its own`;
      const file = shownAs(origin.file);
      return [{ file, line: origin.line, column: 1, path, value: JSON.stringify(value), message }];
    };
    const twice = repeats(byName.get(text), "metadata.name", name);
    if (twice.length > 0) return twice;
    byName.set(text, object);
    if (uid === undefined || uid === "") return [];
    const again = repeats(byUid.get(uid), "metadata.uid", uid);
    byUid.set(uid, object);
    return again;
  });
}
