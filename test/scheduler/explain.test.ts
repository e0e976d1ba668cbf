import { describe, expect, test } from "vitest";
import { Explainer, podPattern, podPatternProblem } from "../../src/scheduler/explain/explainer.js";
import { nodeManifest, podManifest, SchedulerWorld } from "./scheduler-world.js";

const ZONE = "topology.kubernetes.io/zone";

/** Schedules `pods` in turn and tells the story of the last. */
function storyOf(objects: readonly object[], pods: readonly object[], minor = 26) {
  const explainer = new Explainer("p");
  const world = new SchedulerWorld(objects, { decisions: explainer, minor });
  pods.forEach((pod, index) => {
    world.create(pod).until(index + 1);
  });
  const [story] = explainer.stories;
  if (story === undefined) throw new Error("nobody looked at p");
  return story;
}

type Term = { readonly topologyKey: string; readonly labelSelector: object };
const term = (topologyKey: string, app: string): Term => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
});
const required = (side: "podAffinity" | "podAntiAffinity", ...terms: readonly Term[]) => ({
  affinity: { [side]: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const nodeAffinity = (nodeSelectorTerm: object) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [nodeSelectorTerm] },
    },
  },
});

function labelled(manifest: object, app = "x", owner?: string): object {
  const { metadata, ...rest } = manifest as { metadata: object };
  const ownerReferences =
    owner === undefined
      ? []
      : [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: owner, controller: true }];
  return { ...rest, metadata: { ...metadata, labels: { app }, ownerReferences } };
}

const HOST = "kubernetes.io/hostname";
const port = (name: string, more: object = {}) =>
  podManifest(name, {
    containers: [{ name: "main", image: "app", ports: [{ containerPort: 80, hostPort: 80 }] }],
    ...more,
  });

const spread = (topologyKey = ZONE) => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "x" } },
    },
  ],
});

const zone = (name: string, value: string, cpu = "4") =>
  nodeManifest(name, { cpu, labels: { [ZONE]: value } });

const withSpec = (node: object, spec: object) => ({ ...node, spec });
const taint = (key: string, value?: string) => ({
  key,
  effect: "NoSchedule",
  ...(value && { value }),
});

const claimed = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "c" } }] };
const claim = (spec: object) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "c", namespace: "default" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
  status: { phase: "Pending" },
});
const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "local" },
  provisioner: "kubernetes.io/no-provisioner",
  volumeBindingMode: "WaitForFirstConsumer",
};

interface Case {
  readonly what: string;
  readonly objects: readonly object[];
  readonly pods: readonly object[];
  readonly says: readonly string[];
  readonly not?: string;
  readonly minor?: number;
}

