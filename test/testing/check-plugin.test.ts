import { describe, expect, test } from "vitest";
import tightest from "../../scenarios/policies/tightest.js";
import {
  definePlugin,
  type EventToRegister,
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

/** Two pods a node; takes a pod away from the first node that the new one would then fit. */
const crowding = (eventsToRegister: OwnPlugin["eventsToRegister"]) =>
  definePlugin({
    name: "Trial",
    extensionPoints: ["filter", "postFilter", "bind"],
    create: (_args, handle): OwnPlugin => ({
      ...(eventsToRegister === undefined ? {} : { eventsToRegister }),
      filter: (_state, _pod, node) =>
        node.podCount >= 2 ? { code: "Unschedulable", reasons: ["two are enough"] } : null,
      postFilter(state, pod, refusals) {
        for (const node of handle.nodes) {
          const [victim] = node.pods;
          if (victim === undefined || refusals.of(node)?.plugin !== "Trial") continue;
          if (!handle.fitsWithout(state, pod, node, [victim])) continue;
          return { nodeName: node.name, victims: [victim] };
        }
        return { code: "Unschedulable", reasons: ["nobody to take away"] };
      },
      bind: (_state, pod) => (pod.pod.name.endsWith("7") ? { code: "Skip" } : null),
    }),
  });

describe("a plugin that makes room and registers events", () => {
  test("keeps the rules where every event that helps its pods is among them", () => {
    const events = (): readonly EventToRegister[] => [
      { resource: "AssignedPod", actions: ["Delete"] },
      { resource: "Node", actions: ["Add", "Delete"] },
    ];
    expect(checkPlugin(crowding(events), QUICK).problems).toEqual([]);
  });

  test.each<[string, readonly EventToRegister[]]>([
    ["a kind of event that helps is missing", [{ resource: "Node", actions: ["Add"] }]],
    [
      "a hint says Skip of one that helps",
      [
        { resource: "Node", actions: ["Add", "Delete", "Update"] },
        { resource: "AssignedPod", actions: ["Delete"], hint: () => "Skip" },
      ],
    ],
  ])("is told when %s", (_, events) => {
    expect(
      checkPlugin(
        crowding(() => events),
        QUICK,
      ).problems.join(),
    ).toContain("that `eventsToRegister` does not wake it for");
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
    [
      "a node that there is not",
      ["filter", "postFilter"],
      () => ({
        filter: () => ({ code: "Unschedulable", reasons: ["no"] }),
        postFilter: () => ({ nodeName: "nowhere", victims: [] }),
      }),
      'postFilter of pod default/pod-0 gave "nowhere": expected the name of a node',
    ],
    [
      "victims from elsewhere",
      ["filter", "postFilter"],
      () => ({
        filter: (_state, _pod, { name }) =>
          name === "node-0" ? { code: "Unschedulable", reasons: ["no"] } : null,
        postFilter: (_state, pod) => ({ nodeName: "node-0", victims: [pod] }),
      }),
      'on node node-0 gave "pod-',
    ],
    [
      "a Bind that says nonsense",
      ["bind"],
      () => ({ bind: () => ({ code: "Wait" }) as never }),
      "bind of pod default/pod-0",
    ],
    [
      "an event that there is not",
      ["filter"],
      () => ({
        filter: () => null,
        eventsToRegister: () => [{ resource: "Nodes" as never, actions: ["Add"] }],
      }),
      'eventsToRegister gave "Nodes": expected a resource: Pod, AssignedPod',
    ],
    [
      "an action that there is not",
      ["filter"],
      () => ({
        filter: () => null,
        eventsToRegister: () => [{ resource: "Node", actions: ["Change" as never] }],
      }),
      'eventsToRegister gave "Change": expected an action: Add, Delete',
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
      "A: extensionPoints: expected a list of some of preEnqueue, queueSort, preFilter, filter, postFilter, preScore, score, reserve, permit, bind, postBind",
    ]);
  });
});
