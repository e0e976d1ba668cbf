import { describe, expect, it } from "vitest";
import { newWorld, type Script } from "./world.js";

const PERIODS = [
  { priority: 0, shutdownGracePeriodSeconds: 20 },
  { priority: 100, shutdownGracePeriodSeconds: 10 },
];

function shutDown(stop: number, periods = PERIODS) {
  const scripts: Record<string, Script> = { main: { stop } };
  const world = newWorld({ scripts, kubelets: { shutdownGracePeriods: periods } });
  world.bind("low");
  world.bind("high", world.priority(500));
  world.bind("below", world.priority(-5));
  world.until(10).kubelets.failNode("node-0", "shutdown");
  return world;
}

const readyOf = (world: ReturnType<typeof newWorld>) =>
  world.store
    .table("Node")
    .find("", "node-0")
    ?.status.conditions?.find(({ type }) => type === "Ready");

describe("a node that is switched off in good order", () => {
  it("ends its pods by priority, the lowest first, and then goes down", () => {
    const world = shutDown(3);
    world.until(12);
    expect(readyOf(world)).toMatchObject({
      status: "False",
      reason: "KubeletNotReady",
      message: "node is shutting down",
    });
    world.bind("late");
    world.until(13.5);
    expect(world.line("low")).toBe("Failed(Terminated) main=Completed 0");
    expect(world.line("below")).toBe("Failed(Terminated) main=Completed 0");
    expect(world.line("high")).toBe("Running Ready main=running ready");
    world.until(20);
    expect(world.line("high")).toBe("Failed(Terminated) main=Completed 0");
    expect(world.line("late")).toBe("Failed(NodeShutdown)");
    // One that was refused was on no node.
    expect(world.evictions).toEqual(["low Terminated", "below Terminated", "high Terminated"]);
    expect(world.pod("low")!.status.message).toBe(
      "Pod was terminated in response to imminent node shutdown.",
    );
    expect(world.kubelets.silentSinceMicros("node-0")).not.toBeNull();
  });

  it("kills what has not ended within its group's time", () => {
    const world = shutDown(1000);
    world.until(29);
    expect(world.line("low")).toContain("Running");
    world.until(31);
    expect(world.line("low")).toBe("Failed(Terminated) main=Error 137");
    expect(world.line("high")).toContain("Running");
    expect(world.until(42).line("high")).toBe("Failed(Terminated) main=Error 137");
  });

  it("comes up again without them, and takes pods", () => {
    const world = shutDown(1);
    world.until(60).kubelets.recoverNode("node-0");
    world.bind("new");
    world.until(70);
    expect(readyOf(world)?.status).toBe("True");
    expect(world.line("new")).toBe("Running Ready main=running ready");
    expect(world.line("low")).toBe("Failed(Terminated) main=Completed 0");
  });

  it("takes off its node no pod that is being deleted already", () => {
    const world = newWorld({
      scripts: { main: { stop: 15 } },
      kubelets: { shutdownGracePeriods: PERIODS },
    });
    world.bind("going");
    world.bind("staying");
    world.until(9).delete("going");
    world.until(10).kubelets.failNode("node-0", "shutdown");
    world.until(60);
    expect(world.evictions).toEqual(["staying Terminated"]);
  });

  it("without time for it goes down with all that runs", () => {
    const world = shutDown(1, []);
    expect(world.until(60).line("low")).toBe("Running Ready main=running ready");
    expect(world.kubelets.silentSinceMicros("node-0")).not.toBeNull();
  });
});
