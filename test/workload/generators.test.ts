import { describe, expect, test } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { RandomStreams } from "../../src/kernel/random-streams.js";
import { ArrivalTimes } from "../../src/workload/generators/arrival-times.js";
import type { Generator } from "../../src/workload/generators/generator-options.js";
import { ObjectGenerator } from "../../src/workload/generators/object-generator.js";
import { START_MS } from "../store/fixture.js";
import { newWorld } from "./world.js";

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {},
  spec: { containers: [{ name: "work", image: "work:1" }], restartPolicy: "Never" },
};

function generator(more: Partial<Generator>): Generator {
  return {
    name: "batch",
    arrivals: { type: "every", everyMicros: 1e6 },
    count: null,
    fromMicros: 0,
    untilMicros: null,
    template: POD,
    vary: [],
    ...more,
  };
}

function timesOf(given: Partial<Generator>, limit = 1000, seed = 1): number[] {
  const arrivals = new ArrivalTimes(generator(given), new RandomStreams(seed));
  const times: number[] = [];
  while (times.length < limit) {
    const time = arrivals.next();
    if (time === null) break;
    times.push(time);
  }
  return times;
}

describe("arrivals", () => {
  test.each<[string, Partial<Generator>, number[]]>([
    ["every, from its start", { fromMicros: 5e6, count: 3 }, [5e6, 6e6, 7e6]],
    ["none at or after until", { untilMicros: 2e6 }, [0, 1e6]],
    [
      "at the given times, not before from",
      { arrivals: { type: "at", timesMicros: [1, 7, 7, 9] }, fromMicros: 7 },
      [7, 7, 9],
    ],
    [
      "renewal with equal gaps",
      { arrivals: { type: "renewal", gapMicros: { type: "constant", value: 3 } }, count: 2 },
      [3, 6],
    ],
  ])("%s", (_, given, times) => {
    expect(timesOf(given)).toEqual(times);
  });

  test("poisson: gaps have the mean and the spread of an exponential", () => {
    const times = timesOf({ arrivals: { type: "poisson", ratePerSecond: 2 } }, 20_000);
    const gaps = times.map((time, i) => time - (times[i - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(mean / 500_000).toBeCloseTo(1, 1);
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
  });

  test("with a later end are those with an earlier one, and more", () => {
    const arrivals = { type: "poisson", ratePerSecond: 1 } as const;
    const short = timesOf({ arrivals, untilMicros: 20e6 });
    const long = timesOf({ arrivals, untilMicros: 40e6 });
    expect(long.slice(0, short.length)).toEqual(short);
  });
});

function run(given: Partial<Generator>, seconds = 10, others: readonly Generator[] = []) {
  const world = newWorld();
  const { engine, client, observer } = world;
  const make = (of: Generator) =>
    new ObjectGenerator({ engine, client, observer, generator: of, startTimeMs: START_MS });
  const rest = others.map(make);
  const component = make(generator(given));
  for (const other of rest) other.start();
  component.start();
  world.run(seconds);
  const pods = () => [...world.store.table("Pod")].filter((pod) => pod.name.startsWith("batch-"));
  return { ...world, component, pods };
}

const CPU_CHOICE = {
  field: "requests",
  resource: "cpu",
  distribution: {
    type: "choice",
    items: [
      { value: 500, weight: 3 },
      { value: 4000, weight: 1 },
    ],
  },
} as const;
const RUN = { field: "run", distribution: { type: "exponential", mean: 60e6 } } as const;

const cpuOf = (pod: PodVersion) => pod.spec.containers[0]?.resources?.requests?.cpu;

describe("a generator", () => {
  test("names its objects by number and labels them", () => {
    const { pods } = run({ count: 2 });
    expect(pods().map((pod) => pod.name)).toEqual(["batch-0", "batch-1"]);
    expect(pods()[0]?.labels).toEqual({ "seatrial.dev/generator": "batch" });
  });

  test("has one event pending", () => {
    const { engine, client, observer } = newWorld();
    const options = { engine, client, observer, startTimeMs: START_MS };
    new ObjectGenerator({ ...options, generator: generator({ count: 500 }) }).start();
    expect(engine.eventsPending).toBe(1);
  });

  test("shares the spec of pods with equal amounts", () => {
    const { pods } = run({ vary: [CPU_CHOICE] }, 60);
    const specs = new Set(pods().map((pod) => pod.spec));
    expect(specs.size).toBe(2);
    const small = pods().filter((pod) => cpuOf(pod) === "500m").length;
    expect(small).toBeGreaterThan(pods().length / 2);
    expect(pods().every((pod) => ["500m", "4000m"].includes(String(cpuOf(pod))))).toBe(true);
  });

  test("says how long the pods run where that varies, each its own time", () => {
    const { pods, component } = run({ vary: [RUN] });
    const runs = pods().map((pod) => component.podRun(pod)?.runMicros);
    expect(runs.every((micros) => typeof micros === "number")).toBe(true);
    expect(new Set(runs).size).toBe(runs.length);
    expect(pods().map((pod) => component.podRun(pod)?.runMicros)).toEqual(runs);
  });

  test("knows the pods of the workload objects that it makes", () => {
    const labels = { app: "x" };
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: POD.spec.containers } },
    };
    const template = { apiVersion: "apps/v1", kind: "Deployment", metadata: {}, spec };
    const { store, component, create } = run({ template, vary: [CPU_CHOICE, RUN], count: 3 });
    const names = [...store.table("Deployment")].map((deployment) => deployment.name);
    expect(names).toEqual(["batch-0", "batch-1", "batch-2"]);
    const owned = (kind: string, name: string, pod: string) =>
      create({
        ...POD,
        metadata: {
          name: pod,
          ownerReferences: [{ apiVersion: "apps/v1", kind, name, uid: "u", controller: true }],
        },
      }) as PodVersion;
    expect(component.podRun(owned("ReplicaSet", "batch-1-5d8f", "p1"))?.runMicros).toBeGreaterThan(
      0,
    );
    expect(component.podRun(owned("ReplicaSet", "other-1-5d8f", "p2"))).toBeNull();
    expect(component.podRun(owned("StatefulSet", "batch-1", "p3"))).toBeNull();
  });

  test("draws the same whatever else the scenario has", () => {
    const given = {
      vary: [CPU_CHOICE, RUN],
      arrivals: { type: "poisson", ratePerSecond: 3 },
    } as const;
    const seen = (world: ReturnType<typeof run>) =>
      world
        .pods()
        .map((pod) => [pod.name, pod.creationTimeMicros, cpuOf(pod), world.component.podRun(pod)]);
    const other = generator({ name: "other", vary: [RUN] });
    expect(seen(run(given, 10, [other]))).toEqual(seen(run(given)));
  });

  test("takes a refusal as a warning", () => {
    const { component, warnings } = run({
      count: 1,
      template: { ...POD, metadata: { namespace: "no" } },
    });
    expect(component.refusedCount).toBe(1);
    expect(warnings).toEqual(['FailedCreate Pod/batch-0: namespaces "no" not found']);
  });
});
