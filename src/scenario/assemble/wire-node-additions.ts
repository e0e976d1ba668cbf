import type { NodePools, NodeProvision, NodeRemoval } from "../../cluster/node-pools.js";
import { NodeProvisioning } from "../../cluster/node-provisioning.js";
import { distributionOf } from "../../kernel/distribution.js";
import type { Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";

/** What adds nodes for the timeline: at once, or, of pools whose nodes become Ready later, so. */
export interface NodeAdditions {
  addNodes(pool: string, count: number): NodeProvision;
  removeNodes(request: NodeRemoval): NodeProvision;
}

export function wireNodeAdditions(
  ground: Ground,
  scenario: Scenario,
  pools: NodePools,
): NodeAdditions {
  const delays = new Map(
    scenario.cluster.nodePools.map(({ name, readyAfterMicros }) => [name, readyAfterMicros]),
  );
  if ([...delays.values()].every((micros) => micros === 0)) return pools;
  const { latency, kubelet } = scenario.controlPlane;
  const constant = (value: number) => distributionOf({ type: "constant", value });
  const provisioning = new NodeProvisioning({
    engine: ground.engine,
    informers: ground.informers("provisioning", kubelet.watchLatencyMicros),
    client: ground.unlimitedClient("provisioning", latency.apiMicros),
    observer: ground.observer,
    pools,
    startTimeMs: scenario.startTimeEpochMicros / 1000,
    delaysOf: (pool) => ({
      registration: constant(0),
      readiness: constant(delays.get(pool) ?? 0),
      removal: constant(0),
    }),
  });
  return {
    removeNodes: (request) => pools.removeNodes(request),
    addNodes: (pool, count) => {
      if ((delays.get(pool) ?? 0) === 0) return pools.addNodes(pool, count);
      const nodes: string[] = [];
      for (let i = 0; i < count; i++) {
        const outcome = provisioning.request(pool);
        if (!outcome.ok) return outcome;
        nodes.push(outcome.node);
      }
      return { ok: true, nodes };
    },
  };
}
