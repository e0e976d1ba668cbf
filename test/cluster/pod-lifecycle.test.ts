import { describe, expect, it } from "vitest";
import { newWorld } from "./world.js";

const main = { name: "main", image: "app:1" };

describe("a pod's life", () => {
  it("x", () => {
    const world = newWorld();
    world.bind("a");
    world.until(20);
    world.delete("a");
    world.until(60);
    expect(world.story("a")).toEqual([]);
  });
});
void main;
