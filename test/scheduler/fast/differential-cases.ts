import { describe, expect, test } from "vitest";
import { type Case, Differential, type Met, nothingMet } from "./differential.js";
import type { Mix } from "./random-templates.js";

const NONE: Mix = {
  soft: 0,
  hard: 0,
  preferredPods: 0,
  requiredAnti: 0,
  requiredNear: 0,
  nodeAffinity: 0,
  tolerations: 0,
  ports: 0,
  odd: 0,
};
const MIXES: Readonly<Record<string, Mix>> = {
  "requests alone": NONE,
  "what one node decides": { ...NONE, nodeAffinity: 50, tolerations: 50, ports: 20 },
  "soft spreading": { ...NONE, soft: 100 },
  "hard spreading": { ...NONE, hard: 60, soft: 20, nodeAffinity: 30, tolerations: 30 },
  "preferences between pods": { ...NONE, preferredPods: 80 },
  "required anti-affinity": { ...NONE, requiredAnti: 50 },
  "required affinity": { ...NONE, requiredNear: 40, requiredAnti: 10 },
  everything: {
    soft: 30,
    hard: 20,
    preferredPods: 30,
    requiredAnti: 20,
    requiredNear: 10,
    nodeAffinity: 30,
    tolerations: 30,
    ports: 10,
    odd: 4,
  },
};
const BY_NAMESPACES: Mix = {
  ...NONE,
  preferredPods: 30,
  requiredAnti: 20,
  requiredNear: 10,
  odd: 90,
};

const SCHEDULERS = ["default-scheduler", "packing", "odd"];

/** A configuration with as many profiles as there are lists of arguments. */
const configuration = (rest: object, ...profiles: readonly object[]): object => ({
  apiVersion: "kubescheduler.config.k8s.io/v1",
  kind: "KubeSchedulerConfiguration",
  ...rest,
  profiles: profiles.map((profile, i) => ({ schedulerName: SCHEDULERS[i], ...profile })),
});

const PACKING = {
  pluginConfig: [
    {
      name: "NodeResourcesFit",
      args: {
        scoringStrategy: { type: "MostAllocated", resources: [{ name: "cpu", weight: 1 }] },
      },
    },
    { name: "InterPodAffinity", args: { hardPodAffinityWeight: 7 } },
  ],
};

/** Other weights, a ratio, resources that no table of numbers has, constraints and affinity for all. */
const odd = (minor: number) => ({
  percentageOfNodesToScore: 40,
  plugins: {
    score: {
      disabled: [{ name: "ImageLocality" }, { name: "NodeResourcesFit" }],
      enabled: [{ name: "NodeResourcesFit", weight: 5 }],
    },
  },
  pluginConfig: [
    {
      name: "NodeResourcesFit",
      args: {
        ignoredResources: ["example.com/device-1"],
        scoringStrategy: {
          type: "RequestedToCapacityRatio",
          resources: [
            { name: "memory", weight: 3 },
            { name: "example.com/device-0", weight: 2 },
            { name: "ephemeral-storage", weight: 1 },
          ],
          requestedToCapacityRatio: {
            shape: [
              { utilization: 0, score: 1 },
              { utilization: 60, score: 9 },
              { utilization: 100, score: 0 },
            ],
          },
        },
      },
    },
    {
      name: "PodTopologySpread",
      args: {
        defaultingType: "List",
        defaultConstraints: [
          {
            maxSkew: 4,
            topologyKey: "topology.kubernetes.io/zone",
            whenUnsatisfiable: "DoNotSchedule",
          },
          { maxSkew: 2, topologyKey: "rack", whenUnsatisfiable: "ScheduleAnyway" },
        ],
      },
    },
    {
      name: "InterPodAffinity",
      args: minor > 26 ? { ignorePreferredTermsOfExistingPods: true } : {},
    },
    {
      name: "NodeAffinity",
      args: {
        addedAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 9,
              preference: { matchExpressions: [{ key: "disk", operator: "Exists" }] },
            },
          ],
        },
      },
    },
  ],
});

function configurationOf(i: number, { seed, minor }: Pick<Case, "seed" | "minor">): object | null {
  const rest = { percentageOfNodesToScore: [0, 100, 30][seed % 3] };
  switch (i % 4) {
    case 0:
      return null;
    case 1:
      return configuration(rest, PACKING);
    case 2:
      return configuration(rest, {}, PACKING, odd(minor));
    default:
      return configuration(rest, {});
  }
}

const TINY = { blockLog2: 1, superLog2: 1, maxSharedDomains: 3 };

/** Cases of device claims: of the versions that were compared with recordings of them. */
function deviceCases(mix: Mix, first: number, count: number): Case[] {
  return cases(mix, first, count).map((one, i) => {
    const minor = i % 2 === 0 ? 34 : 37;
    const configuration = configurationOf(i, { seed: one.seed, minor });
    return { ...one, minor, configuration, devices: true };
  });
}

