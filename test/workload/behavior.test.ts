import { describe, expect, test } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { type BehaviorSource, DefaultBehavior } from "../../src/cluster/container-behavior.js";
import type { BehaviorEntry } from "../../src/workload/behavior/behavior-entry.js";
import { ContainerBehavior } from "../../src/workload/behavior/container-behavior.js";
import { entityOrdinal } from "../../src/workload/behavior/entity-ordinal.js";
import { podManifest } from "../store/fixture.js";
import { newWorld } from "./world.js";

const DEFAULTS = {
  imageBytes: 0,
  startMicros: 1e6,
  stopMicros: 1e6,
  runMicros: 60e6,
  initRunMicros: 1e6,
  exitCode: 0,
  cpuShareOfRequest: 0.5,
  memoryShareOfRequest: 1,
};

const MATCH = {
  namespace: null,
  labels: {},
  container: null,
  indexes: null,
  image: null,
  node: null,
  names: null,
  first: null,
};

function entry(more: Partial<Omit<BehaviorEntry, "match">>, match: object = {}): BehaviorEntry {
  return {
    match: { ...MATCH, ...match },
    imageBytes: null,
    imageMissing: false,
    sandboxMicros: null,
    neverStarts: null,
    ready: null,
    startMicros: null,
    run: null,
    exitCodes: [],
    stopMicros: null,
    cpuMillis: null,
    memoryBytes: null,
    cpuOverTime: null,
    memoryOverTime: null,
    crashMicros: null,
    diskBytes: null,
    processes: null,
    unhealthy: null,
    postStart: null,
    ...more,
  };
}

const constant = (value: number) => ({ type: "constant", value }) as const;
const random = (mean: number) => ({ type: "exponential", mean }) as const;

function behaving(entries: readonly BehaviorEntry[], seed = 1) {
  const world = newWorld(seed);
  const options = { store: world.store, streams: world.engine.streams, defaults: DEFAULTS };
  // Structural: what the kubelets ask for is what the workload gives.
  const behavior = new ContainerBehavior({ ...options, entries, usageEveryMicros: 15e6 });
  const source: BehaviorSource = behavior;
  const pod = (name: string, spec: object = {}, metadata: object = {}) =>
    world.create(podManifest(name, spec, metadata)) as PodVersion;
  const owned = (name: string, owner: string) =>
    pod(
      name,
      {},
      {
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: owner, controller: true },
        ],
      },
    );
  const run = (of: PodVersion, ordinal = 0) =>
    source.containerRun(of, of.spec.containers[0]!, false, ordinal);
  return { ...world, behavior, source, pod, owned, run };
}

describe("a container of which nobody says anything", () => {
  test.each([
    ["Always", false, null],
    ["OnFailure", false, 60e6],
    ["Never", false, 60e6],
    ["Never", true, 1e6],
  ])("under restartPolicy %s (init container: %s) runs %s", (restartPolicy, init, runMicros) => {
    const { pod, source } = behaving([]);
    const of = pod("a", { restartPolicy });
    const container = of.spec.containers[0]!;
    const run = source.containerRun(of, container, init, 0);
    expect(run).toEqual({ startMicros: 1e6, runMicros, exitCode: 0, assumed: true });
    expect(run).toEqual(new DefaultBehavior().containerRun(of, container, init, 0));
  });

  test("uses half of its CPU request and all of its memory request, and stops in 1 s", () => {
    const { pod, source } = behaving([]);
    const requests = { cpu: "300m", memory: "1Gi" };
    const of = pod("a", { containers: [{ name: "c", image: "i", resources: { requests } }] });
    const container = of.spec.containers[0]!;
    expect(source.usage?.(of, container, 0)).toEqual({ cpuMillis: 150, memoryBytes: 2 ** 30 });
    expect(source.stopMicros(of, container)).toBe(1e6);
    expect(source.imageBytes(of, container)).toBe(0);
  });

  test("is counted once, however often it starts", () => {
    const { pod, run, behavior } = behaving([
      entry({ run: "forever" }, { labels: { app: "web" } }),
    ]);
    const init = { initContainers: [{ name: "setup", image: "i" }] };
    const plain = pod("a", init);
    run(plain);
    run(plain, 1);
    expect(behavior.defaultContainersCount).toBe(2);
    run(pod("b", {}, { labels: { app: "web" } }));
    expect(behavior.defaultContainersCount).toBe(2);
  });
});

