import { describe, expect, it } from "vitest";
import { MICROS_PER_HOUR, MICROS_PER_SECOND } from "../../src/base/time.js";
import { DefaultBehavior } from "../../src/cluster/container-behavior.js";
import { type ClusterObserver, UNOBSERVED } from "../../src/record/cluster-observer.js";
import { newWorld, scripted } from "./world.js";

const twice = (more: object = {}) => ({
  initContainers: [{ name: "init", image: "init:1" }],
  containers: [{ name: "main", image: "app:1", ...more }],
});

describe("containers of which nothing is known", () => {
  it.each([
    ["Always", "Running Ready init=Completed 0 main=running ready"],
    ["OnFailure", "Succeeded init=Completed 0 main=Completed 0"],
    ["Never", "Succeeded init=Completed 0 main=Completed 0"],
  ])("under %s an hour later: %s", (restartPolicy, line) => {
    const behavior = new DefaultBehavior();
    const world = newWorld({ behavior });
    world.bind("pod", { restartPolicy, ...twice() });
    world.until(1).bind("other", { restartPolicy, ...twice() });
    expect(world.until(3600).line("pod")).toBe(line);
    expect(behavior.containersCount).toBe(4);
  });

  it("serve one second after their start, run a minute and stop within a second", () => {
    const world = newWorld({ behavior: new DefaultBehavior() });
    const readinessProbe = { exec: { command: ["check"] }, periodSeconds: 1 };
    world.bind("pod", { restartPolicy: "Never", ...twice({ readinessProbe }) });
    world.until(30).bind("gone", twice());
    world.until(40).delete("gone");
    world.until(100);
    expect(world.story("pod").slice(2)).toEqual([
      "1 Running init=Completed 0 main=running",
      "2 Running Ready init=Completed 0 main=running ready",
      "61 Succeeded init=Completed 0 main=Completed 0",
    ]);
    expect(world.story("gone").at(-1)).toBe("41 gone");
  });
});

describe("what containers use", () => {
  it("is told when they start and end, summed over the pod", () => {
    const told: string[] = [];
    const observer: ClusterObserver = {
      ...UNOBSERVED,
      podUsage: (pod, cpu, memory, time) =>
        told.push(`${Math.floor(time / MICROS_PER_SECOND)} ${pod.name} ${cpu} ${memory}`),
    };
    const behavior = {
      ...scripted({ a: { run: 5 }, b: { run: 9 } }),
      usage: () => ({ cpuMillis: 100, memoryBytes: 7 }),
    };
    const world = newWorld({ behavior, kubelets: { observer } });
    const containers = ["a", "b"].map((name) => ({ name, image: "app:1" }));
    world.bind("pod", { restartPolicy: "Never", containers });
    world.until(100);
    expect(told).toEqual(["0 pod 100 7", "0 pod 200 14", "5 pod 100 7", "9 pod 0 0"]);
  });
});

describe("a run until nothing is left to happen", () => {
  it("ends although a container goes on crashing, once its wait is the longest", () => {
    const world = newWorld({ scripts: { main: { run: 1, exit: 1 } } });
    world.bind("pod");
    const outcome = world.engine.run({ untilMicros: 100 * MICROS_PER_HOUR, untilIdle: true });
    expect(outcome).toBe("idle");
    expect(world.engine.now).toBeLessThan(MICROS_PER_HOUR);
    expect(world.line("pod")).toBe("Running main=CrashLoopBackOff x6");
  });
});
