import { describe, expect, it } from "vitest";
import { newWorld, type Script } from "./world.js";

interface Case {
  readonly spec?: object;
  readonly scripts?: Readonly<Record<string, Script>>;
  /** Deletes the pod at that second, with that grace period. */
  readonly deleteAt?: number;
  readonly grace?: number;
  readonly until: number;
  readonly story: readonly string[];
}

const c = (name: string, more: object = {}) => ({ name, image: `${name}:1`, ...more });
const exec = { command: ["check"] };
const never = { restartPolicy: "Never" };
const onFailure = { restartPolicy: "OnFailure" };
const readiness = (probe: object) => ({
  containers: [c("main", { readinessProbe: { exec, ...probe } })],
});

function play({ spec = {}, scripts = {}, deleteAt, grace, until }: Case) {
  const world = newWorld({ scripts });
  world.bind("pod", { containers: [c("main")], ...spec });
  if (deleteAt !== undefined) {
    world.until(deleteAt);
    world.delete("pod", grace);
  }
  world.until(until);
  return world;
}

/** What was written after the creation and the binding. */
const written = (story: readonly string[]) => story.slice(1);

const LIVES: readonly (readonly [string, Case])[] = [
  [
    "under Always it runs for ever, and is ready at once without a probe",
    { until: 10_000, story: ["0 Running Ready main=running ready"] },
  ],
  [
    "under Never it runs for a minute and succeeds",
    {
      spec: never,
      until: 1000,
      story: ["0 Running Ready main=running ready", "60 Succeeded main=Completed 0"],
    },
  ],
  [
    "under Never it fails with its exit code, and is not restarted",
    {
      spec: never,
      scripts: { main: { run: 5, exit: 3 } },
      until: 1000,
      story: ["0 Running Ready main=running ready", "5 Failed main=Error 3"],
    },
  ],
  [
    "under OnFailure it is restarted until it succeeds",
    {
      spec: onFailure,
      scripts: { main: { run: 5, exit: [1, 0] } },
      until: 1000,
      story: [
        "0 Running Ready main=running ready",
        "5 Running main=Error 1",
        "5 Running Ready main=running x1 ready",
        "10 Succeeded main=Completed 0 x1",
      ],
    },
  ],
  [
    "under Always it is restarted after a good end too, and waits longer each time",
    {
      scripts: { main: { run: 1 } },
      until: 40,
      story: [
        "0 Running Ready main=running ready",
        "1 Running main=Completed 0",
        "1 Running Ready main=running x1 ready",
        "2 Running main=CrashLoopBackOff x1",
        "12 Running Ready main=running x2 ready",
        "13 Running main=CrashLoopBackOff x2",
        "33 Running Ready main=running x3 ready",
        "34 Running main=CrashLoopBackOff x3",
      ],
    },
  ],
  [
    "two containers: the pod is done when both are",
    {
      spec: { ...never, containers: [c("main"), c("side")] },
      scripts: { main: { run: 2 }, side: { run: 4, exit: 1 } },
      until: 100,
      story: [
        "0 Running Ready main=running ready side=running ready",
        "2 Running main=Completed 0 side=running ready",
        "4 Failed main=Completed 0 side=Error 1",
      ],
    },
  ],
];

const INIT: readonly (readonly [string, Case])[] = [
  [
    "init containers run one after the other, then the others start",
    {
      spec: { initContainers: [c("one"), c("two")] },
      scripts: { two: { run: 3 } },
      until: 100,
      story: [
        "0 Pending one=running two=PodInitializing main=PodInitializing",
        "1 Pending one=Completed 0 two=running main=PodInitializing",
        "4 Running Ready one=Completed 0 two=Completed 0 main=running ready",
      ],
    },
  ],
  [
    "an init container that fails is tried again, even under Always",
    {
      spec: { initContainers: [c("one")] },
      scripts: { one: { run: 2, exit: [1, 1, 0] } },
      until: 100,
      story: [
        "0 Pending one=running main=PodInitializing",
        "2 Pending one=Error 1 main=PodInitializing",
        "2 Pending one=running x1 main=PodInitializing",
        "4 Pending one=CrashLoopBackOff x1 main=PodInitializing",
        "14 Pending one=running x2 main=PodInitializing",
        "16 Running Ready one=Completed 0 x2 main=running ready",
      ],
    },
  ],
  [
    "an init container that fails under Never fails the pod",
    {
      spec: { ...never, initContainers: [c("one"), c("two")] },
      scripts: { one: { run: 2, exit: 7 } },
      until: 100,
      story: [
        "0 Pending one=running two=PodInitializing main=PodInitializing",
        "2 Failed one=Error 7 two=PodInitializing main=PodInitializing",
      ],
    },
  ],
  [
    "a sidecar starts before what follows it, and goes when the others are done",
    {
      spec: {
        ...never,
        initContainers: [c("one"), c("side", { restartPolicy: "Always" }), c("two")],
      },
      scripts: { side: { run: null, stop: 2 }, main: { run: 10 } },
      until: 100,
      story: [
        "0 Pending one=running side=PodInitializing two=PodInitializing main=PodInitializing",
        "1 Pending one=Completed 0 side=running ready two=running main=PodInitializing",
        "2 Running Ready one=Completed 0 side=running ready two=Completed 0 main=running ready",
        "12 Running one=Completed 0 side=running ready two=Completed 0 main=Completed 0",
        "14 Succeeded one=Completed 0 side=Completed 0 two=Completed 0 main=Completed 0",
      ],
    },
  ],
  [
    "a sidecar with a startup probe holds up what follows it",
    {
      spec: {
        initContainers: [
          c("side", { restartPolicy: "Always", startupProbe: { exec, periodSeconds: 2 } }),
        ],
      },
      scripts: { side: { start: 3, run: null } },
      until: 100,
      story: [
        "0 Pending side=running main=PodInitializing",
        "4 Running Ready side=running ready main=running ready",
      ],
    },
  ],
];

