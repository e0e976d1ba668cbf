import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { PodVersion } from "../../src/api/pod-version.js";
import { lineOf, newWorld, podManifest, type Script } from "./world.js";

const ago = (seconds: number) => new Date(Date.UTC(2026, 0, 1) - seconds * 1000).toISOString();
const ready = (status: string) => ({ type: "Ready", status, lastTransitionTime: ago(500) });

interface Shown {
  readonly spec?: object;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state: object;
  readonly lastState?: object;
  readonly init?: readonly object[];
  readonly metadata?: object;
}

/** A pod of a dump, accepted ten minutes ago. */
function shown({ spec = {}, phase = "Running", state, metadata = {}, ...more }: Shown): object {
  const isReady = more.ready ?? "running" in state;
  const container = {
    name: "main",
    image: "app:1",
    ready: isReady,
    started: isReady,
    restartCount: more.restartCount ?? 0,
    state,
    lastState: more.lastState ?? {},
  };
  return {
    ...podManifest("pod", { nodeName: "node-0", ...spec }, { uid: "u", ...metadata }),
    status: {
      phase,
      startTime: ago(600),
      podIP: "10.9.9.9",
      conditions: [ready(isReady ? "True" : "False")],
      containerStatuses: [container],
      ...(more.init === undefined ? {} : { initContainerStatuses: more.init }),
    },
  };
}

const running = { running: { startedAt: ago(590) } };
const crashed = (exitCode: number, from: number, to: number) => ({
  terminated: { exitCode, reason: "Error", startedAt: ago(from), finishedAt: ago(to) },
});
const waiting = (reason: string) => ({ waiting: { reason } });
const HOUR = 3600;

/** Pods of which nothing may be written in an hour. */
const SETTLED: readonly (readonly [string, Shown])[] = [
  ["one that runs", { state: running }],
  [
    "one that runs under Never, for longer than the default",
    { spec: { restartPolicy: "Never" }, state: running },
  ],
  ["one that was restarted", { state: running, restartCount: 7, lastState: crashed(1, 900, 700) }],
  [
    "one whose readiness probe fails",
    {
      state: running,
      ready: false,
      spec: {
        containers: [
          { name: "main", image: "app:1", readinessProbe: { exec: { command: ["no"] } } },
        ],
      },
    },
  ],
  ["one whose volume never comes", { phase: "Pending", state: waiting("ContainerCreating") }],
  ["one whose image never comes", { phase: "Pending", state: waiting("ImagePullBackOff") }],
  [
    "one of the node's own",
    { state: running, metadata: { annotations: { "kubernetes.io/config.mirror": "x" } } },
  ],
  [
    "one that has succeeded",
    {
      phase: "Succeeded",
      spec: { restartPolicy: "Never" },
      state: { terminated: { exitCode: 0, reason: "Completed" } },
    },
  ],
];

function load(pod: Shown, scripts: Readonly<Record<string, Script>> = {}) {
  return newWorld({ loaded: [shown(pod)], scripts });
}

