import { groupOf } from "../../api/known-kinds.js";
import { targetText } from "../../api/object-version.js";
import { MAX_NODES } from "../defaults.js";
import type { Issue } from "../issue.js";
import type { LoadedObject, NodePool } from "../schema/scenario.js";
import { operationOf } from "../timeline/registry.js";
import { dumpWithoutNodes } from "./dump-without-nodes.js";
import { type Known, makesNode, NameChecks } from "./name-checks.js";
import { isForeign, targetOf } from "./patches.js";
import type { ScenarioSource } from "./scenario-file.js";
import { isOf } from "./snapshot.js";
import type { Path } from "./yaml-source.js";

/** What does not fit together between the parts of a scenario, as far as it shows before the start. */
export function crossChecks(source: ScenarioSource, known: Known): readonly Issue[] {
  return [
    ...nodeIssues(source, known),
    ...workloadIssues(source, known),
    ...timelineIssues(source, known),
    ...applicationIssues(source, known),
  ];
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
  for (const { manifest } of known.manifests.filter(isOf("NodePool"))) {
    const at = pools.findIndex(({ name }) => name === manifest.metadata.name);
    if (at < 0 || cluster?.karpenter === undefined) continue;
    const message = `is the name of a NodePool of Karpenter's, too, whose nodes would be called the same: expected another name`;
    issues.push(source.issue(["spec", "cluster", "nodePools", at, "name"], message));
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
    cluster?.karpenter !== undefined ||
    loaded.length > 0 ||
    pools.some(({ nodes, autoscaling }) => nodes > 0 || (autoscaling?.max ?? 0) > 0) ||
    (cluster?.nodes ?? []).some((nodes) => typeof nodes !== "string") ||
    known.manifests.some(isOf("Node")) ||
    (known.document.spec.timeline ?? []).some(
      ({ operation }) => operationOf(operation).growsPool !== undefined,
    );
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
    (spec.timeline ?? []).some(({ operation }) => operationOf(operation).brings !== undefined);
  if (some) return [];
  const message =
    "there is nothing to run: expected `manifests`, `traces`, `generators` or a `snapshot`";
  return [source.issue(["spec"], message)];
}

function timelineIssues(source: ScenarioSource, known: Known): readonly Issue[] {
  const { timeline = [] } = known.document.spec;
  const steps = timeline.map(({ operation }) => operation);
  const names = new NameChecks(source, known);
  return steps.flatMap((operation, index): readonly Issue[] => {
    const path: Path = ["spec", "timeline", index, operation.type];
    return operationOf(operation).issues?.({ operation, path, index, steps }, names) ?? [];
  });
}

/** Applications of one name, of workloads that nothing is called by, or that are another's too. */
function applicationIssues(source: ScenarioSource, known: Known): readonly Issue[] {
  const names = new NameChecks(source, known);
  const seen = new Set<string>();
  const ofOthers = new Set<string>();
  return (known.document.spec.applications ?? []).flatMap(({ name, workloads }, i) => {
    const path: Path = ["spec", "applications", i];
    const twice = seen.has(name) ? [source.issue([...path, "name"], "is there twice")] : [];
    seen.add(name);
    const wrong = workloads.flatMap((workload, n) => {
      const at = [...path, "workloads", n];
      const text = targetText(workload);
      const taken = ofOthers.has(text)
        ? [source.issue(at, "is part of an application already: expected each workload once")]
        : [];
      ofOthers.add(text);
      return [...taken, ...names.target(at, workload)];
    });
    return [...twice, ...wrong];
  });
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
