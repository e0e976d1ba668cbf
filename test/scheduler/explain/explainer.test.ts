import { describe, expect, test } from "vitest";
import {
  Explainer,
  podPattern,
  podPatternProblem,
} from "../../../src/scheduler/explain/explainer.js";
import { nodeManifest, podManifest, SchedulerWorld } from "../scheduler-world.js";
import { nodeAffinity, storyOf } from "./told.js";

describe("what would help", () => {
  test("is nothing where preemption helps itself; the story names its victims", () => {
    const explainer = new Explainer("default/p");
    const world = new SchedulerWorld([nodeManifest("a", { cpu: "1" })], { decisions: explainer });
    world.create(podManifest("x", { priority: 1 })).until(1);
    world
      .create(podManifest("p", { priority: 100 }))
      .until(2)
      .remove("x")
      .until(10);
    const [story] = explainer.stories;
    expect(story?.attempts.map(({ result }) => result)).toEqual(["unschedulable", "scheduled"]);
    expect(story?.attempts[0]?.preemption).toEqual({
      message: "",
      candidates: [{ node: "a", victims: [{ pod: "default/x", priority: 1 }], pdbViolations: 0 }],
      nominatedNode: "a",
    });
    expect(story?.attempts[1]?.wasNominated).toBe(true);
    expect(story?.advice).toEqual([]);
  });

  test.each([26, 30, 34])(
    "nodes that a plugin rules out beforehand are counted too, in 1.%i",
    (minor) => {
      const explainer = new Explainer("p");
      const objects = ["a", "b", "c"].map((name) => nodeManifest(name, { cpu: "500m" }));
      const world = new SchedulerWorld(objects, { decisions: explainer, minor });
      const only = { matchFields: [{ key: "metadata.name", operator: "In", values: ["b"] }] };
      world.create(podManifest("p", nodeAffinity(only))).until(1);
      const [attempt] = explainer.stories[0]!.attempts;
      const counts = attempt!.refused.map(({ count, examples }) => [count, examples.join()]);
      expect(counts).toEqual([
        [2, "a,c"],
        [1, "b"],
      ]);
    },
  );
});

test("the score table has each plugin's raw score and its part of the total", () => {
  const story = storyOf(
    [nodeManifest("a", { cpu: "4" }), nodeManifest("b", { cpu: "2" })],
    [podManifest("p")],
  );
  const table = story.attempts[0]?.scores;
  for (const { total, scores } of table?.rows ?? []) {
    const parts = [...scores, ...(table?.alike ?? [])].map(({ weighted }) => weighted);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
  }
  expect(table?.rows.map(({ node, isChosen }) => [node, isChosen])).toEqual([
    ["a", true],
    ["b", false],
  ]);
});

test.each([
  ["web", "default", "web", true],
  ["web", "shop", "web", true],
  ["web", "default", "web-1", false],
  ["web-*", "default", "web-1", true],
  ["shop/web-*", "default", "web-1", false],
  ["shop/*", "shop", "anything", true],
  ["*", "shop", "anything", true],
  ["*-1", "default", "web-1", true],
  ["*-1", "default", "web-12", false],
  ["w*-*2", "default", "web-12", true],
  ["we*eb", "default", "web", false],
  ["sh*/w*b", "shop", "web", true],
  ["sh*/w*b", "default", "web", false],
  ["web.*", "default", "web-1", false],
])("%s matches %s/%s: %s", (pattern, namespace, name, does) => {
  expect(podPatternProblem(pattern)).toBeNull();
  expect(podPattern(pattern)(namespace, name)).toBe(does);
});

test("a pattern with many stars is looked for in one pass", () => {
  const pattern = `${"*a".repeat(60)}b`;
  expect(podPattern(pattern)("default", "a".repeat(250))).toBe(false);
});

test.each([
  ["", "expected the name of a pod"],
  ["a/b/c", "expected the name of a pod"],
  ["Web", "expected the name of a pod"],
  ["/web", "expected the name of a pod"],
  ["Deployment/web", "write web-*"],
  ["shop/Deployment/web", "write web-*"],
])("%j is no pattern: %s", (pattern, says) => {
  expect(podPatternProblem(pattern)).toContain(says);
});