function cases(mix: Mix, first: number, count: number): Case[] {
  return Array.from({ length: count }, (_, i): Case => {
    const seed = first + i;
    const large = i % 3 === 2;
    const minor = 26 + (seed % 12);
    return {
      seed,
      nodes: large ? 151 + (seed % 50) : 1 + ((seed * 7) % 23),
      templates: 1 + (seed % 9),
      steps: large ? 60 : 120,
      mix,
      minor,
      configuration: configurationOf(i, { seed, minor }),
      ties: seed % 2 === 0 ? "first" : "random",
      remember: i % 2 === 0 ? TINY : { maxSharedDomains: 8, maxClasses: 3 },
      churn: [30, 60, 5][i % 3]!,
      nodeChurn: [10, 60, 3, 25][i % 4]!,
      nominations: [0, 20, 0, 5][i % 4]!,
    };
  });
}

function runCases(all: readonly Case[]): Met {
  const total = nothingMet();
  for (const one of all) {
    const met = new Differential(one).run();
    for (const key of Object.keys(total) as (keyof Met)[]) total[key] += met[key];
  }
  return total;
}

/** Compares both forms in so many random courses of each mix. */
export function testDifferential(count: number): void {
  describe("the fast form decides as the plain one", () => {
    test.each(Object.entries(MIXES))("%s", (name, mix) => {
      const met = runCases(cases(mix, 1 + name.length * 1000, count));
      expect(met.fast / met.decisions).toBeGreaterThan(0.5);
      for (const key of ["scheduled", "refused", "severalTies", "sampled"] as const) {
        expect(met[key], key).toBeGreaterThan(0);
      }
    });

    test("terms by the labels of namespaces", () => {
      const met = runCases(cases(BY_NAMESPACES, 500, count));
      expect(met.fast / met.decisions).toBeGreaterThan(0.5);
      expect(met.refused).toBeGreaterThan(0);
    });

    test("pods are nominated on many nodes", () => {
      const all = cases({ ...NONE, ports: 20, nodeAffinity: 20 }, 9_000, Math.ceil(count / 4)).map(
        (one): Case => {
          return { ...one, nodes: 100 + one.nodes, nominations: 80, nominated: 120, nodeChurn: 5 };
        },
      );
      const met = runCases(all);
      expect(met.fast / met.decisions).toBeGreaterThan(0.5);
      expect(met.refused).toBeGreaterThan(0);
    });

    test.each(["requests alone", "what one node decides", "everything"])(
      "claims of volumes, and %s",
      (name) => {
        const all = cases(MIXES[name]!, 13_000 + name.length * 100, Math.ceil(count / 2)).map(
          (one, i): Case => ({ ...one, volumes: true, nominees: i % 3 === 0 ? 10 : 0 }),
        );
        const met = runCases(all);
        expect(met.fast / met.decisions).toBeGreaterThan(0.4);
        for (const key of ["scheduled", "refused", "provisioned", "sampled"] as const) {
          expect(met[key], key).toBeGreaterThan(0);
        }
      },
    );

    test.each(["what one node decides", "soft spreading", "everything"])(
      "pods that are nominated themselves: %s",
      (name) => {
        const all = cases(MIXES[name]!, 11_000 + name.length * 100, Math.ceil(count / 2)).map(
          (one): Case => ({ ...one, nominees: 50, nominations: 20, nominated: 30 }),
        );
        const met = runCases(all);
        expect(met.nominatedFast / met.nominees).toBeGreaterThan(0.5);
        expect(met.nominatedFit).toBeGreaterThan(met.nominees / 20);
        expect(met.refused).toBeGreaterThan(0);
      },
    );

    /** Without default constraints pods are signed, and leave nodes to the next of their signature. */
    const UNSPREAD = {
      pluginConfig: [
        {
          name: "PodTopologySpread",
          args: { defaultingType: "List", defaultConstraints: [] },
        },
      ],
    };
    const BATCHED: Readonly<Record<string, Mix>> = {
      "requests alone": NONE,
      "preferred nodes and taints": { ...NONE, nodeAffinity: 60, tolerations: 40, ports: 10 },
      "some keep apart, prefer each other, or are spread": {
        ...NONE,
        soft: 10,
        requiredAnti: 15,
        preferredPods: 15,
        nodeAffinity: 20,
      },
    };

    test.each(Object.entries(BATCHED))("pods that come in rows: %s", (name, mix) => {
      const all = cases(mix, 70_000 + name.length * 100, 2 * count).map((one, i): Case => {
        const rest = { percentageOfNodesToScore: [0, 100, 30][one.seed % 3] };
        return {
          ...one,
          minor: 35 + (i % 3),
          configuration: configuration(rest, UNSPREAD),
          rows: 80,
          templates: 1 + (i % 3),
          churn: [5, 20, 0][i % 3]!,
          nodeChurn: [2, 15, 0][i % 3]!,
        };
      });
      const met = runCases(all);
      expect(met.hinted).toBeGreaterThan(met.decisions / 20);
      expect(met.hintedFast / met.hinted).toBeGreaterThan(0.5);
    });

    test.each(["requests alone", "what one node decides", "everything"])(
      "claims of devices, and %s",
      (name) => {
        const met = runCases(
          deviceCases(MIXES[name]!, 1 + name.length * 1000, Math.ceil(count / 6)),
        );
        expect(met.fast / met.decisions).toBeGreaterThan(0.5);
        for (const key of ["scheduled", "refused", "allocated", "sampled"] as const) {
          expect(met[key], key).toBeGreaterThan(0);
        }
      },
    );
  });
}
