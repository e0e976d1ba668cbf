import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { Manifest, Taint } from "../../src/api/kubernetes.js";
import { isPodReady, type PodVersion } from "../../src/api/pod-version.js";
import { type ClusterOptions, only, podTemplate, TestCluster } from "./cluster.js";

const controllers = only("daemonset-controller");

function daemonSet(spec: Record<string, unknown> = {}, image = "agent:1"): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent", namespace: "default" },
    spec: {
      selector: { matchLabels: { app: "agent" } },
      template: podTemplate({ app: "agent" }, image),
      ...spec,
    },
  };
}

function withPodSpec(more: object): Record<string, unknown> {
  const template = podTemplate({ app: "agent" });
  return { template: { ...template, spec: { ...template.spec, ...more } } };
}

const rolling = (rollingUpdate: object) => ({
  updateStrategy: { type: "RollingUpdate", rollingUpdate },
});

/** Four nodes, and a set that has settled. */
function begun(spec: Record<string, unknown> = {}, options: ClusterOptions = {}): TestCluster {
  const cluster = new TestCluster(options).run(controllers);
  cluster.apply(daemonSet(spec));
  return cluster.advance(30);
}

function node(
  cluster: TestCluster,
  name: string,
  more: { taints?: Taint[]; labels?: object } = {},
) {
  const { taints = [], labels = {} } = more;
  cluster.apply({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    spec: { taints },
  } as never);
}

const present = (cluster: TestCluster) =>
  cluster.all("Pod").filter((pod) => pod.deletionTimeMicros === null);
const nodesOf = (cluster: TestCluster) =>
  present(cluster)
    .map(({ nodeName }) => nodeName)
    .sort();
const images = (cluster: TestCluster) =>
  present(cluster).map(({ spec }) => spec.containers[0]?.image);
const statusOf = (cluster: TestCluster) => cluster.get("DaemonSet", "agent").status;
const NODES = ["node-0", "node-1", "node-2", "node-3"];

describe("a DaemonSet", () => {
  it("has a pod on every node, and reports them", () => {
    const cluster = begun();
    expect(nodesOf(cluster)).toEqual(NODES);
    expect(statusOf(cluster)).toEqual({
      desiredNumberScheduled: 4,
      currentNumberScheduled: 4,
      numberMisscheduled: 0,
      numberReady: 4,
      numberAvailable: 4,
      updatedNumberScheduled: 4,
      observedGeneration: 1,
    });
    const [pod] = cluster.all("Pod");
    expect(pod?.labels["pod-template-generation"]).toBe("1");
    expect(pod?.spec.tolerations?.map(({ key }) => key)).toContain(
      "node.kubernetes.io/unreachable",
    );
  });

  it("follows nodes that come, are labelled and are tainted", () => {
    const cluster = begun(withPodSpec({ nodeSelector: { disk: "ssd" } }));
    expect(nodesOf(cluster)).toEqual([]);
    node(cluster, "node-4", { labels: { disk: "ssd" } });
    node(cluster, "node-1", { labels: { disk: "ssd" } });
    cluster.advance(10);
    expect(nodesOf(cluster)).toEqual(["node-1", "node-4"]);
    node(cluster, "node-1", {
      labels: { disk: "ssd" },
      taints: [{ key: "special", effect: "NoSchedule" }],
    });
    cluster.advance(10);
    expect(nodesOf(cluster)).toEqual(["node-1", "node-4"]);
    node(cluster, "node-1", {
      labels: { disk: "ssd" },
      taints: [{ key: "special", effect: "NoExecute" }],
    });
    cluster.advance(10);
    expect(nodesOf(cluster)).toEqual(["node-4"]);
  });

  it.each([
    [{ maxUnavailable: 1 }, 1, 0],
    [{ maxUnavailable: "50%" }, 2, 0],
    [{ maxUnavailable: 0, maxSurge: 1 }, 0, 1],
    [{ maxUnavailable: 0, maxSurge: 3 }, 0, 3],
  ])("rolls out under %j with %i missing and %i extra at most", (limits, missing, extra) => {
    const cluster = begun(rolling(limits));
    cluster.apply(daemonSet(rolling(limits), "agent:2"));
    let [leastReady, most] = [4, 4];
    for (let i = 0; i < 200; i++) {
      cluster.advance(0.2);
      leastReady = Math.min(leastReady, present(cluster).filter(isPodReady).length);
      most = Math.max(most, present(cluster).length);
    }
    expect(images(cluster)).toEqual(Array(4).fill("agent:2"));
    expect(nodesOf(cluster)).toEqual(NODES);
    expect([4 - leastReady, most - 4]).toEqual([missing, extra]);
    expect(statusOf(cluster)).toMatchObject({ updatedNumberScheduled: 4, observedGeneration: 2 });
  });

  it("stops a rollout whose pods never become ready", () => {
    const readyAfter = (pod: PodVersion) =>
      pod.spec.containers[0]?.image === "agent:bad" ? null : 1_000_000;
    const cluster = begun({}, { readyAfter });
    cluster.apply(daemonSet({}, "agent:bad"));
    cluster.advance(120);
    expect(images(cluster).filter((image) => image === "agent:bad").length).toBe(1);
    cluster.apply(daemonSet({}, "agent:3"));
    cluster.advance(120);
    expect(images(cluster)).toEqual(Array(4).fill("agent:3"));
  });

  it("leaves pods as they are under OnDelete, until somebody deletes them", () => {
    const strategy = { updateStrategy: { type: "OnDelete" } };
    const cluster = begun(strategy);
    cluster.apply(daemonSet(strategy, "agent:2"));
    cluster.advance(30);
    expect(images(cluster)).toEqual(Array(4).fill("agent:1"));
    cluster.execute({ verb: "delete", target: cluster.all("Pod")[0]! });
    cluster.advance(30);
    expect(images(cluster).filter((image) => image === "agent:2").length).toBe(1);
  });

  it("waits for minReadySeconds", () => {
    const spec = { minReadySeconds: 10, ...rolling({ maxUnavailable: 1 }) };
    const cluster = begun(spec);
    expect(statusOf(cluster).numberAvailable).toBe(4);
    cluster.apply(daemonSet(spec, "agent:2"));
    cluster.advance(20);
    expect(images(cluster).filter((image) => image === "agent:2").length).toBe(2);
    cluster.advance(60);
    expect(images(cluster)).toEqual(Array(4).fill("agent:2"));
  });

  it("knows the revision of its pods by their hash where a dump has no history", () => {
    const before = begun();
    const hash = before.all("Pod")[0]?.labels["controller-revision-hash"];
    const cluster = new TestCluster();
    for (const kind of ["Node", "DaemonSet"] as const) {
      for (const one of before.all(kind)) cluster.server.load(one);
    }
    for (const pod of before.all("Pod")) {
      const labels = { ...pod.labels, "controller-revision-hash": "abcde" };
      cluster.server.load({ ...pod, labels });
    }
    cluster.run(controllers, false).advance(60);
    const uids = (of: TestCluster) => of.all("Pod").map(({ uid }) => uid);
    expect(uids(cluster)).toEqual(uids(before));
    expect(cluster.all("ControllerRevision").map(({ name }) => name)).toEqual(["agent-abcde"]);
    expect(hash).not.toBe("abcde");
  });

  it("keeps its history within the limit, and takes a former revision up again", () => {
    const cluster = begun({ revisionHistoryLimit: 1 });
    for (const image of ["agent:2", "agent:3", "agent:2"]) {
      cluster.apply(daemonSet({ revisionHistoryLimit: 1 }, image));
      cluster.advance(60);
    }
    expect(images(cluster)).toEqual(Array(4).fill("agent:2"));
    expect(cluster.all("ControllerRevision").length).toBe(2);
  });
});

