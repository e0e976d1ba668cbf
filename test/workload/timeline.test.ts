import { describe, expect, test } from "vitest";
import type { ObjectVersion } from "../../src/api/object-version.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import { operationRunners } from "../../src/scenario/timeline/registry.js";
import type { NodeProvisioner } from "../../src/scenario/timeline/timeline-operation.js";
import type { Operation, TimelineEntry } from "../../src/workload/timeline/operation.js";
import { Timeline } from "../../src/workload/timeline/timeline.js";
import { START_MS, podManifest } from "../store/fixture.js";
import { newWorld } from "./world.js";

const NO_NODES: NodeProvisioner = {
  addNodes: (pool) => ({ ok: false, message: `no pool is called ${pool}` }),
  removeNodes: () => ({ ok: true, nodes: ["general-3", "general-2"] }),
};

/** A step as data: what the key of its operation is read to. */
type TimelineStep = Operation & Readonly<Record<string, unknown>>;

const at = (seconds: number, operation: TimelineStep, more: Partial<TimelineEntry> = {}) => ({
  atMicros: seconds * 1e6,
  everyMicros: null,
  untilMicros: null,
  operation,
  ...more,
});

function world(entries: readonly TimelineEntry[]) {
  const made = newWorld();
  const { engine, store, client, informers, observer } = made;
  const shared = { engine, store, client, observer };
  const world = {
    nodes: NO_NODES,
    machines: { failNode: () => false, recoverNode: () => false },
    traffic: { changeRate: () => {}, redirect: () => {} },
    dump: () => {},
    checkedObject: () => undefined,
    startTimeMs: START_MS,
  };
  const runners = operationRunners({ ...shared, informers, ...world });
  const figures = { begin: () => {}, flaw: () => null };
  const timeline = new Timeline({ ...shared, entries, runners, figures });
  made.create(deployment());
  const play = (seconds: number) => {
    timeline.start();
    made.run(seconds);
  };
  const web = () => store.table("Deployment").find("default", "web") as ObjectVersion<"Deployment">;
  return { ...made, play, web };
}

function deployment(image = "web:1", more: object = {}) {
  const labels = { app: "web" };
  const containers = [
    { name: "server", image },
    { name: "proxy", image: "proxy:1" },
  ];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
      ...more,
    },
  };
}

function node(name: string) {
  return { apiVersion: "v1", kind: "Node", metadata: { name }, spec: {}, status: {} };
}

const WEB = { namespace: "default", kind: "Deployment", name: "web" };
const images = (of: ObjectVersion<"Deployment">) =>
  of.spec.template.spec?.containers.map((container) => container.image);