const PROBES: readonly (readonly [string, Case])[] = [
  [
    "ready at the first probe at which it serves",
    {
      spec: readiness({ periodSeconds: 5 }),
      scripts: { main: { start: 7, run: null } },
      until: 100,
      story: ["0 Running main=running", "10 Running Ready main=running ready"],
    },
  ],
  [
    "not before the initial delay, on the grid of periods",
    {
      spec: readiness({ periodSeconds: 10, initialDelaySeconds: 25 }),
      until: 100,
      story: ["0 Running main=running", "30 Running Ready main=running ready"],
    },
  ],
  [
    "as many successes as it asks for",
    {
      spec: readiness({ periodSeconds: 2, successThreshold: 3 }),
      until: 100,
      story: ["0 Running main=running", "6 Running Ready main=running ready"],
    },
  ],
  [
    "a startup probe holds the readiness probe back",
    {
      spec: {
        containers: [
          c("main", {
            startupProbe: { exec, periodSeconds: 3, failureThreshold: 10 },
            readinessProbe: { exec, periodSeconds: 4, initialDelaySeconds: 20 },
          }),
        ],
      },
      scripts: { main: { start: 8, run: null } },
      until: 100,
      story: ["0 Running main=running", "21 Running Ready main=running ready"],
    },
  ],
  [
    "a startup probe that fails too often has the container killed",
    {
      spec: {
        containers: [c("main", { startupProbe: { exec, periodSeconds: 3, failureThreshold: 2 } })],
      },
      scripts: { main: { start: 60, run: null, stop: 2 } },
      until: 18,
      story: [
        "0 Running main=running",
        "5 Running main=Completed 0",
        "5 Running main=running x1",
        "10 Running main=CrashLoopBackOff x1",
      ],
    },
  ],
  [
    "so does a liveness probe of a container that is slow to serve",
    {
      spec: {
        containers: [c("main", { livenessProbe: { exec, periodSeconds: 3, failureThreshold: 3 } })],
      },
      scripts: { main: { start: 60, run: null, stop: 2 } },
      until: 12,
      story: [
        "0 Running Ready main=running ready",
        "8 Running main=Completed 0",
        "8 Running Ready main=running x1 ready",
      ],
    },
  ],
];

const ENDS: readonly (readonly [string, Case])[] = [
  [
    "deleted while it runs: SIGTERM, its last status, gone",
    {
      deleteAt: 20,
      until: 100,
      story: [
        "0 Running Ready main=running ready",
        "20 Running Ready deleted main=running ready",
        "21 Succeeded deleted main=Completed 0",
        "21 gone",
      ],
    },
  ],
  [
    "deleted, but it does not heed SIGTERM: SIGKILL after the grace period",
    {
      scripts: { main: { run: null, stop: 500 } },
      deleteAt: 20,
      until: 100,
      story: [
        "0 Running Ready main=running ready",
        "20 Running Ready deleted main=running ready",
        "50 Failed deleted main=Error 137",
        "50 gone",
      ],
    },
  ],
  [
    "the preStop hook counts in the grace period",
    {
      spec: {
        containers: [c("main", { lifecycle: { preStop: { sleep: { seconds: 8 } } } })],
        terminationGracePeriodSeconds: 10,
      },
      scripts: { main: { run: null, stop: 5 } },
      deleteAt: 20,
      until: 100,
      story: [
        "0 Running Ready main=running ready",
        "20 Running Ready deleted main=running ready",
        "30 Failed deleted main=Error 137",
        "30 gone",
      ],
    },
  ],
  [
    "deleted by force: gone at once",
    {
      deleteAt: 20,
      grace: 0,
      until: 100,
      story: [
        "0 Running Ready main=running ready",
        "20 Running Ready deleted main=running ready",
        "20 gone",
      ],
    },
  ],
  [
    "deleted while an init container runs",
    {
      spec: { initContainers: [c("one"), c("two")] },
      scripts: { one: { run: 60 } },
      deleteAt: 20,
      until: 100,
      story: [
        "0 Pending one=running two=PodInitializing main=PodInitializing",
        "20 Pending deleted one=running two=PodInitializing main=PodInitializing",
        "21 Failed deleted one=Completed 0 two=PodInitializing main=PodInitializing",
        "21 gone",
      ],
    },
  ],
  [
    "deleted while it waits in backoff",
    {
      scripts: { main: { run: 1, exit: 1 } },
      deleteAt: 5,
      until: 100,
      story: [
        "0 Running Ready main=running ready",
        "1 Running main=Error 1",
        "1 Running Ready main=running x1 ready",
        "2 Running main=CrashLoopBackOff x1",
        "5 Running deleted main=CrashLoopBackOff x1",
        "5 Failed deleted main=ContainerStatusUnknown 137 x1",
        "5 gone",
      ],
    },
  ],
  [
    "deleted while its image is pulled",
    {
      scripts: { main: { image: 1000 } },
      deleteAt: 5,
      until: 100,
      story: [
        "0 Pending main=ContainerCreating",
        "5 Pending deleted main=ContainerCreating",
        "5 Failed deleted main=ContainerStatusUnknown 137",
        "5 gone",
      ],
    },
  ],
  [
    "past its active deadline it fails",
    {
      spec: { ...never, activeDeadlineSeconds: 30 },
      until: 100,
      story: [
        "0 Running Ready main=running ready",
        "30 Running(DeadlineExceeded) Ready main=running ready",
        "31 Failed(DeadlineExceeded) main=Completed 0",
      ],
    },
  ],
];