const change = fc.oneof(
  fc.record({ image: fc.constantFrom("agent:1", "agent:2", "agent:3") }),
  fc.record({ deletes: fc.nat(4) }),
  fc.record({ fails: fc.nat(4) }),
  fc.record({ taints: fc.nat(3), effect: fc.constantFrom("NoSchedule", "NoExecute", "none") }),
);

describe("whatever happens to a DaemonSet", () => {
  property.prop(
    [
      fc.constantFrom({ maxUnavailable: 2 }, { maxUnavailable: 0, maxSurge: 2 }),
      fc.constantFrom(26, 30, 34, 37),
      fc.array(fc.record({ change, after: fc.integer({ min: 0, max: 4_000 }) }), { maxLength: 8 }),
    ],
    { numRuns: 40 },
  )(
    "each node that is for it has one pod in the end, the others none, and then nobody writes",
    (limits, kubernetesMinor, changes) => {
      const cluster = new TestCluster({ kubernetesMinor }).run(controllers);
      const refusing = new Set<string>();
      let image = "agent:1";
      cluster.apply(daemonSet(rolling(limits), image));
      for (const { change: next, after } of changes) {
        cluster.advance(after / 1_000);
        if ("image" in next) {
          image = next.image;
          cluster.apply(daemonSet(rolling(limits), image));
        } else if ("taints" in next) {
          const name = `node-${next.taints}`;
          const { effect } = next;
          node(cluster, name, {
            taints: effect === "none" ? [] : [{ key: "off", effect } as Taint],
          });
          if (effect === "NoExecute") refusing.add(name);
          else if (effect === "none") refusing.delete(name);
        } else {
          const target = cluster.all("Pod")["deletes" in next ? next.deletes : next.fails];
          if (target?.phase !== "Running") continue;
          if ("deletes" in next) cluster.execute({ verb: "delete", target });
          else cluster.execute({ verb: "patch", target, change: { phase: "Failed" } });
        }
      }
      cluster.advance(900);
      const there = nodesOf(cluster);
      expect(new Set(there).size).toBe(there.length);
      for (const name of refusing) expect(there).not.toContain(name);
      for (const one of cluster.all("Node")) {
        if ((one.spec.taints ?? []).length === 0) expect(there).toContain(one.name);
      }
      const written = cluster.writes.length;
      cluster.advance(3_600);
      expect(cluster.writes.length).toBe(written);
    },
  );
});