describe("timeline operations", () => {
  test("apply creates what is new and changes what is there", () => {
    const manifest = (text: object) => ({ manifest: text as never });
    const config = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { ports: [{ port: 80 }] },
    };
    const objects = [manifest(deployment("web:2")), manifest(config)];
    const { play, web, steps, warnings } = world([at(1, { type: "apply", objects })]);
    play(5);
    expect(warnings).toEqual([]);
    expect(images(web())).toEqual(["web:2", "proxy:1"]);
    expect(steps).toEqual([
      "1.005s apply default/Deployment/web: configured",
      "1.005s apply default/Service/web: created",
    ]);
  });

  test.each<
    [string, TimelineStep, (found: ObjectVersion<"Deployment">) => unknown, unknown, string]
  >([
    [
      "scale",
      { type: "scale", target: WEB, replicas: 7 },
      (web) => web.spec.replicas,
      7,
      "scaled to 7",
    ],
    [
      "setImage",
      { type: "setImage", target: WEB, container: "server", image: "web:2" },
      images,
      ["web:2", "proxy:1"],
      "container server: image web:2",
    ],
    [
      "setImage",
      { type: "setImage", target: WEB, container: "*", image: "all:2" },
      images,
      ["all:2", "all:2"],
      "container *: image all:2",
    ],
    [
      "setResources",
      { type: "setResources", target: WEB, container: "proxy", requests: { cpu: "2" }, limits: {} },
      (web) => web.spec.template.spec?.containers[1]?.resources?.requests,
      { cpu: "2" },
      'container proxy: resources {"requests":{"cpu":"2"},"limits":{}}',
    ],
    [
      "label",
      { type: "label", target: WEB, labels: { tier: "front", gone: null } },
      (web) => web.labels,
      { tier: "front" },
      "labeled",
    ],
    [
      "patch",
      { type: "patch", target: WEB, patch: { spec: { minReadySeconds: 9 } } },
      (web) => web.spec.minReadySeconds,
      9,
      "patched",
    ],
  ])("%s", (name, operation, read, expected, message) => {
    const { play, web, steps, warnings } = world([at(2, operation)]);
    play(5);
    expect(warnings).toEqual([]);
    expect(read(web())).toEqual(expected);
    expect(steps).toEqual([`2.005s ${name} default/Deployment/web: ${message}`]);
  });

  test("cordon and uncordon", () => {
    const made = world([
      at(1, { type: "cordon", node: "n" }),
      at(3, { type: "uncordon", node: "n" }),
    ]);
    made.create(node("n"));
    made.play(2);
    expect(made.store.table("Node").find("", "n")?.spec.unschedulable).toBe(true);
    made.run(4);
    expect(made.store.table("Node").find("", "n")?.spec.unschedulable ?? false).toBe(false);
    expect(made.steps).toEqual([
      "1.005s cordon Node/n: cordoned",
      "3.005s uncordon Node/n: uncordoned",
    ]);
  });

  test("delete", () => {
    const { play, store } = world([
      at(1, { type: "delete", of: WEB, gracePeriodSeconds: null, propagation: null }),
    ]);
    play(5);
    expect(store.table("Deployment").size).toBe(0);
  });

  test("nodes come and go through whoever provides them", () => {
    const { play, steps, warnings } = world([
      at(1, { type: "addNodes", pool: "general", count: 2 }),
      at(2, { type: "removeNodes", pool: "general", nodes: [], count: 2 }),
    ]);
    play(5);
    expect(warnings.join()).toContain("no pool is called general");
    expect(steps).toEqual(["2s removeNodes general: general-3, general-2"]);
  });

  test.each<[string, TimelineStep, string]>([
    [
      "an object that is not there",
      { type: "scale", target: { ...WEB, name: "api" }, replicas: 1 },
      'deployments.apps "api" not found',
    ],
    [
      "a kind that does not scale",
      { type: "scale", target: { namespace: "", kind: "Node", name: "n" }, replicas: 1 },
      "cannot scale a Node",
    ],
    [
      "a kind that is not kept",
      { type: "patch", target: { ...WEB, kind: "Gadget" }, patch: {} },
      `doesn't have a resource type "Gadget"`,
    ],
    [
      "a container that is not there",
      { type: "setImage", target: WEB, container: "db", image: "x" },
      'unable to find container named "db"',
    ],
    [
      "what the API server finds invalid",
      { type: "scale", target: WEB, replicas: -1 },
      "spec.replicas",
    ],
  ])("%s is a warning", (_, operation, message) => {
    const { play, steps, warnings, web } = world([at(1, operation)]);
    play(5);
    expect(steps).toEqual([]);
    expect(warnings.join()).toContain("TimelineStepFailed");
    expect(warnings.join()).toContain(message);
    expect(web().resourceVersion).toBeGreaterThan(0);
  });
});