describe.each([
  ["runs and restarts", LIVES],
  ["init containers and sidecars", INIT],
  ["probes", PROBES],
  ["the end", ENDS],
] as const)("%s", (_what, cases) => {
  it.each(cases)("%s", (_name, lived) => {
    expect(written(play(lived).story("pod"))).toEqual(lived.story);
  });
});

describe("a pod's life", () => {
  it("is told in Kubernetes Events", () => {
    const { events } = play({ deleteAt: 5, until: 10, story: [] });
    expect(events).toEqual([
      'pod Pulling: Pulling image "main:1"',
      'pod Pulled: Successfully pulled image "main:1" for container main',
      "pod Created: Created container: main",
      "pod Started: Started container main",
      "pod Killing: Stopping container main",
    ]);
  });

  it("backs off from 10 s to 5 min and starts anew after ten good minutes", () => {
    const world = play({ scripts: { main: { run: 1, exit: 1 } }, until: 2000, story: [] });
    const starts = world.story("pod").filter((line) => line.includes("running"));
    const at = starts.map((line) => Number(line.split(" ")[0]));
    const waits = at.slice(1).map((time, i) => time - at[i]! - 1);
    expect(waits.slice(0, 9)).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);

    const rare = play({ scripts: { main: { run: 601, exit: 1 } }, until: 10_000, story: [] });
    expect(rare.story("pod").some((line) => line.includes("CrashLoopBackOff"))).toBe(false);
    expect(rare.pod("pod")?.status.containers[0]?.restartCount).toBe(16);
  });

  it("a second deletion may shorten the grace period", () => {
    const world = newWorld({ scripts: { main: { run: null, stop: 500 } } });
    world.bind("pod");
    world.until(10).delete("pod");
    world.until(12).delete("pod", 5);
    expect(world.until(16).line("pod")).toContain("deleted");
    expect(world.until(18).line("pod")).toBe("gone");
  });

  it("keeps a deleted pod with a finalizer, ended, until the finalizer goes", () => {
    const world = newWorld();
    world.bind("pod", {}, "node-0", { finalizers: ["example.com/wait"] });
    world.until(10).delete("pod");
    expect(world.until(60).line("pod")).toBe("Succeeded deleted main=Completed 0");
    world.do({ verb: "patch", target: world.target("pod"), change: { finalizers: [] } });
    expect(world.line("pod")).toBe("gone");
  });

  it("conditions follow the containers, and readiness gates count", () => {
    const world = newWorld({ scripts: { one: { run: 5 } } });
    const gate = { readinessGates: [{ conditionType: "example.com/up" }] };
    world.bind("pod", { initContainers: [c("one")], containers: [c("main")], ...gate });
    const conditions = () =>
      Object.fromEntries(
        world
          .pod("pod")!
          .status.conditions.map(({ type, status, reason }) => [
            type,
            `${status} ${reason}`.trim(),
          ]),
      );
    expect(conditions()).toEqual({ PodScheduled: "True" });
    world.until(2);
    expect(conditions()).toEqual({
      PodScheduled: "True",
      Initialized: "False ContainersNotInitialized",
      ContainersReady: "False ContainersNotReady",
      Ready: "False ContainersNotReady",
      PodReadyToStartContainers: "True",
    });
    world.until(10);
    expect(conditions()).toMatchObject({
      Initialized: "True",
      ContainersReady: "True",
      Ready: "False ReadinessGatesNotReady",
    });
    const up = { type: "example.com/up", status: "True", reason: "", message: "" } as const;
    world.do({
      verb: "patch",
      target: world.target("pod"),
      change: { setConditions: [{ ...up, lastTransitionTimeMicros: 10_000_000 }] },
    });
    world.until(11);
    expect(conditions()).toMatchObject({ Ready: "True" });
  });
});