const CASES: readonly Case[] = [
  {
    what: "a node that is large enough",
    objects: [nodeManifest("a"), zone("b", "x", "1")],
    pods: [podManifest("p", { cpu: "3" })],
    says: [
      "It asks for 3 cpu, and no node that it may use is that large, even when empty; the largest, a, has 2 cpu. Ask for less, or add a larger node.",
    ],
  },
  {
    what: "a resource that no node has",
    objects: [nodeManifest("a")],
    pods: [
      podManifest("p", {
        containers: [
          { name: "main", image: "i", resources: { limits: { "nvidia.com/gpu": "1" } } },
        ],
      }),
    ],
    says: [
      "It asks for 1 nvidia.com/gpu, and no node that it may use has any nvidia.com/gpu: add one that has, or correct the request.",
    ],
  },
  {
    what: "one place instead of many",
    objects: [nodeManifest("a"), nodeManifest("b")],
    pods: [podManifest("x"), podManifest("y"), podManifest("p", { cpu: "2" })],
    says: [
      "It asks for 2 cpu. 2 nodes lack nothing but room; the freest of them, a, has 1 cpu free of 2 cpu. Together they have 2 cpu free, but a pod cannot be split.",
      "With 1 pod less a would have room: scale down, or move, Pod/x (priority 0).",
      "One more node like a with 2 cpu free would take it.",
    ],
  },
  {
    what: "leave to preempt",
    objects: [nodeManifest("a", { cpu: "1" })],
    pods: [podManifest("x", { priority: 2 }), podManifest("p", { priority: 1 })],
    says: [
      "(preemption), and this pod has priority 1. A PriorityClass above 2 for it, or below 1 for them, would let it.",
    ],
  },
  {
    what: "no class above all of the system's, nor below the lowest",
    objects: [
      {
        apiVersion: "scheduling.k8s.io/v1",
        kind: "PriorityClass",
        metadata: { name: "lowest" },
        value: -(2 ** 31),
      },
      nodeManifest("a", { cpu: "1" }),
    ],
    pods: [
      podManifest("x", { priorityClassName: "system-node-critical" }),
      podManifest("p", { priorityClassName: "lowest" }),
    ],
    says: [
      "and this pod has priority -2147483648 (the lowest there is).",
      "(system-node-critical)).",
    ],
    not: "PriorityClass",
  },
  {
    what: "a policy that preempts",
    objects: [
      {
        apiVersion: "scheduling.k8s.io/v1",
        kind: "PriorityClass",
        metadata: { name: "patient" },
        value: 100,
        preemptionPolicy: "Never",
      },
      nodeManifest("a", { cpu: "1" }),
    ],
    pods: [podManifest("x"), podManifest("p", { priorityClassName: "patient" })],
    says: ["for its preemptionPolicy is Never: PreemptLowerPriority would let it."],
  },
  {
    what: "more pods a node",
    objects: [nodeManifest("a", { cpu: "64" })],
    pods: [
      ...Array.from({ length: 10 }, (_, i) => podManifest(`x${i}`, { cpu: "1m" })),
      podManifest("p", { cpu: "1m" }),
    ],
    says: ["a runs as many pods as it may (10): raise the number of pods a node"],
  },
  {
    what: "room on the very node that it names, where another like it is none",
    objects: [nodeManifest("a", { cpu: "1" })],
    pods: [podManifest("x"), podManifest("p", { nodeSelector: { [HOST]: "a" } })],
    says: ["It asks for 1 cpu. a, which lacks nothing but room, has 0 cpu free of 1 cpu."],
    not: "One more node",
  },
  {
    what: "another value of a label",
    objects: [zone("a", "x"), zone("b", "y")],
    pods: [podManifest("p", { nodeSelector: { [ZONE]: "z" } })],
    says: [
      `2 nodes with room for it (a (zone x), b (zone y)) would take it if the pod did not ask for ${ZONE}=z. No node has ${ZONE}=z: they have x, y. Change its nodeSelector or node affinity.`,
    ],
  },
  {
    what: "a label's key without a slip of the pen",
    objects: [zone("a", "x")],
    pods: [podManifest("p", { nodeSelector: { "topology.kubernets.io/zone": "x" } })],
    says: [`No node has the label topology.kubernets.io/zone; is ${ZONE} meant?`],
  },
  {
    what: "a label on one of the nodes",
    objects: [
      nodeManifest("a"),
      withSpec(nodeManifest("b", { labels: { disk: "ssd" } }), { unschedulable: true }),
    ],
    pods: [
      podManifest(
        "p",
        nodeAffinity({
          matchExpressions: [{ key: "disk", operator: "In", values: ["ssd", "nvme"] }],
        }),
      ),
    ],
    says: [
      "1 node with room for it (a) would take it if the pod did not ask for disk in [ssd, nvme]. Label one of them so, or change its nodeSelector or node affinity.",
      "1 node with room for it (b) would take it, but is cordoned: uncordon one.",
    ],
  },
  {
    what: "a node that is there, in place of one that it names",
    minor: 30,
    objects: [nodeManifest("a")],
    pods: [
      podManifest(
        "p",
        nodeAffinity({ matchFields: [{ key: "metadata.name", operator: "In", values: ["gone"] }] }),
      ),
    ],
    says: [
      "would take it if the pod did not ask for metadata.name=gone. No node has metadata.name=gone: they have a.",
    ],
  },
  {
    what: "a toleration",
    objects: [
      withSpec(nodeManifest("a"), { taints: [taint("gpu", "yes"), taint("spot")] }),
      withSpec(nodeManifest("b"), { taints: [taint("gpu", "yes")] }),
    ],
    pods: [podManifest("p")],
    says: [
      "2 nodes with room for it (a, b) would take it if the pod tolerated these taints: gpu=yes:NoSchedule, spot:NoSchedule. Add such a toleration",
    ],
  },
  {
    what: "an end of the cordon, with the taint that comes with one",
    objects: [
      withSpec(nodeManifest("a"), {
        unschedulable: true,
        taints: [taint("node.kubernetes.io/unschedulable")],
      }),
    ],
    pods: [podManifest("p")],
    says: ["1 node with room for it (a) would take it, but is cordoned: uncordon one."],
    not: "taint",
  },
  {
    what: "a host port that another has",
    objects: [nodeManifest("a")],
    pods: [port("x"), port("p")],
    says: [
      "1 node with room for it (a) would take it, but the pod's host port 80/TCP is taken there. Held by x: move those, or do without hostPort (a Service needs none).",
    ],
  },
  {
    what: "fewer siblings with one host port",
    objects: [nodeManifest("a")],
    pods: [labelled(port("x"), "x", "web"), labelled(port("p"), "x", "web")],
    says: ["Its own siblings hold it, and each node has it once: ask for fewer replicas"],
  },
  {
    what: "a pod to be near, where there is none",
    objects: [zone("a", "x")],
    pods: [podManifest("p", required("podAffinity", term(ZONE, "cache")))],
    says: [
      "1 node with room for it (a (zone x)) would take it if the pod did not have to be in the same zone as pods with app=cache. There are no pods with app=cache on any node: start one, or correct the rule.",
    ],
  },
  {
    what: "room where the pod to be near is",
    objects: [
      nodeManifest("a", { cpu: "1" }),
      nodeManifest("b", { cpu: "500m" }),
      nodeManifest("c"),
    ],
    pods: [
      labelled(podManifest("x", { nodeSelector: { [HOST]: "a" } }), "cache"),
      podManifest("p", required("podAffinity", term(HOST, "cache"))),
    ],
    says: [
      "1 node with room for it (c) would take it if the pod did not have to be on the same node as pods with app=cache. There are such pods on a.",
    ],
    not: "One more node",
  },
  {
    what: "a place of its own among its like",
    objects: [nodeManifest("a")],
    pods: [
      labelled(podManifest("x")),
      labelled(podManifest("p", required("podAntiAffinity", term(HOST, "x")))),
    ],
    says: [
      "1 node with room for it (a) would take it if the pod did not have to avoid being on the same node as pods with app=x. Its own siblings are such pods, so each needs a place of its own",
    ],
  },
  {
    what: "that others move which it avoids",
    objects: [nodeManifest("a")],
    pods: [
      labelled(podManifest("x")),
      podManifest("p", required("podAntiAffinity", term(HOST, "x"))),
    ],
    says: ["pods with app=x. Move those pods, or make the rule a preferred one."],
  },
  {
    what: "that others move which avoid it",
    objects: [nodeManifest("a")],
    pods: [
      podManifest("x", required("podAntiAffinity", term(HOST, "x"))),
      labelled(podManifest("p")),
    ],
    says: [
      "would take it, but for pods that are there and must not be near it (their podAntiAffinity): x. Move those",
    ],
  },
  {
    what: "room in the emptier domain",
    objects: [zone("a", "x"), zone("b", "y", "500m")],
    pods: [labelled(podManifest("x", spread())), labelled(podManifest("p", spread()))],
    says: [
      `1 node with room for it (a (zone x)) would take it if the pod were not to be spread evenly (topologySpreadConstraints, DoNotSchedule). Over ${ZONE} (maxSkew 1) there is 1 in x, and 0 in y: the next must go there.`,
    ],
  },
  {
    what: "a label to be spread by",
    objects: [nodeManifest("a")],
    pods: [labelled(podManifest("p", spread("rack")))],
    says: ["would take it if they had the label rack, over which it is to be spread"],
  },
  {
    what: "two changes at once",
    objects: [nodeManifest("a", { cpu: "500m" })],
    pods: [podManifest("p", { nodeSelector: { disk: "ssd" } })],
    says: [
      "No single change is enough: each node is refused for at least two reasons.",
      "1 node (a): not one that the pod asks for (node(s) didn't match Pod's node affinity/selector); no room (Insufficient cpu).",
    ],
  },
  {
    what: "a node at all",
    objects: [],
    pods: [podManifest("p")],
    says: ["There is no node at all: add one."],
  },
  {
    what: "its claim",
    objects: [nodeManifest("a")],
    pods: [podManifest("p", claimed)],
    says: [
      "It mounts the PersistentVolumeClaim c, and there is none of that name in the namespace default: create it, or correct the name.",
    ],
  },
  {
    what: "a claim that somebody binds",
    objects: [nodeManifest("a"), claim({})],
    pods: [podManifest("p", claimed)],
    says: [
      "Its PersistentVolumeClaim is not bound yet, and nothing is there to bind it to: add a PersistentVolume that suits it",
    ],
  },
  {
    what: "a volume for its claim",
    objects: [nodeManifest("a"), storageClass, claim({ storageClassName: "local" })],
    pods: [podManifest("p", claimed)],
    says: [
      "1 node with room for it (a) would take it, but for its volumes: node(s) didn't find available persistent volumes to bind. No free volume there fits its claim",
    ],
  },
];

describe("what would help", () => {
  test.each(CASES)("$what", ({ objects, pods, says, not, minor }) => {
    const advice = storyOf(objects, pods, minor).advice.join("\n");
    for (const sentence of says) expect(advice).toContain(sentence);
    if (not !== undefined) expect(advice).not.toContain(not);
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
