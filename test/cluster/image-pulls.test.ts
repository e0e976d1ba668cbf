import { describe, expect, it } from "vitest";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import { newWorld, type World } from "./world.js";

const images = (...names: string[]) => ({
  containers: names.map((name) => ({ name, image: `${name}:1` })),
});
const startedAt = (world: World, name: string) =>
  world
    .pod(name)
    ?.status.containers.map(({ startedAtMicros }) =>
      startedAtMicros === null ? null : Math.floor(startedAtMicros / MICROS_PER_SECOND),
    );
/** Images of 1000 bytes; a node pulls 100 bytes a second. */
const scripts = { a: { image: 1000 }, b: { image: 1000 }, c: { image: 2000 } };
const parallel = { imagePulling: () => ({ pullBytesPerSecond: 100, parallelPulls: 3 }) };

describe("image pulls", () => {
  it("one after the other on a node", () => {
    const world = newWorld({ scripts, nodes: 2 });
    world.bind("one", images("a", "b"), "node-0");
    world.bind("two", images("c"), "node-0");
    world.bind("elsewhere", images("c"), "node-1");
    world.until(100);
    expect(startedAt(world, "one")).toEqual([10, 20]);
    expect(startedAt(world, "two")).toEqual([40]);
    expect(startedAt(world, "elsewhere")).toEqual([20]);
  });

  it("in parallel they share the bandwidth", () => {
    const world = newWorld({ scripts, kubelets: parallel });
    world.bind("one", images("a", "b", "c"));
    world.until(100);
    expect(startedAt(world, "one")).toEqual([30, 30, 40]);
  });

  it("an image is pulled once, also for those that wait for it, and then reported", () => {
    const world = newWorld({ scripts });
    world.bind("one", images("a"));
    world.until(5).bind("two", images("a"));
    world.until(50).bind("three", images("a"));
    world.until(100);
    expect([...startedAt(world, "one")!, ...startedAt(world, "two")!]).toEqual([10, 10]);
    expect(startedAt(world, "three")).toEqual([50]);
    expect(world.events).toContain(
      'three Pulled: Container image "a:1" already present on machine',
    );
    const node = world.store.table("Node").find("", "node-0");
    expect(node?.status.images).toEqual([{ names: ["a:1"], sizeBytes: 1000 }]);
  });
});
