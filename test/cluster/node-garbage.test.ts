import { describe, expect, it } from "vitest";
import { evictionPolicy } from "../../src/cluster/pressure/eviction-policy.js";
import { newWorld, type World } from "./world.js";

const capacity = { "ephemeral-storage": "1000" };
const pod = (image: string) => ({ containers: [{ name: image, image: `${image}:1` }] });
const images = { a: { image: 300 }, b: { image: 300 }, c: { image: 350 }, d: { image: 100 } };

const namesOn = (world: World): readonly string[] => {
  const { status } = world.store.table("Node").find("", "node-0")!;
  return (status.images ?? []).flatMap(({ names = [] }) => names).sort();
};

/** A node on which three images were pulled that fill 95 % of its disk; those named are not used any more. */
function fullNode(
  gone: readonly string[],
  kubelets = { evictionPolicy: evictionPolicy([]) },
): World {
  const world = newWorld({ scripts: images, capacity, kubelets });
  for (const name of ["a", "b", "c"]) world.bind(name, pod(name));
  world.until(30);
  for (const [i, name] of gone.entries()) {
    world.until(40 + i).delete(name);
  }
  return world;
}

describe("a node whose disk is full of images", () => {
  it("loses what nothing uses at the kubelet's next look, and says so in its status", () => {
    const world = fullNode(["b"]);
    // At its first look, after five minutes, it sees them for the first time: they are too young.
    world.until(590);
    expect(namesOn(world)).toEqual(["a:1", "b:1", "c:1"]);
    world.until(620);
    expect(namesOn(world)).toEqual(["a:1", "c:1"]);
    // It has to be pulled again.
    world.bind("again", pod("b"));
    expect(world.until(621).line("again")).toBe("Pending b=ContainerCreating");
  });

  it("loses all that nothing uses where evictions have a threshold for the disk, and no pod", () => {
    const world = fullNode(["b"], { evictionPolicy: evictionPolicy() });
    expect(namesOn(world.until(100))).toEqual(["a:1", "b:1", "c:1"]);
    // Seen by the first look, they are two minutes old at one of the next.
    expect(namesOn(world.until(200))).not.toContain("b:1");
  });

  it("loses no more than it has to", () => {
    const world = fullNode(["a", "b", "c"]);
    world.until(620);
    expect(namesOn(world)).toHaveLength(2);
  });

  it("keeps what is in use, and complains", () => {
    const world = fullNode([]);
    world.until(320);
    expect(namesOn(world)).toEqual(["a:1", "b:1", "c:1"]);
    expect(world.events.filter((text) => text.includes("FreeDiskSpaceFailed"))).toHaveLength(1);
    expect(world.engine.eventsPending).toBe(0);
  });

  it("that has room keeps what nothing uses", () => {
    const world = newWorld({ scripts: images, capacity });
    for (const name of ["a", "b"]) world.bind(name, pod(name));
    world.until(30).delete("a");
    world.until(4000);
    expect(namesOn(world)).toEqual(["a:1", "b:1"]);
  });
});