describe("the order of steps", () => {
  const scale = (replicas: number) => ({ type: "scale", target: WEB, replicas }) as const;

  test("is by time, then by place in the file", () => {
    const { play, steps } = world([at(3, scale(3)), at(1, scale(1)), at(3, scale(4))]);
    play(5);
    expect(steps.map((step) => step.slice(-1))).toEqual(["1", "3", "4"]);
  });

  test("a step repeats until its end", () => {
    const { play, steps } = world([
      at(1, scale(1), { everyMicros: 10e6, untilMicros: 31e6 }),
      at(5, scale(2), { everyMicros: 10e6 }),
    ]);
    play(46);
    expect(steps.map((step) => step.slice(0, step.indexOf("s")))).toEqual([
      "1.005",
      "5.005",
      "11.005",
      "15.005",
      "21.005",
      "25.005",
      "31.005",
      "35.005",
      "45.005",
    ]);
  });

  test("takes one pending event", () => {
    const { play, engine } = world([at(10, scale(1)), at(20, scale(2)), at(30, scale(3))]);
    play(0);
    expect(engine.eventsPending).toBe(1);
  });
});

describe("rollout", () => {
  const rollout = (action: "pause" | "resume" | "restart") =>
    ({ type: "rollout", action, target: WEB }) as const;
  const undo = (toRevision = 0) =>
    ({ type: "rollout", action: "undo", target: WEB, toRevision }) as const;

  test("pauses, refuses to pause or restart again, resumes", () => {
    const { play, run, web, steps, warnings } = world([
      at(1, rollout("pause")),
      at(2, rollout("pause")),
      at(3, rollout("restart")),
      at(4, undo()),
      at(5, rollout("resume")),
      at(6, rollout("resume")),
    ]);
    play(1.5);
    expect(web().spec.paused).toBe(true);
    run(10);
    expect(web().spec.paused ?? false).toBe(false);
    expect(steps.map((step) => step.split(": ")[1])).toEqual(["paused", "resumed"]);
    expect(warnings.map((text) => text.split("default/web: ")[1])).toEqual([
      'deployments.apps "web" is already paused',
      "can't restart paused deployment (run rollout resume first)",
      "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume'",
      'deployments.apps "web" is not paused',
    ]);
  });

  test("restart stamps the template with the time", () => {
    const { play, web } = world([at(90, rollout("restart"))]);
    play(100);
    expect(web().spec.template.metadata?.annotations).toEqual({
      "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:01:30Z",
    });
  });

  function withHistory(operation: TimelineStep) {
    const made = world([at(5, operation)]);
    const { uid } = made.web();
    for (const revision of [1, 2, 3]) {
      const { spec } = deployment(`web:${revision}`);
      const labels = { app: "web", "pod-template-hash": `h${revision}` };
      made.create({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: {
          name: `web-h${revision}`,
          namespace: "default",
          annotations: {
            "deployment.kubernetes.io/revision": String(revision),
            "kubernetes.io/change-cause": `change ${revision}`,
          },
          ownerReferences: [
            { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid, controller: true },
          ],
        },
        spec: {
          selector: { matchLabels: labels },
          template: { ...spec.template, metadata: { labels } },
        },
      });
    }
    made.write({
      verb: "merge",
      target: { kind: "Deployment", namespace: "default", name: "web" },
      patch: { spec: { template: { spec: { containers: [{ name: "server", image: "web:3" }] } } } },
    });
    return made;
  }

  test.each([
    [0, 2],
    [1, 1],
    [2, 2],
  ])("undo to %i takes the template of revision %i, without its hash", (toRevision, revision) => {
    const { play, web, steps, warnings } = withHistory(undo(toRevision));
    play(10);
    expect(warnings).toEqual([]);
    expect(images(web())).toEqual([`web:${revision}`, "proxy:1"]);
    expect(web().spec.template.metadata?.labels).toEqual({ app: "web" });
    expect(web().annotations).toEqual({ "kubernetes.io/change-cause": `change ${revision}` });
    expect(steps.join()).toContain(`rolled back to revision ${revision}`);
  });

  test.each([
    [3, "current template already matches revision 3"],
    [9, "unable to find specified revision 9 in history"],
  ])("undo to %i is refused: %s", (toRevision, message) => {
    const { play, warnings } = withHistory(undo(toRevision));
    play(10);
    expect(warnings.join()).toContain(message);
  });

  test("undo without a history is refused", () => {
    const { play, warnings } = world([at(1, undo())]);
    play(5);
    expect(warnings.join()).toContain("no rollout history found");
  });
});