describe("entries", () => {
  test.each<[string, object, boolean]>([
    ["no condition", {}, true],
    ["its namespace", { namespace: "default" }, true],
    ["another namespace", { namespace: "shop" }, false],
    ["all of its labels", { labels: { app: "web", tier: "front" } }, true],
    ["one label that it lacks", { labels: { app: "web", zone: "a" } }, false],
    ["its name", { container: "main" }, true],
    ["another container's name", { container: "proxy" }, false],
    ["its image", { image: "web:v1" }, true],
    ["another image", { image: "web:v2" }, false],
    ["its pod's node", { node: "n" }, true],
    ["another node", { node: "m" }, false],
    ["its pod's name among others", { names: ["z", "a"] }, true],
    ["other names", { names: ["b"] }, false],
    ["an index among others", { indexes: [0, 3] }, true],
    ["other indexes", { indexes: [0, 33] }, false],
  ])("match by %s", (_, match, matches) => {
    const { pod, run } = behaving([entry({ run: constant(7) }, match)]);
    const containers = [{ name: "main", image: "web:v1" }];
    const annotations = { "batch.kubernetes.io/job-completion-index": "3" };
    const labels = { app: "web", tier: "front" };
    const of = pod("a", { containers, nodeName: "n" }, { labels, annotations });
    expect(run(of).runMicros === 7).toBe(matches);
    expect(run(of).assumed === true).toBe(!matches);
  });

  test("for the first pods only leave those that come later to a node to the next entry", () => {
    const { pod, run } = behaving([
      entry({ run: constant(7) }, { first: 2, names: ["a", "b", "d", "waiting"] }),
      entry({ run: constant(9) }),
    ]);
    expect(run(pod("waiting")).runMicros).toBe(9);
    const bound = ["a", "b", "c", "d"].map((name) => pod(name, { nodeName: "n" }));
    expect(bound.map((one) => run(one).runMicros)).toEqual([7, 7, 9, 9]);
    expect(run(bound[0]!, 1).runMicros).toBe(7);
  });

  test("say how long a sandbox takes, when a container is ready and why it never starts", () => {
    const { pod, run, source } = behaving([
      entry({ ready: "never" }, { labels: { app: "sick" } }),
      entry({ sandboxMicros: constant(3), ready: constant(5), neverStarts: "NoConfig" }),
    ]);
    const sick = pod("a", {}, { labels: { app: "sick" } });
    const well = pod("b");
    expect([run(sick).readyMicros, run(well).readyMicros]).toEqual([null, 5]);
    expect([source.sandboxMicros?.(sick), source.sandboxMicros?.(well)]).toEqual([0, 3]);
    expect(source.neverStarts?.(sick, sick.spec.containers[0]!)).toBeNull();
    expect(source.neverStarts?.(well, well.spec.containers[0]!)).toBe("NoConfig");
  });

  test("the first that matches decides alone", () => {
    const { pod, run } = behaving([
      entry({ startMicros: constant(5) }, { labels: { app: "web" } }),
      entry({ run: constant(7), startMicros: constant(9) }),
    ]);
    expect(run(pod("a", {}, { labels: { app: "web" } }))).toMatchObject({
      startMicros: 5,
      runMicros: null,
    });
    expect(run(pod("b"))).toMatchObject({ startMicros: 9, runMicros: 7 });
  });

  test("an init container is matched by its name only", () => {
    const { pod, source } = behaving([
      entry({ run: constant(5) }, { container: "setup" }),
      entry({ run: "forever" }),
    ]);
    const initContainers = [
      { name: "setup", image: "i" },
      { name: "other", image: "i" },
      { name: "sidecar", image: "i", restartPolicy: "Always" },
    ];
    const of = pod("a", { initContainers });
    const runs = of.spec.initContainers?.map((c) => source.containerRun(of, c, true, 0).runMicros);
    expect(runs).toEqual([5, 1e6, null]);
  });

  test("a crash comes after the start, unless the container ends before", () => {
    const crash = { startMicros: constant(2), crashMicros: constant(10) };
    const { pod, run } = behaving([
      entry({ ...crash, run: constant(12) }, { labels: { ends: "first" } }),
      entry({ ...crash, run: "forever" }),
    ]);
    const crashed = { startMicros: 2, runMicros: 12, exitCode: 1, reason: "Error" };
    expect(run(pod("a"))).toEqual({ ...crashed, assumed: false });
    const ends = run(pod("b", {}, { labels: { ends: "first" } }));
    expect(ends).toEqual({ startMicros: 2, runMicros: 12, exitCode: 0, assumed: false });
  });
});

