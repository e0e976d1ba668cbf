import type { ClusterWatch } from "../controller/cluster-watch.js";
import type { KarpenterOptions } from "../controller/karpenter-options.js";
import type { NodeTemplate } from "../node-template.js";
import { amountsOf } from "../resource-amounts.js";
import { SchedulingGround } from "../scheduling-ground.js";

/** A NodePool that can make no node, whatever pods ask for. */
export interface IdlePool {
  readonly name: string;
  readonly why: string;
}

/** The pools that can make no node as they are now, in order of their names; one whose limit is 0 is meant to make none. */
export function idlePools(
  watch: ClusterWatch,
  { settings }: Pick<KarpenterOptions, "settings">,
): readonly IdlePool[] {
  const ground = new SchedulingGround(watch.view(), watch.requests, settings);
  const idle: IdlePool[] = ground.unusablePools.map(({ pool: { name }, isByMinValues }) => ({
    name,
    why: isByMinValues
      ? "makes no nodes: fewer instance types are left than its minValues ask for"
      : "makes no nodes: no instance type of spec.cluster.karpenter that is available meets its requirements",
  }));
  for (const template of ground.templates) {
    const why = limitProblem(template);
    if (why !== null) idle.push({ name: template.pool.name, why });
  }
  return idle.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Why even its first node would be beyond its limits; null: it would not. */
function limitProblem({ pool, types }: NodeTemplate): string | null {
  const limits = pool.spec.limits ?? {};
  for (const [resource, limit] of amountsOf(limits)) {
    if (limit === 0) continue;
    const needs = types.map(({ capacity }) =>
      resource === "nodes" ? 1 : (capacity.get(resource) ?? 0),
    );
    if (needs.every((need) => need > limit)) {
      return `makes no nodes: its limit of ${resource}, ${limits[resource]}, is less than any of its instance types has`;
    }
  }
  return null;
}
