import { describe, expect, test } from "vitest";
import { type Case, Differential, type Met } from "./differential.js";
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

const profile = (rest: object, pluginConfig: object[] = []): object => ({
  apiVersion: "kubescheduler.config.k8s.io/v1",
  kind: "KubeSchedulerConfiguration",
  ...rest,
  profiles: [{ schedulerName: "default-scheduler", pluginConfig }],
});

const TINY = { blockLog2: 1, superLog2: 1, maxSharedDomains: 3 };
/** Nodes set aside until a class has a layout of its own: none, few, or as many as there are. */
const ASIDE = [0, 2, 6, 128];

function cases(mix: Mix, first: number, count: number): Case[] {
  return Array.from({ length: count }, (_, i): Case => {
    const seed = first + i;
    const large = i % 3 === 2;
    return {
      seed,
      nodes: large ? 151 + (seed % 50) : 1 + ((seed * 7) % 23),
      templates: 1 + (seed % 9),
      steps: large ? 60 : 120,
      mix,
      minor: 26 + (seed % 9),
      configuration:
        i % 4 === 0
          ? null
          : profile(
              { percentageOfNodesToScore: [0, 100, 30][seed % 3] },
              i % 4 === 1
                ? [
                    {
                      name: "NodeResourcesFit",
                      args: {
                        scoringStrategy: {
                          type: "MostAllocated",
                          resources: [{ name: "cpu", weight: 1 }],
                        },
                      },
                    },
                    { name: "InterPodAffinity", args: { hardPodAffinityWeight: 7 } },
                  ]
                : [],
            ),
      ties: seed % 2 === 0 ? "first" : "random",
      remember: {
        ...(i % 2 === 0 ? TINY : { maxSharedDomains: 8, maxClasses: 3 }),
        maxNodesAside: ASIDE[(i % 5) % 4]!,
      },
      churn: [30, 60, 5][i % 3]!,
      nodeChurn: [10, 0, 3][i % 3]!,
      nominations: [0, 20, 0, 5][i % 4]!,
    };
  });
}

function runCases(mix: Mix, first: number, count: number): Met {
  const total: Met = {
    decisions: 0,
    fast: 0,
    scheduled: 0,
    refused: 0,
    severalTies: 0,
    sampled: 0,
    preempted: 0,
  };
  for (const one of cases(mix, first, count)) {
    const met = new Differential(one).run();
    for (const key of Object.keys(total) as (keyof Met)[]) total[key] += met[key];
  }
  return total;
}

const COUNT = Number(process.env.SEATRIAL_FUZZ ?? 30);

describe("the fast form decides as the plain one", () => {
  test.each(Object.entries(MIXES))("%s", (name, mix) => {
    const met = runCases(mix, 1 + name.length * 1000, COUNT);
    expect(met.fast / met.decisions).toBeGreaterThan(0.5);
    for (const key of ["scheduled", "refused", "severalTies", "sampled"] as const) {
      expect(met[key], key).toBeGreaterThan(0);
    }
  });
});
