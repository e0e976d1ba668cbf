import { describe, expect, test } from "vitest";
import { storyLines } from "../../src/cli/story-lines.js";
import type { Attempt } from "../../src/scheduler/explain/attempt.js";

const attempt = (number: number, seconds: number, more: Partial<Attempt>): Attempt => ({
  timeMicros: seconds * 1e6,
  number,
  result: "scheduled",
  nodeCount: 3,
  feasibleCount: 2,
  refusedAsAWhole: null,
  refused: [],
  scores: null,
  chosen: "a",
  ties: 1,
  wasNominated: false,
  preemption: null,
  message: "",
  bindingFailure: null,
  ...more,
});
const failed = (seconds: number, message = "timed out") => ({
  bindingFailure: { timeMicros: seconds * 1e6, message },
});

const linesOf = (attempts: readonly Attempt[], createdMicros = 0) =>
  storyLines({ pod: "default/p", priority: 0, createdMicros, attempts, advice: [] }, undefined, {
    namespace: "default",
    name: "p",
    owner: "",
    node: "b",
    createdMicros,
    boundMicros: 30e6,
    startedMicros: 31e6,
    finishedMicros: Number.NaN,
    phase: "Running",
    reason: "",
    attempts: attempts.length,
  }).filter((line) => line !== "");

describe("a decision that could not be carried out", () => {
  test("is told with its attempt, before the next", () => {
    expect(linesOf([attempt(1, 0, failed(0.04)), attempt(2, 2, { chosen: "b" })])).toEqual([
      "Attempt 1, at 0 s: to be placed on a, the best of 2 nodes found that it fits on",
      "  at 40 ms that could not be carried out: timed out",
      "Attempt 2, at 2 s: placed on b, the best of 2 nodes found that it fits on",
    ]);
  });

  test("is told once where the next ones end alike", () => {
    const attempts = [
      attempt(1, 0, failed(5)),
      attempt(2, 6, failed(11)),
      attempt(3, 13, failed(18, "not found")),
    ];
    expect(linesOf(attempts)).toEqual([
      "Attempts 1 and 2, from 0 s to 6 s, all alike: to be placed on a, the best of 2 nodes found that it fits on",
      "  each time, last at 11 s, that could not be carried out: timed out",
      "Attempt 3, at 13 s: to be placed on a, the best of 2 nodes found that it fits on",
      "  at 18 s that could not be carried out: not found",
    ]);
  });
});

test("after its gates a pod may wait for others still", () => {
  const gating = { pod: "default/p", createdMicros: 0, gates: ["g"], untilMicros: 10e6 };
  const life = {
    namespace: "default",
    name: "p",
    owner: "",
    node: "a",
    createdMicros: 0,
    boundMicros: 15e6,
    startedMicros: 16e6,
    finishedMicros: Number.NaN,
    phase: "Running",
    reason: "",
    attempts: 1,
  };
  const story = {
    pod: "default/p",
    priority: 0,
    createdMicros: 0,
    attempts: [attempt(1, 15, {})],
    advice: [],
  };
  expect(storyLines(story, gating, life).filter((line) => line !== "")).toEqual([
    "Its scheduling gate (g) held it back until 10 s; the scheduler does not look at a pod that has one.",
    "For the next 5 s it was in the queue, behind other pods.",
    "Attempt 1, at 15 s: placed on a, the best of 2 nodes found that it fits on",
  ]);
});
