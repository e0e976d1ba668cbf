import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PodSpec } from "../../../src/api/kubernetes.js";
import {
  EMPTY_POD_STATUS,
  type PodCondition,
  type PodVersion,
} from "../../../src/api/pod-version.js";
import type { ClusterView, NodePool } from "../../../src/autoscaling/karpenter/cluster-view.js";
import { isOfferingCompatible } from "../../../src/autoscaling/karpenter/instance-prices.js";
import { InstanceType } from "../../../src/autoscaling/karpenter/instance-type.js";
import { launchOf, nodeClaimPlan } from "../../../src/autoscaling/karpenter/node-claim-plan.js";
import { PodRequestAmounts } from "../../../src/autoscaling/karpenter/pod-request-amounts.js";
import { provision } from "../../../src/autoscaling/karpenter/provisioning-pass.js";
import { fits } from "../../../src/autoscaling/karpenter/resource-amounts.js";
import { SchedulingGround } from "../../../src/autoscaling/karpenter/scheduling-ground.js";
import { meta, pod } from "../../conformance/controllers/objects.js";

const ZONES = ["a", "b", "c"];
const ZONE = "topology.kubernetes.io/zone";

const TYPES = [1, 2, 4, 8].map(
  (cpu, index) =>
    new InstanceType(
      {
        name: `m${cpu}`,
        arch: "amd64",
        os: ["linux"],
        capacity: { cpu: String(cpu), memory: `${4 * cpu}Gi`, pods: "8" },
        overhead: { cpu: "100m" },
        offerings: ZONES.flatMap((zone, i) => [
          { zone, capacityType: "on-demand" as const, price: cpu * 0.05 },
          {
            zone,
            capacityType: "spot" as const,
            price: cpu * (0.02 + i / 1000),
            available: i !== cpu % 3,
          },
        ]),
      },
      index,
    ),
);

const UNSCHEDULABLE: PodCondition = {
  ...{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "" },
  lastTransitionTimeMicros: 0,
};

const labels = { app: "x" };
const kinds: readonly Partial<PodSpec>[] = [
  {},
  { nodeSelector: { [ZONE]: "b" } },
  {
    topologySpreadConstraints: [
      {
        ...{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: "DoNotSchedule" },
        labelSelector: { matchLabels: labels },
      },
    ],
  },
  {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } },
        ],
      },
    },
  },
];

const pods = fc
  .array(
    fc.record({ millis: fc.integer({ min: 50, max: 9000 }), kind: fc.nat(kinds.length - 1) }),
    {
      maxLength: 30,
    },
  )
  .map((list) =>
    list.map(({ millis, kind }, i) => {
      const requests = { cpu: `${millis}m`, memory: "256Mi" };
      const spec = { containers: [{ name: "c", resources: { requests } }], ...kinds[kind] };
      const status = { ...EMPTY_POD_STATUS, conditions: [UNSCHEDULABLE] };
      return pod(meta(i, `p${i}`, { labels: kind >= 2 ? labels : {} }), { spec, status });
    }),
  );

function poolOf(limits: Record<string, string>): NodePool {
  const nodeClassRef = { group: "g", kind: "K", name: "n" };
  return {
    ...{ name: "general", uid: "general" },
    spec: { limits, template: { spec: { nodeClassRef, requirements: [] } } },
  };
}

function plan(unboundPods: readonly PodVersion[], limits: Record<string, string> = {}) {
  const view: ClusterView = {
    ...{ nowMicros: 0, nodePools: [poolOf(limits)], instanceTypes: TYPES, nodes: [], unboundPods },
    ...{ daemonPods: [], budgets: [], namespaces: new Map([["default", {}]]) },
    volumes: { claim: () => undefined, volume: () => undefined, storageClass: () => undefined },
  };
  return provision(new SchedulingGround(view, new PodRequestAmounts()));
}

describe("a pass of provisioning", () => {
  test("gives each pod one place or a reason, and no node more than each of its types can take", () => {
    fc.assert(
      fc.property(pods, (waiting) => {
        const { newNodes, failures } = plan(waiting);
        const placed = newNodes.flatMap((node) => node.pods);
        expect([...placed, ...failures.keys()].map(({ name }) => name).sort()).toEqual(
          waiting.map(({ name }) => name).sort(),
        );
        for (const { reasons } of failures.values()) expect(reasons.length).toBeGreaterThan(0);
        for (const node of newNodes) {
          expect(node.types.length).toBeGreaterThan(0);
          for (const { allocatable, available } of node.types) {
            expect(fits(node.requests, allocatable)).toBe(true);
            expect(available.some((one) => isOfferingCompatible(node.requirements, one))).toBe(
              true,
            );
          }
          expect(launchOf(nodeClaimPlan(node))).not.toBeNull();
        }
      }),
      { numRuns: 60 },
    );
  });

  test("keeps like pods on different hosts, and their counts by zone within the skew", () => {
    fc.assert(
      fc.property(pods, (waiting) => {
        const { newNodes } = plan(waiting);
        const counts = new Map(ZONES.map((zone) => [zone, 0]));
        for (const node of newNodes) {
          const alike = node.pods.filter(({ labels: own }) => own.app === "x");
          const apart = alike.filter(({ spec }) => spec.affinity !== undefined);
          if (apart.length > 0) expect(alike).toHaveLength(1);
          const spread = alike.filter((one) => one.spec.topologySpreadConstraints !== undefined);
          if (spread.length === 0) continue;
          const zone = node.requirements.get(ZONE).single;
          expect(zone).toBeDefined();
          counts.set(zone!, counts.get(zone!)! + alike.length);
        }
        const others = newNodes.some(({ pods: on }) => on.some(({ spec }) => spec.affinity));
        const skew = Math.max(...counts.values()) - Math.min(...counts.values());
        if (!others) expect(skew).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  test("never goes beyond a limit, whatever the types turn out to be", () => {
    fc.assert(
      fc.property(pods, fc.integer({ min: 0, max: 40 }), (waiting, cpu) => {
        const { newNodes } = plan(waiting, { cpu: String(cpu) });
        const most = newNodes.map(({ types }) =>
          Math.max(...types.map(({ capacity }) => capacity.get("cpu")!)),
        );
        expect(most.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(cpu * 1000);
      }),
      { numRuns: 60 },
    );
  });

  test("does not depend on the order in which pods are told", () => {
    fc.assert(
      fc.property(pods, fc.infiniteStream(fc.nat()), (waiting, keys) => {
        const shuffled = waiting
          .map((one) => ({ one, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        const shown = (list: readonly PodVersion[]) =>
          plan(list).newNodes.map((node) => [node.pods.map(({ name }) => name), node.types.length]);
        expect(shown(shuffled)).toEqual(shown(waiting));
      }),
      { numRuns: 40 },
    );
  });
});