describe("draws", () => {
  const entries = [entry({ run: random(60e6), startMicros: random(1e6) })];

  test("belong to the owner and the number of the pod, not to its name", () => {
    const first = behaving(entries);
    const second = behaving(entries);
    second.pod("other");
    const one = [first.owned("web-abcde", "web"), first.owned("web-fghij", "web")];
    const two = [second.owned("web-zzzzz", "web"), second.owned("web-yyyyy", "web")];
    expect(two.map((pod) => second.run(pod))).toEqual(one.map((pod) => first.run(pod)));
    expect(first.run(one[0]!)).not.toEqual(first.run(one[1]!));
  });

  test("differ by run, by seed and by field", () => {
    const { pod, run } = behaving(entries);
    const other = behaving(entries, 2);
    const of = pod("a");
    expect(run(of, 1)).not.toEqual(run(of, 0));
    expect(run(of, 0)).toEqual(run(of, 0));
    expect(other.run(other.pod("a"))).not.toEqual(run(of));
    expect(run(of).startMicros * 60).not.toBeCloseTo(run(of).runMicros ?? 0, -3);
  });

  test("have the distribution that the entry says", () => {
    const { pod, run } = behaving(entries);
    const runs = Array.from({ length: 3000 }, (_, i) => run(pod(`pod-${i}`)).runMicros ?? 0);
    const mean = runs.reduce((sum, micros) => sum + micros, 0) / runs.length;
    expect(Math.abs(mean / 60e6 - 1)).toBeLessThan(0.1);
  });
});

describe("whoever made the pod", () => {
  test("counts for more than an entry, but not for init containers", () => {
    const { pod, source, behavior } = behaving([entry({ run: "forever", exitCodes: [3] })]);
    const initContainers = [{ name: "setup", image: "i" }];
    const of = pod("a", { initContainers });
    behavior.addSource({ podRun: () => null });
    behavior.addSource({ podRun: () => ({ runMicros: 42, cpuMillis: 7 }) });
    const main = of.spec.containers[0]!;
    const init = of.spec.initContainers![0]!;
    expect(source.containerRun(of, main, false, 0)).toMatchObject({ runMicros: 42, exitCode: 3 });
    expect(source.containerRun(of, init, true, 0).runMicros).toBe(1e6);
    expect(source.usage?.(of, main, 0).cpuMillis).toBe(7);
  });
});

test("names have numbers of their own", () => {
  const numbers = new Set<number>();
  for (let i = 0; i < 50_000; i++)
    numbers.add(entityOrdinal(`shop/ReplicaSet/web-5d8f#${i}/main/0`));
  expect(numbers.size).toBe(50_000);
  for (const number of numbers) expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
});
