import { describe, expect, test } from "vitest";
import type {
  LabelSelector,
  PodSpec,
  TopologySpreadConstraint,
} from "../../../src/api/kubernetes.js";
import { World, type WorldOptions, node, object, pod } from "../world.js";

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
const NEVER = { preemptionPolicy: "Never" } as const;
const WEB = { matchLabels: { app: "web" } };

const zoned = (name: string, zone: string, more: Record<string, string> = {}) =>
  node(name, { labels: { [ZONE]: zone, ...more } });
const web = (name: string, labels: Record<string, string> = {}) =>
  pod(name, {}, { labels: { app: "web", ...labels } });

function spread(constraint: Partial<TopologySpreadConstraint> & object): Partial<PodSpec> {
  const complete = {
    maxSkew: 1,
    topologyKey: ZONE,
    whenUnsatisfiable: "DoNotSchedule",
    ...constraint,
  };
  return { topologySpreadConstraints: [complete as TopologySpreadConstraint], ...NEVER };
}

const incoming = (spec: Partial<PodSpec>, labels: Record<string, string> = {}) =>
  pod("p", spec, { labels: { app: "web", ...labels } });

describe("PodTopologySpread, hard", () => {
  const SKEWED = "node(s) didn't match pod topology spread constraints";
  const nodes = [zoned("a", "x"), zoned("b", "y"), node("c")];
  const world = (options: WorldOptions = {}) => new World(nodes, options).place("a", web("w1"));

  test("a zone that would be ahead by more than maxSkew is refused, and a node without a zone", () => {
    expect(world().refusals(incoming(spread({ labelSelector: WEB })))).toEqual({
      a: SKEWED,
      c: `${SKEWED} (missing required label)`,
    });
  });

  test("terminating pods and pods of other namespaces do not count", () => {
    const leaving = web("w2").next({ deletionTimeMicros: 1 });
    const foreign = pod("w3", {}, { namespace: "other", labels: { app: "web" } });
    const cluster = new World(nodes).place("a", leaving, foreign);
    expect(cluster.refusals(incoming(spread({ labelSelector: WEB }))).a).toBeUndefined();
  });

  test.each([
    [26, SKEWED],
    [27, undefined],
  ])("in v1.%i an empty selector on a node with a pod: %s", (minor, reason) => {
    expect(world({ minor }).refusals(incoming(spread({ labelSelector: {} }))).a).toBe(reason);
  });

  test("minDomains counts a missing domain as empty, where its gate is on", () => {
    const one = [zoned("a", "x")];
    const constraint = spread({ labelSelector: WEB, minDomains: 2 });
    const on = { gates: { MinDomainsInPodTopologySpread: true } };
    expect(new World(one).place("a", web("w1")).refusals(incoming(constraint)).a).toBeUndefined();
    expect(new World(one, on).place("a", web("w1")).refusals(incoming(constraint)).a).toBe(SKEWED);
  });

  test("matchLabelKeys spreads each revision by itself, where its gate is on", () => {
    const constraint = spread({ labelSelector: WEB, matchLabelKeys: ["rev"] } as object);
    const on = { gates: { MatchLabelKeysInPodTopologySpread: true } };
    const cluster = (options: WorldOptions) =>
      new World(nodes, options).place("a", web("w", { rev: "1" }));
    expect(cluster({}).refusals(incoming(constraint, { rev: "2" })).a).toBe(SKEWED);
    expect(cluster(on).refusals(incoming(constraint, { rev: "2" })).a).toBeUndefined();
    expect(cluster(on).refusals(incoming(constraint, { rev: "1" })).a).toBe(SKEWED);
  });

  test.each([
    [
      "Honor, the default: a zone that the pod may not use does not count",
      undefined,
      "a",
      undefined,
    ],
    ["Ignore: it counts, and is empty", "Ignore", "a", SKEWED],
  ])("nodeAffinityPolicy %s", (_, nodeAffinityPolicy, at, reason) => {
    const constraint = spread({
      labelSelector: WEB,
      ...(nodeAffinityPolicy === undefined ? {} : { nodeAffinityPolicy }),
    });
    const spec = { ...constraint, nodeSelector: { [ZONE]: "x" } };
    expect(world().refusals(incoming(spec))[at]).toBe(reason);
  });

  test.each([
    ["Ignore, the default: a tainted zone counts, and is empty", undefined, SKEWED],
    ["Honor: it does not count", "Honor", undefined],
  ])("nodeTaintsPolicy %s", (_, nodeTaintsPolicy, reason) => {
    const tainted = node("b", {
      labels: { [ZONE]: "y" },
      taints: [{ key: "t", effect: "NoSchedule" }],
    });
    const cluster = new World([zoned("a", "x"), tainted]).place("a", web("w1"));
    const constraint = spread({
      labelSelector: WEB,
      ...(nodeTaintsPolicy === undefined ? {} : { nodeTaintsPolicy }),
    });
    expect(cluster.refusals(incoming(constraint)).a).toBe(reason);
  });
});

