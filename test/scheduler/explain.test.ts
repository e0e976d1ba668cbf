import { describe, expect, test } from "vitest";
import { Explainer, podPattern } from "../../src/scheduler/explain/explainer.js";
import { nodeManifest, podManifest, SchedulerWorld } from "./scheduler-world.js";

const ZONE = "topology.kubernetes.io/zone";

/** Schedules `pods` in turn and tells the story of the last. */
function storyOf(nodes: readonly object[], ...pods: readonly object[]) {
  const explainer = new Explainer("p");
  const world = new SchedulerWorld(nodes, { decisions: explainer });
  pods.forEach((pod, index) => {
    world.create(pod).until(index + 1);
  });
  const [story] = explainer.stories;
  if (story === undefined) throw new Error("nobody looked at p");
  return story;
}

const antiAffinity = (topologyKey: string) => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey, labelSelector: { matchLabels: { app: "x" } } },
      ],
    },
  },
});

function labelled(manifest: object): object {
  const { metadata, ...rest } = manifest as { metadata: object };
  return { ...rest, metadata: { ...metadata, labels: { app: "x" } } };
}

const port = (name: string) =>
  podManifest(name, {
    containers: [{ name: "main", image: "app", ports: [{ containerPort: 80, hostPort: 80 }] }],
  });

const spread = {
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: ZONE,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "x" } },
    },
  ],
};

const zone = (name: string, value: string, cpu = "4") =>
  nodeManifest(name, { cpu, labels: { [ZONE]: value } });

describe("what would help", () => {
  test.each([
    {
      what: "a node that is large enough",
      story: () => storyOf([nodeManifest("a")], podManifest("p", { cpu: "3" })),
      says: "no node that it may use is that large, even when empty (a: 2 cpu)",
    },
    {
      what: "one place instead of many",
      story: () =>
        storyOf(
          [nodeManifest("a"), nodeManifest("b")],
          podManifest("x"),
          podManifest("y"),
          podManifest("p", { cpu: "2" }),
        ),
      says: "Together they have 2 cpu free, but a pod cannot be split.",
    },
    {
      what: "leave to preempt",
      story: () => storyOf([nodeManifest("a", { cpu: "1" })], podManifest("x"), podManifest("p")),
      says: "A PriorityClass above 0 for it, or one below 0 for them, would let it.",
    },
    {
      what: "a free host port",
      story: () => storyOf([nodeManifest("a")], port("x"), port("p")),
      says: "Only its host port, which other pods have taken, keeps it from 1 node with room for it (a)",
    },
    {
      what: "another affinity",
      story: () =>
        storyOf(
          [nodeManifest("a")],
          labelled(podManifest("x")),
          podManifest("p", antiAffinity("kubernetes.io/hostname")),
        ),
      says: "Only affinity to other pods keeps it from 1 node with room for it (a): node(s) didn't match pod anti-affinity rules.",
    },
    {
      what: "room in the emptier domain",
      story: () =>
        storyOf(
          [zone("a", "x"), zone("b", "y", "500m")],
          labelled(podManifest("x", spread)),
          labelled(podManifest("p", spread)),
        ),
      says: `Only its spread constraint (maxSkew 1 over ${ZONE}) keeps it from 1 node with room for it (a (zone x))`,
    },
    {
      what: "two changes at once",
      story: () =>
        storyOf(
          [nodeManifest("a", { cpu: "500m" })],
          podManifest("p", { nodeSelector: { disk: "ssd" } }),
        ),
      says: "1 node (a): NodeAffinity (node(s) didn't match Pod's node affinity/selector) and NodeResourcesFit (Insufficient cpu).",
    },
    {
      what: "a node at all",
      story: () => storyOf([], podManifest("p")),
      says: "There is no node at all: add one.",
    },
    {
      what: "its claim",
      story: () =>
        storyOf(
          [nodeManifest("a")],
          podManifest("p", {
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: "gone" } }],
          }),
        ),
      says: 'No node was looked at, for VolumeBinding refuses the pod: persistentvolumeclaim "gone" not found.',
    },
  ])("$what", ({ story, says }) => {
    expect(story().advice.join("\n")).toContain(says);
  });

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
  });
});

test("the score table has each plugin's raw score and its part of the total", () => {
  const story = storyOf(
    [nodeManifest("a", { cpu: "4" }), nodeManifest("b", { cpu: "2" })],
    podManifest("p"),
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
])("%s matches %s/%s: %s", (pattern, namespace, name, does) => {
  expect(podPattern(pattern)(namespace, name)).toBe(does);
});
