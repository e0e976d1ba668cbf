import { describe, expect, test } from "vitest";
import { nodeManifest, podManifest, SchedulerWorld } from "./scheduler-world.js";

/** When the preemptor comes; each request, the lag of a watch and a cycle take a millisecond. */
const START_MS = 1_000;

/** Two pods of low priority fill node a. */
function full(minor: number, cpu = "2"): SchedulerWorld {
  const world = new SchedulerWorld([nodeManifest("a", { cpu })], { minor });
  world.create(podManifest("first", { priority: 2 })).until(0.2);
  return world.create(podManifest("second", { priority: 1 })).until(0.4);
}

/** A pod of high priority that needs the whole node, when the run gets there. */
function withPreemptor(world: SchedulerWorld): SchedulerWorld {
  world.until(START_MS / 1_000);
  return world.create(podManifest("important", { cpu: "2", priority: 100 }));
}

/** Milliseconds from the preemptor's creation until something is so. */
function since(world: SchedulerWorld, isSo: () => boolean): number {
  const passed = Math.round(world.engine.now / 100) - START_MS * 10;
  for (let tenths = passed; tenths < passed + 1_000; tenths += 1) {
    world.until((START_MS + tenths / 10) / 1_000);
    if (isSo()) return tenths / 10;
  }
  throw new Error("it never is so");
}

/** Two CPUs, and room for a hundred pods. */
function roomyNode(): object {
  const resources = { cpu: "2", memory: "8Gi", pods: "100" };
  const status = { capacity: resources, allocatable: resources };
  return { ...nodeManifest("a"), status };
}

const isLeaving = (world: SchedulerWorld, name: string) =>
  world.pod(name).deletionTimeMicros !== null;

/** What the preemptor asks for, and how long it takes until both are deleted and it is nominated. */
function preemptBoth(minor: number): Readonly<Record<string, number>> {
  const world = withPreemptor(full(minor));
  const times: Record<string, number> = {};
  since(world, () => {
    const now = world.engine.now / 1_000 - START_MS;
    for (const name of ["first", "second"]) {
      if (isLeaving(world, name)) times[name] ??= now;
    }
    if (world.pod("important").nominatedNodeName === "a") times["nominated"] ??= now;
    return Object.keys(times).length === 3;
  });
  return times;
}

describe("victims of one preemption", () => {
  test("up to v1.32 are deleted together, and the cycle ends after them", () => {
    // The watch and the cycle: 2 ms; a condition and a deletion: 2 ms; the nomination: 1 ms.
    expect(preemptBoth(32)).toEqual({ first: 4, second: 4, nominated: 5 });
  });

  test.each([33, 34, 35, 37])("in v1.%i the last one goes after the others", (minor) => {
    expect(preemptBoth(minor)).toEqual({ first: 4, second: 6, nominated: 3 });
  });

  test("are told of when they are deleted, and not before", () => {
    const world = withPreemptor(full(37));
    const told = () => world.events.filter((event) => event.includes("Preempted")).length;
    expect(since(world, () => told() === 1)).toBe(4);
    expect(since(world, () => told() === 2)).toBe(6);
  });

  test("go in as many chunks as sixteen workers share", () => {
    const world = new SchedulerWorld([roomyNode()], { minor: 37 });
    const names = Array.from({ length: 40 }, (_, i) => `victim-${i}`);
    for (const name of names) world.create(podManifest(name, { cpu: "50m", priority: 1 }));
    withPreemptor(world);
    const leaving = () => names.filter((name) => isLeaving(world, name)).length;
    // 39 in chunks of three: 13 workers, each with one after the other; then the last.
    expect(since(world, () => leaving() > 0)).toBe(4);
    expect(leaving()).toBe(13);
    expect(since(world, () => leaving() > 13)).toBe(6);
    expect(leaving()).toBe(26);
    expect(since(world, () => leaving() === 39)).toBe(8);
    expect(since(world, () => leaving() === 40)).toBe(10);
  });
});

describe("a preemptor", () => {
  test.each([
    { minor: 34, held: false },
    { minor: 37, held: true },
  ])("in v1.$minor is held back until its last victim is told: $held", ({ minor, held }) => {
    const world = full(minor, "3");
    world.create(podManifest("other", { priority: 100 }));
    withPreemptor(world);
    const place = () => {
      const { gatedBy, attempts } = world.scheduler.queue.get(world.pod("important").uid)!;
      return { gatedBy, attempts };
    };
    // Another pod goes; that is seen while the last victim is marked and not yet deleted.
    world.at(1.0036, () => world.remove("other"));
    world.until(1.0058);
    expect(place()).toEqual(
      held ? { gatedBy: "DefaultPreemption", attempts: 1 } : { gatedBy: null, attempts: 2 },
    );
  });

  test("that is held back is tried when a victim is gone", () => {
    const world = withPreemptor(full(37));
    world.until(2).remove("second").remove("first").until(8);
    expect(world.nodes("important")).toEqual(["a"]);
  });

  test.each([
    { minor: 34, tries: 2, what: "is tried again at once" },
    { minor: 37, tries: 1, what: "goes on with the others" },
  ])("in v1.$minor, of whose victims one is gone already, $what", ({ minor, tries }) => {
    const world = withPreemptor(full(minor));
    // Decided at 2 ms, with the first victim; it is gone before its condition is written at 3 ms.
    world.at(1.0025, () => world.remove("first"));
    world.until(1.0049);
    expect(world.triedAt("important")).toHaveLength(tries);
    world.until(1.02);
    expect(isLeaving(world, "second")).toBe(true);
  });
});

describe("the nominations that a preemptor overrides", () => {
  test.each([
    { minor: 32, order: ["deleted", "taken"] },
    { minor: 37, order: ["taken", "deleted"] },
  ])("in v1.$minor: $order", ({ minor, order }) => {
    const world = full(minor);
    world.create(podManifest("modest", { priority: 5 })).until(0.6);
    // The modest pod has made room for itself by the less important of the two.
    expect(world.pod("modest").nominatedNodeName).toBe("a");
    withPreemptor(world);
    const seen: string[] = [];
    since(world, () => {
      const so = {
        taken: world.pod("modest").nominatedNodeName === "",
        deleted: isLeaving(world, "first"),
      };
      for (const [what, is] of Object.entries(so)) if (is && !seen.includes(what)) seen.push(what);
      return seen.length === 2;
    });
    expect(seen).toEqual(order);
  });
});
