import { beforeEach, describe, expect, it, vi } from "vitest";
import { verifyDecision } from "../../src/scheduler/fast/verify-decision.js";
import { loadedFrom, worldOf } from "./built-world.js";

vi.mock("../../src/scheduler/fast/verify-decision.js", { spy: true });

const original = await vi.importActual<
  typeof import("../../src/scheduler/fast/verify-decision.js")
>("../../src/scheduler/fast/verify-decision.js");

beforeEach(() => {
  vi.mocked(verifyDecision).mockClear();
});

async function run(settings: readonly string[]) {
  const world = await worldOf(await loadedFrom(["scenarios/quickstart.yaml"], { settings }));
  world.run();
  const digest = world.ground.engine.digest.hex();
  return { digest, summary: world.finish().figures.summary };
}

describe("scheduler.verifyEvery", () => {
  it("takes each so-many-th fast decision once more, and changes neither digest nor figures", async () => {
    const plain = await run([]);
    expect(verifyDecision).toHaveBeenCalledTimes(0);
    const all = await run(["scheduler.verifyEvery=1"]);
    const decisions = vi.mocked(verifyDecision).mock.calls.length;
    expect(decisions).toBeGreaterThan(20);
    expect(all).toEqual(plain);
    const some = await run(["scheduler.verifyEvery=7"]);
    expect(vi.mocked(verifyDecision).mock.calls.length - decisions).toBe(Math.floor(decisions / 7));
    expect(some).toEqual(plain);
  });

  it("ends the run where the two forms differ", async () => {
    const wrong = vi.mocked(verifyDecision).mockImplementationOnce((options, framework, pod, d) => {
      original.verifyDecision(options, framework, pod, { ...d, next: d.next + 1 });
    });
    await expect(run(["scheduler.verifyEvery=5"])).rejects.toThrow(
      "the fast form differs from the plain one for pod ferry/",
    );
    expect(wrong).toHaveBeenCalledTimes(1);
  });
});