describe("drain", () => {
  const drain = (more: object = {}) =>
    ({
      type: "drain",
      node: "n",
      timeoutMicros: null,
      gracePeriodSeconds: null,
      force: true,
      podSelector: null,
      ...more,
    }) as const;

  function drained(operation: TimelineStep, names: Record<string, object>) {
    const made = world([at(1, operation)]);
    made.create(node("n"));
    for (const [name, metadata] of Object.entries(names)) {
      made.create(podManifest(name, { nodeName: "n" }, metadata));
    }
    made.create(podManifest("elsewhere", { nodeName: "m" }));
    const pods = () => [...made.store.table("Pod")];
    /** What a kubelet does at the end of the grace period. */
    const finish = (pod: PodVersion) =>
      made.write({ verb: "delete", target: pod, gracePeriodSeconds: 0 });
    return { ...made, pods, finish };
  }

  const owner = (kind: string) => ({
    ownerReferences: [{ apiVersion: "apps/v1", kind, name: "o", uid: "o", controller: true }],
  });

  test("cordons, evicts all but DaemonSets' and static pods, and waits until they are gone", () => {
    const { play, run, pods, finish, steps, evicted, store, warnings } = drained(drain(), {
      bare: {},
      owned: owner("ReplicaSet"),
      daemon: owner("DaemonSet"),
      static: { annotations: { "kubernetes.io/config.mirror": "x" } },
    });
    play(2);
    expect(store.table("Node").find("", "n")?.spec.unschedulable).toBe(true);
    const going = pods().filter((pod) => pod.deletionTimeMicros !== null);
    expect(going.map((pod) => pod.name)).toEqual(["bare", "owned"]);
    expect(evicted).toEqual(["bare", "owned"]);
    expect(steps).toEqual(["1.005s drain Node/n: cordoned"]);
    finish(going[0]!);
    run(10);
    expect(steps.length).toBe(1);
    finish(going[1]!);
    run(20);
    expect(steps.at(-1)).toContain("drain Node/n: drained: 2 pods evicted");
    expect(warnings).toEqual([]);
  });

  test("does not count a pod as evicted that had ended, before the drain or during it", () => {
    const { play, store, server, pods, finish, steps, evicted } = drained(drain(), {
      bare: {},
      done: {},
      ending: {},
    });
    const end = (name: string) => {
      const pod = store.table("Pod").find("default", name)!;
      store.replace(pod, pod.next({ phase: "Succeeded", resourceVersion: store.nextRevision() }));
    };
    end("done");
    const execute = server.execute.bind(server);
    server.execute = (request) => {
      if (request.verb === "evict" && request.target.name === "ending") end("ending");
      return execute(request);
    };
    play(2);
    finish(pods().find((pod) => pod.name === "bare")!);
    play(9);
    expect(evicted).toEqual(["bare"]);
    expect(steps.at(-1)).toContain("drained: 1 pod evicted, 2 that had ended removed");
  });

  test("asks again every 5 s for a pod whose eviction is refused for now", () => {
    const { play, run, server, pods, finish, steps, evicted, store } = drained(drain(), {
      bare: {},
    });
    const execute = server.execute.bind(server);
    const asked: number[] = [];
    server.execute = (request) => {
      if (request.verb !== "evict") return execute(request);
      asked.push(store.engine.now / 1e6);
      if (asked.length === 3) return execute(request);
      const message = "Cannot evict pod as it would violate the pod's disruption budget.";
      return { ok: false, reason: "TooManyRequests", message };
    };
    play(9);
    expect(evicted).toEqual([]);
    run(20);
    expect(asked).toEqual([1.01, 6.015, 11.02]);
    expect(evicted).toEqual(["bare"]);
    finish(pods().find((pod) => pod.name === "bare")!);
    run(30);
    expect(steps.at(-1)).toContain("drained: 1 pod evicted, after 2 refused evictions");
  });

  test("a refusal for good is a warning, and the node is not drained", () => {
    const { play, server, warnings, steps } = drained(drain(), { bare: {} });
    const execute = server.execute.bind(server);
    server.execute = (request) =>
      request.verb === "evict"
        ? { ok: false, reason: "InternalError", message: "more than one budget" }
        : execute(request);
    play(9);
    expect(warnings).toEqual([
      "FailedDrain Pod/bare: more than one budget",
      "FailedDrain Node/n: unable to drain node n: 1 pod not evicted",
    ]);
    expect(steps.length).toBe(1);
  });

  test("with a selector leaves the other pods alone", () => {
    const operation = drain({ podSelector: "app in (web,api),!canary" });
    const { play, store, pods, finish, steps } = drained(operation, {
      web: { labels: { app: "web" } },
      api: { labels: { app: "api" } },
      canary: { labels: { app: "api", canary: "yes" } },
      database: { labels: { app: "database" } },
      bare: {},
    });
    play(2);
    expect(store.table("Node").find("", "n")?.spec.unschedulable).toBe(true);
    const going = pods().filter((pod) => pod.deletionTimeMicros !== null);
    expect(going.map((pod) => pod.name)).toEqual(["web", "api"]);
    for (const pod of going) finish(pod);
    play(4);
    expect(steps.at(-1)).toContain("drained: 2 pods evicted");
  });

  test("sees each second after an eviction whether its pod is gone", () => {
    const { play, run, pods, finish, steps } = drained(drain(), { bare: {} });
    play(3.5);
    finish(pods().find((pod) => pod.name === "bare")!);
    run(4);
    expect(steps.length).toBe(1);
    run(9);
    expect(steps.at(-1)).toBe("4.01s drain Node/n: drained: 1 pod evicted");
  });

  test("gives up after its timeout: on what was evicted at once, on what was refused when it would ask again", () => {
    const { play, server, steps, warnings } = drained(drain({ timeoutMicros: 8e6 }), {
      going: {},
      kept: {},
    });
    const execute = server.execute.bind(server);
    server.execute = (request) =>
      request.verb === "evict" && request.target.name === "kept"
        ? { ok: false, reason: "TooManyRequests", message: "not now" }
        : execute(request);
    play(11);
    expect(warnings).toEqual([]);
    play(20);
    expect(warnings).toEqual(["FailedDrain Node/n: drain did not complete within 8s"]);
    expect(steps.length).toBe(1);
  });

  test("of an empty node is done at once", () => {
    const { play, steps } = drained(drain(), {});
    play(2);
    expect(steps.at(-1)).toContain("drained: 0 pods evicted");
  });

  test("without force leaves a node with pods that nobody would make again", () => {
    const { play, steps, warnings, pods } = drained(drain({ force: false }), { bare: {} });
    play(2);
    expect(warnings.join()).toContain(
      "declare no controller (use force to override): default/bare",
    );
    expect(pods().every((pod) => pod.deletionTimeMicros === null)).toBe(true);
    expect(steps).toEqual(["1.005s drain Node/n: cordoned"]);
  });

  test("gives the grace period that it was told", () => {
    const { play, pods } = drained(drain({ gracePeriodSeconds: 7 }), { bare: {} });
    play(2);
    expect(pods().find((pod) => pod.name === "bare")?.deletionGracePeriodSeconds).toBe(7);
  });

  test("of a node that is not there is a warning", () => {
    const { play, warnings } = world([at(1, drain())]);
    play(5);
    expect(warnings).toEqual(['FailedDrain Node/n: nodes "n" not found']);
  });
});