describe("PodTopologySpread, soft and by default", () => {
  const nodes = [zoned("a", "x"), zoned("b", "y")];

  test("the fuller zone scores less", () => {
    const constraint = spread({ labelSelector: WEB, whenUnsatisfiable: "ScheduleAnyway" });
    const world = new World(nodes).place("a", web("w1"), web("w2"));
    const scores = world.scores(incoming(constraint), "PodTopologySpread");
    expect(scores?.a?.[1]).toBe(0);
    expect(scores?.b?.[1]).toBe(100);
  });

  test.each([
    [26, { a: [0, 100], b: [0, 100] }],
    [27, undefined],
  ])("in v1.%i a pod without anything to spread by scores %o", (minor, scores) => {
    expect(new World(nodes, { minor }).scores(pod("p"), "PodTopologySpread")).toEqual(scores);
  });

  const owned = (kind: string, apiVersion: string) => {
    const reference = { apiVersion, kind, name: "web", uid: "u", controller: true };
    return pod("p", {}, { labels: { app: "web" }, ownerReferences: [reference] });
  };

  test.each([
    [
      "a Service",
      () => pod("p", {}, { labels: { app: "web" } }),
      "services",
      { selector: { app: "web" } },
    ],
    ["a ReplicaSet", () => owned("ReplicaSet", "apps/v1"), "replicaSets", { selector: WEB }],
    ["a StatefulSet", () => owned("StatefulSet", "apps/v1"), "statefulSets", { selector: WEB }],
    [
      "a ReplicationController",
      () => owned("ReplicationController", "v1"),
      "replicationControllers",
      { selector: { app: "web" } },
    ],
  ] as const)("pods of %s are spread though they do not ask for it", (_, make, table, spec) => {
    const world = new World(nodes).place("a", web("w1"));
    const kind = {
      services: "Service",
      replicaSets: "ReplicaSet",
      statefulSets: "StatefulSet",
      replicationControllers: "ReplicationController",
    } as const;
    const made = object(kind[table], "web", spec, { namespace: "default" });
    (world.tables[table] as { set(object: unknown): void }).set(made);
    const scores = world.scores(make(), "PodTopologySpread");
    expect(scores!.b![1]).toBeGreaterThan(scores!.a![1]);
  });

  test("a list of one's own replaces the system's constraints, and may be hard", () => {
    const args = {
      defaultingType: "List",
      defaultConstraints: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: "DoNotSchedule" }],
    };
    const profile = { pluginConfig: [{ name: "PodTopologySpread", args }] };
    const world = new World(nodes, { profile }).place("a", web("w1"));
    world.tables.services.set(
      object("Service", "web", { selector: { app: "web" } }, { namespace: "default" }) as never,
    );
    expect(Object.keys(world.refusals(incoming({})))).toEqual(["a"]);
  });
});