describe("the start from a snapshot", () => {
  it.each(SETTLED)("nothing happens to %s", (_name, pod) => {
    const world = load(pod);
    const before = world.pod("pod");
    world.until(HOUR);
    expect(world.pod("pod")).toBe(before);
    expect(world.history).toEqual([]);
    expect(world.events).toEqual([]);
    expect(world.engine.eventsPending).toBe(0);
  });

  it.each(SETTLED.filter(([, pod]) => pod.phase !== "Succeeded"))(
    "deleted, it goes: %s",
    (_name, pod) => {
      const world = load(pod);
      world.until(10).delete("pod");
      expect(world.until(60).line("pod")).toBe("gone");
    },
  );

  it("what waits in backoff goes on failing as it did", () => {
    const world = load({
      state: waiting("CrashLoopBackOff"),
      restartCount: 3,
      ready: false,
      lastState: crashed(9, 25, 5),
    });
    world.until(330);
    expect(world.story("pod")).toEqual([
      "35 Running Ready main=running x4 ready",
      "55 Running main=CrashLoopBackOff x4",
      "135 Running Ready main=running x5 ready",
      "155 Running main=CrashLoopBackOff x5",
      "315 Running Ready main=running x6 ready",
    ]);
    expect(world.pod("pod")?.status.containers[0]?.lastTermination?.exitCode).toBe(9);
  });

  it("unless its behavior is known", () => {
    const world = load(
      {
        state: waiting("CrashLoopBackOff"),
        restartCount: 3,
        ready: false,
        lastState: crashed(9, 25, 5),
      },
      { main: { run: null } },
    );
    world.until(HOUR);
    expect(world.story("pod")).toEqual(["35 Running Ready main=running x4 ready"]);
  });

  it("a container whose behavior says how long it runs ends when that is over", () => {
    const world = load(
      { spec: { restartPolicy: "Never" }, state: running },
      { main: { run: 700 } },
    );
    world.until(HOUR);
    expect(world.story("pod")).toEqual(["110 Succeeded main=Completed 0"]);
  });

  it("a pod that was being deleted goes", () => {
    const metadata = { deletionTimestamp: ago(-20), deletionGracePeriodSeconds: 30 };
    expect(load({ state: running, metadata }).until(60).line("pod")).toBe("gone");
  });

  it("what was bound and not yet seen by its kubelet starts", () => {
    const pod = podManifest("pod", { nodeName: "node-0" });
    const world = newWorld({ loaded: [{ ...pod, status: { phase: "Pending" } }] });
    expect(world.until(10).pod("pod")?.phase).toBe("Running");
  });

  it("init containers that are done are not run again, and the next one is", () => {
    const initContainers = ["one", "two"].map((name) => ({ name, image: "init:1" }));
    const status = (name: string, state: object) => ({
      name,
      image: "init:1",
      ready: false,
      restartCount: 0,
      state,
    });
    const world = load({
      phase: "Pending",
      spec: { initContainers },
      state: waiting("PodInitializing"),
      init: [
        status("one", { terminated: { exitCode: 0, reason: "Completed", finishedAt: ago(1) } }),
        status("two", { running: { startedAt: ago(0) } }),
      ],
    });
    world.until(100);
    expect(world.story("pod")).toEqual([
      "1 Running Ready one=Completed 0 two=Completed 0 main=running ready",
    ]);
  });

  it("pods that run hold their place even where they would not fit", () => {
    const asks = {
      containers: [{ name: "main", image: "app:1", resources: { requests: { cpu: "5" } } }],
    };
    const world = load({ spec: asks, state: running });
    world.bind("more", {
      containers: [{ ...asks.containers[0], resources: { requests: { cpu: "1" } } }],
    });
    world.until(10);
    expect(world.line("pod")).toContain("Running Ready");
    expect(world.line("more")).toBe("Failed(OutOfcpu)");
  });
});

const DUMP = new URL("../../../shared/snapshots/longhorn-3-nodes.yaml", import.meta.url);

describe.skipIf(!existsSync(DUMP))("a live cluster's dump (../shared/snapshots)", () => {
  it("keeps its pods; only the one that crashes is restarted", () => {
    const items = parseAllDocuments(readFileSync(DUMP, "utf8")).flatMap((document) => {
      const content = document.toJS() as { items?: { kind: string }[] };
      return content.items ?? [];
    });
    const loaded = items.filter(({ kind }) => ["Node", "Namespace", "Pod"].includes(kind));
    const world = newWorld({ nodes: 0, loaded, bootstrap: false });
    const pods = () => [...world.store.table("Pod")];
    const before = new Map(pods().map((pod) => [pod.uid, pod]));
    expect(before.size).toBe(58);
    world.until(1800);
    const changed = pods().filter((pod) => before.get(pod.uid) !== pod);
    expect(pods().length).toBe(58);
    expect(changed.map(({ generateName }) => generateName)).toEqual(["velero-6996dd565b-"]);
    const after = changed[0] as PodVersion;
    expect(lineOf(after)).toContain("velero=CrashLoopBackOff");
    // Waits of 40, 80 and 160 s, then 300 s each time.
    expect(after.status.containers[0]?.restartCount).toBe(3 + 3 + 5);
  });
});
