import type { VersionOf } from "../../api/object-version.js";
import { isOfGroup } from "../../autoscaling/cluster-autoscaler/taints.js";
import { nodeLike } from "../../cluster/node-like.js";
import { type NodeShape, poolNode } from "../../cluster/node-object.js";
import type { NodeMaker, NodePools } from "../../cluster/node-pools.js";
import type { Issue } from "../issue.js";
import type { LoadedScenario } from "../load/loaded-scenario.js";
import type { NodePool, Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";
import { poolOf } from "./wire-cluster.js";

/**
 * Has pools that adopt nodes, and whose number of nodes is set by the Cluster Autoscaler, make more of them, of their own shape
 * or like the first that they adopted: once all nodes are there that are there at the start. Those that cannot are issues.
 */
export function wireAdoptingPools(
  ground: Ground,
  loaded: LoadedScenario,
  pools: NodePools,
): readonly Issue[] {
  const { scenario } = loaded;
  const nodes = [...ground.server.store.table("Node")];
  return scenario.cluster.nodePools.flatMap((pool, i): readonly Issue[] => {
    if (pool.match === null || pool.autoscaling === null) return [];
    const maker = makerOf(pool, scenario, nodes);
    if (maker === null) {
      const message = `the pool ${pool.name} has adopted no node that new ones could be like: expected labels of nodes that are there, or a \`capacity\``;
      return [loaded.issueAt(["spec", "cluster", "nodePools", i, "match"], message)];
    }
    pools.equip(pool.name, maker, firstFree(pool.name, nodes));
    return [];
  });
}

function makerOf(
  pool: NodePool,
  scenario: Scenario,
  nodes: readonly VersionOf<"Node">[],
): NodeMaker | null {
  const { name, match } = pool;
  if (Object.keys(pool.capacity).length > 0) {
    const shape: NodeShape = { ...pool, labels: { ...pool.labels, ...match?.labels } };
    return (index, at) => poolNode(shape, index, at);
  }
  const example = nodes.find((node) => poolOf(scenario, node) === pool);
  if (example === undefined) return null;
  const { startupTaints } = scenario.controlPlane.clusterAutoscaler.options;
  const model = {
    example,
    keepsTaint: ({ key }: { readonly key: string }) => isOfGroup(key, startupTaints),
  };
  return (index, at) => nodeLike(model, name, index, at);
}

/** Nodes that are there may be called as the pool calls its own: it goes on behind them. */
function firstFree(pool: string, nodes: readonly VersionOf<"Node">[]): number {
  const numbers = nodes
    .filter(({ name }) => name.startsWith(`${pool}-`))
    .map(({ name }) => name.slice(pool.length + 1))
    .filter((text) => /^(0|[1-9]\d*)$/.test(text));
  return numbers.reduce((first, text) => Math.max(first, Number(text) + 1), 0);
}