describe("InterPodAffinity", () => {
  const nodes = [zoned("a", "x"), zoned("b", "y"), node("c")];
  type Term = {
    topologyKey: string;
    labelSelector?: LabelSelector;
    namespaces?: string[];
    namespaceSelector?: LabelSelector;
  };
  const near = (...terms: Term[]): Partial<PodSpec> => ({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
    ...NEVER,
  });
  const far = (...terms: object[]): Partial<PodSpec> => ({
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms as Term[] },
    },
    ...NEVER,
  });
  const AFFINITY = "node(s) didn't match pod affinity rules";
  const ANTI = "node(s) didn't match pod anti-affinity rules";
  const EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules";
  const term = { topologyKey: ZONE, labelSelector: WEB };

  test("required affinity: only the zone of a match will do", () => {
    const world = new World(nodes).place("a", web("w1"));
    expect(world.refusals(pod("p", near(term)))).toEqual({ b: AFFINITY, c: AFFINITY });
  });

  test("the first of a series that wants its own kind goes anywhere that has the key", () => {
    expect(new World(nodes).refusals(incoming(near(term)))).toEqual({ c: AFFINITY });
  });

  test("a pod must match every term to count for any", () => {
    const world = new World(nodes).place("a", web("w1"));
    const both = near(term, { topologyKey: HOST, labelSelector: { matchLabels: { tier: "db" } } });
    expect(Object.keys(world.refusals(pod("p", both)))).toEqual(["a", "b", "c"]);
  });

  test("required anti-affinity works both ways", () => {
    const world = new World(nodes).place("a", web("w1"));
    expect(world.refusals(pod("p", far(term)))).toEqual({ a: ANTI });
    const guarded = new World(nodes).place("a", pod("w1", far(term)));
    expect(guarded.refusals(incoming(NEVER))).toEqual({ a: EXISTING });
    expect(guarded.refusals(pod("other", NEVER))).toEqual({});
  });

  test.each<[string, Partial<Term>, boolean]>([
    ["the pod's own namespace by default", {}, false],
    ["a namespace by name", { namespaces: ["other"] }, true],
    ["namespaces by label", { namespaceSelector: { matchLabels: { team: "b" } } }, true],
    ["all of them by an empty selector", { namespaceSelector: {} }, true],
    ["none by a label that none has", { namespaceSelector: { matchLabels: { team: "c" } } }, false],
  ])("looks at %s", (_, where, refused) => {
    const foreign = pod("w1", {}, { namespace: "other", labels: { app: "web" } });
    const world = new World(nodes).place("a", foreign);
    const labels = { team: "b" };
    world.tables.namespaces.set(object("Namespace", "other", {}, { labels }) as never);
    const terms = far({ ...term, ...where });
    expect(world.refusals(pod("p", terms)).a).toBe(refused ? ANTI : undefined);
  });

  test.each([
    [30, ANTI],
    [31, undefined],
  ])("in v1.%i another revision under matchLabelKeys: %s", (minor, reason) => {
    const world = new World(nodes, { minor }).place("a", web("w1", { rev: "1" }));
    const terms = far({ ...term, matchLabelKeys: ["rev"] });
    expect(world.refusals(incoming(terms, { rev: "2" })).a).toBe(reason);
  });

  const prefers = (side: "podAffinity" | "podAntiAffinity", weight: number): Partial<PodSpec> => ({
    affinity: {
      [side]: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: term }],
      },
    },
  });
  const args = (fields: object) => ({
    profile: { pluginConfig: [{ name: "InterPodAffinity", args: fields }] },
  });

  test.each<
    [
      string,
      WorldOptions,
      Partial<PodSpec>,
      Partial<PodSpec>,
      Record<string, readonly number[]> | undefined,
    ]
  >([
    [
      "a preference of the pod",
      {},
      {},
      prefers("podAffinity", 10),
      { a: [10, 100], b: [0, 0], c: [0, 0] },
    ],
    [
      "a dislike of the pod",
      {},
      {},
      prefers("podAntiAffinity", 10),
      { a: [-10, 0], b: [0, 100], c: [0, 100] },
    ],
    [
      "a preference of the other",
      {},
      prefers("podAffinity", 7),
      {},
      { a: [7, 100], b: [0, 0], c: [0, 0] },
    ],
    ["a demand of the other weighs 1", {}, near(term), {}, { a: [1, 100], b: [0, 0], c: [0, 0] }],
    [
      "or what the profile says",
      args({ hardPodAffinityWeight: 40 }),
      near(term),
      {},
      { a: [40, 100], b: [0, 0], c: [0, 0] },
    ],
    [
      "or nothing",
      args({ hardPodAffinityWeight: 0 }),
      near(term),
      {},
      { a: [0, 0], b: [0, 0], c: [0, 0] },
    ],
    [
      "the other's preference may be ignored",
      { ...args({ ignorePreferredTermsOfExistingPods: true }), minor: 27 },
      prefers("podAffinity", 7),
      {},
      undefined,
    ],
  ])("%s", (_, options, existing, spec, scores) => {
    const world = new World(nodes, options).place(
      "a",
      pod("w1", existing, { labels: { app: "web" } }),
    );
    expect(world.scores(incoming(spec), "InterPodAffinity")).toEqual(scores);
  });
});
