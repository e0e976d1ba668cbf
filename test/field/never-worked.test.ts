import { describe, expect, it } from "vitest";
import { loadedFromMemory } from "../runs/built-world.js";
import { deploymentOf, scenarioOf, summaryOf } from "./told.js";

const HPA = (name: string, kind = "Deployment", target = name) => `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: ${name} }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: ${kind}, name: ${target} }, maxReplicas: 5 }
`;
const SCALED = (target: string, triggers: string) => `---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: q }
spec: { scaleTargetRef: { name: ${target} }, triggers: [${triggers}] }
`;
const MYSQL = '{ type: mysql, metadata: { query: "SELECT 1", queryValue: "1" } }';

async function told(objects: string, timeline: readonly string[] = []) {
  const app = deploymentOf("frontend") + objects;
  const contents = {
    "s.yaml": scenarioOf(timeline, { version: "1.37" }),
    "app.yaml": app,
  };
  return summaryOf(await loadedFromMemory(contents));
}

describe("an autoscaler that never worked stands in the summary, with why", () => {
  it.each([
    [
      "its target is not there",
      HPA("fe", "Deployment", "fronted"),
      'default/HorizontalPodAutoscaler/fe the HPA controller was unable to get the target\'s current scale: deployments.apps "fronted" not found; there is no `default/Deployment/fronted`, the nearest is `default/Deployment/frontend` (since 0 s)',
    ],
    [
      "its target is of no kind that there is",
      HPA("fe", "Deploymnt", "frontend"),
      'no matches for kind "Deploymnt" in group "apps"; did you mean the kind Deployment?',
    ],
    [
      "none of the target's kind are there",
      HPA("fe", "StatefulSet", "db"),
      "there is no `default/StatefulSet/db`, nor any other StatefulSet",
    ],
    [
      "the target of a ScaledObject is not there",
      SCALED("frntend", "{ type: prometheus, metadata: { threshold: '5' } }"),
      'default/ScaledObject/q Error getting current replicas count for ScaleTarget: deployments.apps "frntend" not found; there is no `default/Deployment/frntend`, the nearest is `default/Deployment/frontend`',
    ],
    [
      "a trigger lacks what it needs",
      SCALED("frontend", "{ type: prometheus, metadata: { query: x } }"),
      "default/ScaledObject/q trigger 0: threshold is required",
    ],
    [
      "a trigger is of a misspelt type",
      SCALED("frontend", "{ type: promethues, metadata: { threshold: '5' } }"),
      "triggers of type promethues are not modelled, did you mean prometheus?",
    ],
  ])("%s", async (_, objects, words) => {
    const { text } = await told(objects);
    expect(text).toContain("Not working at the end");
    expect(text).toContain(words);
  });

  it("a trigger of a type that is not modelled is a note on placement too", async () => {
    const { notModelled } = await told(SCALED("frontend", MYSQL));
    expect(notModelled.map(({ kind, field, effect }) => [kind, field, effect])).toContainEqual([
      "ScaledObject",
      "spec.triggers[].type",
      "placement",
    ]);
  });

  it("one that works, or is off, is not told", async () => {
    const off = "  - at: 1m\n      scale: { target: Deployment/frontend, replicas: 0 }".slice(4);
    expect((await told(HPA("frontend"), [off])).text).not.toContain("Not working");
  });
});

it("a set whose pods are refused says why", async () => {
  const refused = deploymentOf("late", { pod: "      priorityClassName: hihg\n" });
  const { text } = await told(`---\n${refused}`);
  expect(text).toMatch(
    /Not working at the end default\/ReplicaSet\/late-\w+ .*no PriorityClass with name hihg was found/,
  );
});

it("a wait that ends in vain says how much of the timeline was left out", async () => {
  const { text } = await told("", [
    "{ at: 1m, waitFor: { target: Deployment/frontend, is: ReplicaFailure, within: 1m } }",
    "{ at: 1m, scale: { target: Deployment/frontend, replicas: 3 } }",
  ]);
  expect(text).toContain("failed: not ReplicaFailure after 60 s: 1 later step not taken");
});
