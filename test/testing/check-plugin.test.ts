import { describe, expect, test } from "vitest";
import tightest from "../../scenarios/policies/tightest.js";
import {
  definePlugin,
  type OwnPlugin,
  type OwnPoint,
  StateKey,
} from "../../src/scheduler/public.js";
import { assertPlugin, checkPlugin } from "../../src/testing/index.js";

const QUICK = { clusters: 4, decisions: 25 };

const plugin = (extensionPoints: readonly OwnPoint[], create: () => OwnPlugin) =>
  definePlugin({ name: "Trial", extensionPoints, create });

const problemOf = (extensionPoints: readonly OwnPoint[], create: () => OwnPlugin): string =>
  checkPlugin(plugin(extensionPoints, create), QUICK).problems.join("\n");

describe("plugins that keep the rules", () => {
  test("the example of the tutorial", () => {
    expect(() => assertPlugin(tightest, QUICK)).not.toThrow();
    expect(checkPlugin(tightest, { ...QUICK, args: { resource: "memoryBytes" } }).decisions).toBe(
      200,
    );
  });

  test("one that normalises, filters, draws and orders the queue", () => {
    class Drawn {
      constructor(readonly node: string) {}
      clone() {
        return this;
      }
    }
    const key = new StateKey<Drawn>("Trial");
    const definition = definePlugin({
      name: "Trial",
      extensionPoints: ["filter", "preScore", "score", "queueSort"],
      create: (_args, handle) => ({
        filter: (_state, _pod, node) =>
          node.podCount >= 3 ? { code: "Unschedulable", reasons: ["three are enough"] } : null,
        preScore(state, _pod, nodes) {
          const at = Math.floor(handle.draw("node", 0) * nodes.length);
          state.write(key, new Drawn(nodes[at]!.name));
          return null;
        },
        score: (state, _pod, node) => (state.read(key)?.node === node.name ? 7 : 0),
        normalizeScore(_state, _pod, _nodes, scores) {
          for (let i = 0; i < scores.length; i += 1) scores[i] = scores[i]! > 0 ? 100 : 0;
        },
        less: (a, b) => a.pod.name < b.pod.name,
      }),
    });
    expect(checkPlugin(definition, QUICK).problems).toEqual([]);
  });
});

describe("plugins that break one are told which", () => {
  let calls = 0;

  test.each<[string, readonly OwnPoint[], () => OwnPlugin, string]>([
    ["a score out of range", ["score"], () => ({ score: () => 101 }), "score of pod"],
    ["NaN", ["score"], () => ({ score: () => Number.NaN }), "gave NaN: expected a whole number"],
    ["half a score", ["score"], () => ({ score: () => 0.5 }), "gave 0.5: expected a whole number"],
    [
      "a code that is none",
      ["filter"],
      () => ({ filter: () => ({ code: "No" as never, reasons: [] }) }),
      'gave "No": expected null, or { code: Unschedulable or UnschedulableAndUnresolvable',
    ],
    [
      "refusing without reasons",
      ["filter"],
      () => ({ filter: () => ({ code: "Unschedulable" }) as never }),
      "expected a list of texts as `reasons`",
    ],
    [
      "throwing",
      ["filter"],
      () => ({
        filter: () => {
          throw new TypeError("boom");
        },
      }),
      "threw TypeError: boom",
    ],
    ["no method for a point", ["score"], () => ({}), "expected a method `score`"],
    ["what is no plugin", ["score"], () => 5 as never, "create gave 5"],
    [
      "reading more than it declares",
      ["score"],
      () => ({
        reads: { pod: [], node: ["allocatable"] },
        score: (_state, _pod, node) => Math.min(node.podCount, 100),
      }),
      "podCount of a node, which it does not declare",
    ],
    [
      "declaring a part that no node has",
      ["score"],
      () => ({ reads: { pod: [], node: ["lables" as never] }, score: () => 1 }),
      'reads gave "lables"',
    ],
    [
      "answering the same question in two ways",
      ["score"],
      () => ({ score: () => calls++ % 100 }),
      "differs asked twice",
    ],
    [
      "an order that is a circle",
      ["queueSort"],
      () => ({
        less: (a, b) => (Number(a.timestampMicros) + 2000 - Number(b.timestampMicros)) % 3000 === 0,
      }),
      "less",
    ],
    [
      "an order of a pod before itself",
      ["queueSort"],
      () => ({ less: () => true }),
      "before itself",
    ],
    ["an order that is no answer", ["queueSort"], () => ({ less: () => 1 as never }), "gave 1"],
  ])("%s", (_, points, create, problem) => {
    expect(problemOf(points, create)).toContain(problem);
  });

  test("what lives outside of `create` is found by running twice", () => {
    // Plain, held to what it reads, which is asked for before, and from what is remembered.
    const CREATED_BY_ONE_RUN = 4;
    let made = 0;
    const create = (): OwnPlugin => {
      made += 1;
      const own = made;
      return {
        score: (_state, _pod, node) =>
          (node.name.length * 7 + Math.ceil(own / CREATED_BY_ONE_RUN) * 31) % 100,
      };
    };
    expect(problemOf(["score"], create)).toContain("run twice");
  });

  test("arguments that the plugin refuses", () => {
    const { problems } = checkPlugin(tightest, { ...QUICK, args: { resource: "gpu" } });
    expect(problems.join()).toContain("resource: expected cpuMillis or memoryBytes, not gpu");
  });

  test("a definition that is none", () => {
    expect(checkPlugin({ name: "A" } as never).problems).toEqual([
      "A: extensionPoints: expected a list of some of preEnqueue, queueSort, preFilter, filter, preScore, score, reserve, permit, postBind",
    ]);
  });
});
