import { describe, expect, test } from "vitest";
import { RandomStreams } from "../../../src/kernel/random-streams.js";
import { pod, requesting } from "../world.js";
import { cluster, only } from "./placement-world.js";

const POD = pod("new", requesting({ cpu: "1" }));
const LOADED = {
  idle: {},
  light: { cpu: "2" },
  half: { cpu: "5" },
  busy: { cpu: "8" },
  full: { cpu: "10" },
};

/** How often each node is chosen in so many cycles, none of which places its pod. */
function chosen(name: string, cycles: number, args?: object): Record<string, number> {
  const streams = new RandomStreams(3);
  let cycle = 0;
  const draw = (stream: string, n: number) => streams.draw(stream, cycle * 64 + n);
  const world = cluster(LOADED, only(name, args), { draw });
  const counts: Record<string, number> = {};
  for (; cycle < cycles; cycle += 1) {
    const node = world.decide(POD);
    expect(world.decide(POD), "the same cycle decides the same").toBe(node);
    counts[node] = (counts[node] ?? 0) + 1;
  }
  return counts;
}

describe("Random", () => {
  test("takes each node that fits as often as the others, and no full one", () => {
    const counts = chosen("Random", 4000);
    expect(Object.keys(counts).sort()).toEqual(["busy", "half", "idle", "light"]);
    // 1,000 each; four standard deviations are 110.
    for (const count of Object.values(counts)) expect(Math.abs(count - 1000)).toBeLessThan(110);
  });
});

describe("PowerOfTwoChoices", () => {
  test("takes the least loaded of two: the shares that follow from drawing pairs of four", () => {
    // Of the 6 pairs of idle, light, half and busy 3 have idle, 2 more light, 1 more half.
    const counts = chosen("PowerOfTwoChoices", 6000);
    expect(counts.busy).toBeUndefined();
    expect(Math.abs(counts.idle! - 3000)).toBeLessThan(160);
    expect(Math.abs(counts.light! - 2000)).toBeLessThan(150);
    expect(Math.abs(counts.half! - 1000)).toBeLessThan(120);
  });

  test("with as many choices as nodes always takes the least loaded", () => {
    expect(chosen("PowerOfTwoChoices", 200, { choices: 4 })).toEqual({ idle: 200 });
  });

  test("with one choice is as random as Random", () => {
    const counts = chosen("PowerOfTwoChoices", 4000, { choices: 1 });
    for (const count of Object.values(counts)) expect(Math.abs(count - 1000)).toBeLessThan(110);
    expect(Object.keys(counts)).toHaveLength(4);
  });
});
