import { describe, expect, it } from "vitest";
import { newWorld } from "./world.js";

const init = { initContainers: [{ name: "init", image: "app:1" }] };

describe("a machine that goes down and comes up again", () => {
  it("has lost its containers: they start again, and say how their last run ended", () => {
    const world = newWorld();
    world.bind("p");
    world.until(5).kubelets.failNode("node-0", "crash");
    const before = world.pod("p")?.status.podIP;
    world.until(100);
    expect(world.line("p")).toBe("Running Ready main=running ready");
    world.kubelets.recoverNode("node-0");
    world.until(110);
    expect(world.line("p")).toBe("Running Ready main=running x1 ready");
    const status = world.pod("p")!.status;
    expect(status.containers[0]?.lastTermination).toMatchObject({
      exitCode: 255,
      reason: "Unknown",
    });
    expect(status.podIP).not.toBe(before);
  });

  it("runs init containers again", () => {
    const world = newWorld();
    world.bind("p", init);
    world.until(5).kubelets.failNode("node-0", "crash");
    world.until(20).kubelets.recoverNode("node-0");
    world.until(30);
    expect(world.line("p")).toBe("Running Ready init=Completed 0 x1 main=running x1 ready");
  });

  it("ends a pod that may not restart", () => {
    const world = newWorld();
    world.bind("p", { restartPolicy: "Never" });
    world.until(5).kubelets.failNode("node-0", "crash");
    world.until(20).kubelets.recoverNode("node-0");
    expect(world.until(30).line("p")).toBe("Failed main=Unknown 255");
  });

  it("starts nothing of a pod that was deleted meanwhile: it ends as it was lost", () => {
    const world = newWorld({ scripts: { main: { stop: 20 } } });
    world.bind("p", init);
    world.until(5).kubelets.failNode("node-0", "crash");
    world.until(6).delete("p");
    expect(world.until(50).line("p")).toContain("deleted");
    world.kubelets.recoverNode("node-0");
    expect(world.until(52).line("p")).toBe("gone");
    const last = world.history.findLast(({ pod }) => pod !== null)!.pod!;
    expect([last.phase, last.status.containers[0]]).toMatchObject([
      "Failed",
      { state: "terminated", reason: "Unknown", exitCode: 255, restartCount: 0 },
    ]);
  });

  it("does nothing meanwhile: a container that would have ended has not", () => {
    const world = newWorld({ scripts: { main: { run: 10 } } });
    world.bind("p", { restartPolicy: "Never" });
    world.until(5).kubelets.failNode("node-0", "crash");
    expect(world.until(100).line("p")).toBe("Running Ready main=running ready");
  });
});

describe("a node that is cut off", () => {
  it("goes on by itself, and tells afterwards what has happened", () => {
    const world = newWorld({ scripts: { main: { run: 10 } } });
    world.bind("p", { restartPolicy: "Never" });
    world.until(5).kubelets.failNode("node-0", "partition");
    expect(world.until(100).line("p")).toBe("Running Ready main=running ready");
    world.kubelets.recoverNode("node-0");
    expect(world.until(101).line("p")).toBe("Succeeded main=Completed 0");
    expect(world.pod("p")?.status.containers[0]?.finishedAtMicros).toBeLessThan(12e6);
  });

  it("says that a pod is ready of which others have said that it is not", () => {
    const world = newWorld();
    world.bind("p");
    world.until(5).kubelets.failNode("node-0", "partition");
    const ready = world.pod("p")!.status.conditions.find(({ type }) => type === "Ready")!;
    const setConditions = [{ ...ready, status: "False" as const }];
    world.do({ verb: "patch", target: world.pod("p")!, change: { setConditions } });
    expect(world.until(50).line("p")).toBe("Running main=running ready");
    world.kubelets.recoverNode("node-0");
    expect(world.until(51).line("p")).toBe("Running Ready main=running ready");
  });

  it("forgets a pod that was removed by force", () => {
    const world = newWorld();
    world.bind("p");
    world.until(5).kubelets.failNode("node-0", "partition");
    world.delete("p", 0);
    world.until(10).kubelets.recoverNode("node-0");
    expect(world.until(20).kubelets.requestedOn("node-0")?.get("cpu") ?? 0).toBe(0);
  });
});

describe("a container", () => {
  it("whose image is not there is tried again after longer and longer waits", () => {
    const world = newWorld({
      behavior: {
        containerRun: () => ({ startMicros: 0, runMicros: null, exitCode: 0 }),
        stopMicros: () => 0,
        imageBytes: () => 0,
        imageMissing: () => true,
      },
    });
    world.bind("p");
    expect(world.until(5).line("p")).toBe("Pending main=ErrImagePull");
    expect(world.until(25).line("p")).toBe("Pending main=ImagePullBackOff");
    world.until(100).delete("p");
    expect(world.until(101).line("p")).toBe("gone");
  });

  it("that uses more memory than its limit is killed as soon as it serves", () => {
    const run = { startMicros: 3e6, runMicros: null, exitCode: 0 };
    const world = newWorld({
      behavior: {
        containerRun: () => run,
        stopMicros: () => 0,
        imageBytes: () => 0,
        usage: () => ({ cpuMillis: 0, memoryBytes: 2 ** 30 }),
      },
    });
    const resources = { limits: { memory: "512Mi" } };
    world.bind("p", {
      restartPolicy: "Never",
      containers: [{ name: "main", image: "i", resources }],
    });
    expect(world.until(2).line("p")).toBe("Running Ready main=running ready");
    expect(world.until(5).line("p")).toBe("Failed main=OOMKilled 137");
  });
});
