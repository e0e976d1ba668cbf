import { describe, expect, test } from "vitest";
import { Explainer, podPatternProblem } from "../../../src/scheduler/explain/explainer.js";
import { PodQuery } from "../../../src/scheduler/explain/pod-query.js";
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

test("an attempt knows that its decision could not be carried out", () => {
  const explainer = new Explainer("p");
  const objects = [
    nodeManifest("a"),
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "slow" },
      provisioner: "csi.example.com",
      volumeBindingMode: "WaitForFirstConsumer",
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "c", namespace: "default" },
      spec: {
        storageClassName: "slow",
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
      },
      status: { phase: "Pending" },
    },
  ];
  const limit = { name: "VolumeBinding", args: { bindTimeoutSeconds: 5 } };
  const world = new SchedulerWorld(objects, {
    decisions: explainer,
    profiles: [{ pluginConfig: [limit] }],
    volumeController: false,
  });
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "c" } }];
  world.create(podManifest("p", { volumes })).until(8);
  const attempts = explainer.stories[0]?.attempts ?? [];
  expect(attempts.map(({ number, chosen }) => [number, chosen])).toEqual([
    [1, "a"],
    [2, "a"],
  ]);
  const [first, second] = attempts.map(({ bindingFailure }) => bindingFailure);
  expect(first?.message).toContain("binding volumes: timed out waiting for the condition");
  expect(first?.timeMicros).toBeLessThan(attempts[1]!.timeMicros);
  expect(second).toBeNull();
});

describe("scheduling gates", () => {
  const gated = (...names: readonly string[]) => ({
    schedulingGates: names.map((name) => ({ name })),
  });

  test("are known by name, with the time at which the last was taken away", () => {
    const explainer = new Explainer("p*");
    const world = new SchedulerWorld([nodeManifest("a", { cpu: "1" })], {
      decisions: explainer,
      minor: 30,
    });
    world.create(podManifest("p1", gated("x", "y")), podManifest("p2", gated("z")));
    world.create(podManifest("p3"), podManifest("other", gated("w"))).until(5);
    world.merge("p1", { spec: gated("y") }).until(10);
    world.merge("p1", { spec: { schedulingGates: null } }).until(60);
    const gatings = explainer.gatings.map(({ pod, gates, untilMicros }) => [
      pod,
      gates.join(),
      untilMicros === null ? null : Math.floor(untilMicros / 1e6),
    ]);
    expect(gatings).toEqual([
      ["default/p1", "x,y", 10],
      ["default/p2", "z", null],
    ]);
    // Its later attempts pass the gates again.
    expect(world.triedAt("p1").length).toBeGreaterThan(0);
  });
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
  const query = PodQuery.parse(pattern) as PodQuery;
  expect(query.matches({ namespace, name, owner: "" })).toBe(does);
});

const OWNED = { namespace: "shop", name: "web-5d4f-x1", owner: "ReplicaSet/web-5d4f" };
test.each([
  ["pod/web-5d4f-x1", true],
  ["po/web-*", true],
  ["shop/pods/web-*", true],
  ["deploy/web", true],
  ["deployment/web", true],
  ["deployments.apps/web", true],
  ["Deployment/web", true],
  ["shop/deploy/web", true],
  ["shop/Deployment/w*", true],
  ["rs/web-5d4f", true],
  ["other/deploy/web", false],
  ["deploy/we", false],
  ["deploy/web-5d4f", false],
  ["rs/web", false],
  ["sts/web", false],
])("%s asks about a pod of the Deployment web: %s", (text, does) => {
  expect((PodQuery.parse(text) as PodQuery).matches(OWNED)).toBe(does);
});

test.each([
  ["sts/db", { namespace: "a", name: "db-0", owner: "StatefulSet/db" }],
  ["ds/agent", { namespace: "a", name: "agent-x", owner: "DaemonSet/agent" }],
  ["job/load", { namespace: "a", name: "load-x", owner: "Job/load" }],
  ["cj/load", { namespace: "a", name: "load-1-x", owner: "Job/load-1" }],
  ["rc/old", { namespace: "a", name: "old-x", owner: "ReplicationController/old" }],
])("%s asks about pods of its kind", (text, pod) => {
  expect((PodQuery.parse(text) as PodQuery).matches(pod)).toBe(true);
});

test("a pattern with many stars is looked for in one pass", () => {
  const pattern = `${"*a".repeat(60)}b`;
  const query = PodQuery.parse(pattern) as PodQuery;
  expect(query.matches({ namespace: "default", name: "a".repeat(250), owner: "" })).toBe(false);
});

test.each([
  ["", "expected the name of a pod"],
  ["a/b/c", "b is no kind that has pods"],
  ["a/b/c/d", "expected the name of a pod"],
  ["shop/deploi/web", "deploi is no kind that has pods: did you mean deploy?"],
  ["Widget/web", "Widget is no kind that has pods"],
  ["Web", "expected the name of a pod"],
  ["/web", "expected the name of a pod"],
])("%j is no pattern: %s", (pattern, says) => {
  expect(podPatternProblem(pattern)).toContain(says);
});
