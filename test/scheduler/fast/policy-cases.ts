import { describe, expect, test } from "vitest";
import { PLUGIN_CATALOGUE } from "../../../src/scheduler/plugins/registry.js";
import { POLICIES } from "../../../src/scheduler/policies/registry.js";
import { heldToReads } from "../../../src/testing/declared-views.js";
import { type Case, Differential, type Met, nothingMet } from "./differential.js";
import type { Mix } from "./random-templates.js";

const MIX: Mix = {
  soft: 15,
  hard: 15,
  preferredPods: 15,
  requiredAnti: 10,
  requiredNear: 5,
  nodeAffinity: 30,
  tolerations: 30,
  ports: 10,
  odd: 4,
};

const placing = POLICIES.filter(({ extensionPoints }) => "score" in extensionPoints).map(
  ({ name }) => name,
);

/** A profile in which the policy is the only one that scores, and one in which it scores beside the defaults. */
function profilesWith(name: string, weight: number): object {
  const own = { enabled: [{ name }] };
  const alone = { preScore: { disabled: [{ name: "*" }] }, score: { disabled: [{ name: "*" }] } };
  const isPreScore = "preScore" in PLUGIN_CATALOGUE.get(name)!.extensionPoints;
  return {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    profiles: [
      {
        schedulerName: "default-scheduler",
        plugins: {
          ...alone,
          ...(isPreScore ? { preScore: { ...alone.preScore, ...own } } : {}),
          score: { ...alone.score, ...own },
        },
      },
      {
        schedulerName: "packing",
        plugins: { multiPoint: { enabled: [{ name, weight }] } },
      },
    ],
  };
}

function run(name: string, weight: number, courses: readonly number[]): Met {
  const total = nothingMet();
  for (const i of courses) {
    const seed = i + name.length * 50 + weight;
    const minor = 26 + (seed % 12);
    const one: Case = {
      seed,
      nodes: i % 3 === 2 ? 151 + (seed % 40) : 3 + (i % 3) * 11,
      templates: 6,
      steps: i % 3 === 2 ? 50 : 90,
      mix: MIX,
      minor,
      configuration: profilesWith(name, weight),
      ties: seed % 2 === 0 ? "first" : "random",
      remember: { blockLog2: 1, superLog2: 1, maxSharedDomains: 3 },
      churn: 30,
      nodeChurn: [15, 60][i % 2]!,
      nominations: [0, 10][i % 2]!,
      // DeviceClasses, which newer versions look at, are watched apart.
      ...(minor < 36 ? { catalogue: heldToReads(PLUGIN_CATALOGUE) } : {}),
    };
    const met = new Differential(one).run();
    for (const key of Object.keys(total) as (keyof Met)[]) total[key] += met[key];
  }
  return total;
}

/** Compares both forms under each policy, in courses of these numbers. */
export function testPolicies(courses: readonly number[]): void {
  describe("policies decide alike in both forms, and read what they declare", () => {
    test.each(placing)("%s, alone and beside others", (name) => {
      for (const weight of [1, 5]) {
        const met = run(name, weight, courses);
        expect(met.fast / met.decisions).toBeGreaterThan(0.5);
        expect(met.scheduled).toBeGreaterThan(0);
        expect(met.refused).toBeGreaterThan(0);
      }
    });
  });
}
