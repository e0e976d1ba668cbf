import { describe, expect, test } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { prepareTrace } from "../../src/workload/traces/prepare-trace.js";
import { TraceLoader } from "../../src/workload/traces/trace-loader.js";
import type { TraceOptions } from "../../src/workload/traces/trace-options.js";
import { TraceReplay } from "../../src/workload/traces/trace-replay.js";
import { AS_IT_IS } from "./trace-text.js";
import { newWorld } from "./world.js";

const column = (from: string, factor: number) => ({ from, factor });
const MAPPING = {
  name: null,
  namespace: column("ns", 1),
  arrival: column("at", 1e6),
  duration: column("run", 1e6),
  end: null,
  cpu: column("cpu", 1000),
  memory: null,
  gpu: column("gpu", 1),
  priority: column("prio", 1),
};

function replay(rows: readonly string[], options: Partial<TraceOptions> = {}) {
  const world = newWorld();
  const loader = new TraceLoader({
    name: "jobs",
    format: { format: "csv", columns: MAPPING },
    options: { ...AS_IT_IS, ...options },
    streams: world.engine.streams,
  });
  loader.push(["ns,at,run,cpu,gpu,prio", ...rows].join("\n"));
  const trace = prepareTrace(loader.end(), { cpuMillis: 1000, memoryBytes: 1, gpus: 4 });
  if (typeof trace === "string") throw new Error(trace);
  const { engine, client, observer } = world;
  const component = new TraceReplay({ engine, client, observer, trace });
  const pods = () => [...world.store.table("Pod")];
  return { ...world, replay: component, pods };
}

describe("replaying a trace", () => {
  test("creates each pod when it arrives", () => {
    const { replay: component, run, pods } = replay([",0,1,1,0,", ",10,1,1,0,", ",10,1,1,0,"]);
    component.start();
    run(1);
    expect(pods().map((pod) => pod.name)).toEqual(["jobs-0"]);
    run(20);
    expect(pods().map((pod) => [pod.name, pod.creationTimeMicros])).toEqual([
      ["jobs-0", 5_000],
      ["jobs-1", 10_005_000],
      ["jobs-2", 10_005_000],
    ]);
  });

  test("has one event pending, however many pods are to come", () => {
    const rows = Array.from({ length: 500 }, (_, i) => `,${i + 1},1,1,0,`);
    const { replay: component, engine } = replay(rows);
    component.start();
    expect(engine.eventsPending).toBe(1);
  });

  test("shares spec and labels between pods of one shape", () => {
    const { replay: component, run, pods } = replay([",0,1,1,0,", ",0,9,1,0,", ",0,1,2,0,"]);
    component.start();
    run(1);
    const [first, second, third] = pods() as [PodVersion, PodVersion, PodVersion];
    expect(second.spec).toBe(first.spec);
    expect(second.labels).toBe(first.labels);
    expect(third.spec).not.toBe(first.spec);
    expect(first.labels["seatrial.dev/trace"]).toBe("jobs");
  });

  test("asks for what the trace's pod asked for, and runs once", () => {
    const { replay: component, run, pods } = replay([",0,1,0.25,2,"]);
    component.start();
    run(1);
    const [pod] = pods();
    expect(pod?.spec.restartPolicy).toBe("Never");
    expect(pod?.spec.containers[0]?.resources).toEqual({
      requests: { cpu: "250m", "nvidia.com/gpu": "2" },
      limits: { "nvidia.com/gpu": "2" },
    });
  });

  test("makes the namespaces and priority classes that its pods name", () => {
    const rows = ["team-a,0,1,1,0,7", "team-a,0,1,1,0,-7", "default,0,1,1,0,"];
    const { replay: component, run, pods, warnings } = replay(rows);
    component.start();
    run(1);
    expect(warnings).toEqual([]);
    expect(pods().map((pod) => [pod.namespace, pod.spec.priority])).toEqual([
      ["team-a", 7],
      ["team-a", -7],
      ["default", 0],
    ]);
  });

  test("takes a refusal as a warning", () => {
    const { replay: component, run, warnings } = replay([",0,1,1,0,no-such-class", ",1,1,1,0,"]);
    component.start();
    run(5);
    expect(component.refusedCount).toBe(1);
    expect(warnings.join()).toContain("no PriorityClass with name no-such-class was found");
  });

  test.each([
    ["duration", 60e6],
    ["absolute", 40e6],
    ["none", null],
  ] as const)("lifetime %s: a container that starts 20 s late runs %s", (lifetime, runMicros) => {
    const world = replay([",10,60,1,0,"], { lifetime });
    world.replay.start();
    world.run(30);
    const [pod] = world.pods();
    expect(world.replay.podRun(pod!)).toEqual({ runMicros });
  });

  test("knows nothing of other people's pods", () => {
    const world = replay([",1,1,1,0,"]);
    const spec = { containers: [{ name: "c", image: "i" }] };
    const foreign = { apiVersion: "v1", kind: "Pod", metadata: { name: "jobs-7" }, spec };
    world.create(foreign);
    world.replay.start();
    world.run(5);
    const pods = world.pods();
    expect(pods.map((pod) => world.replay.podRun(pod) !== null)).toEqual([false, true]);
  });
});
