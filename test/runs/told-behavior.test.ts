import { describe, expect, it } from "vitest";
import { rowsOf } from "../record/recording.js";
import { loadedFromMemory, worldOf } from "./built-world.js";

const pod = (name: string, image = "web:v1") => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { app: "web" } },
  spec: { containers: [{ name: "main", image }] },
});

interface Given {
  readonly behavior: readonly object[];
  readonly timeline?: readonly object[];
}

/** Three pods, which come to their node in the order of their names. */
async function pods({ behavior, timeline = [] }: Given) {
  const scenario = {
    apiVersion: "seatrial.dev/v1alpha1",
    kind: "Scenario",
    metadata: { name: "told" },
    spec: {
      duration: "2m",
      cluster: { nodePools: [{ name: "n", nodes: 1, capacity: { cpu: 4, memory: "8Gi" } }] },
      manifests: ["pods.yaml"],
      behavior,
      timeline,
    },
  };
  const items = [pod("a"), pod("b"), pod("c", "web:v2")];
  const files = {
    "s.yaml": JSON.stringify(scenario),
    "pods.yaml": JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  };
  const world = await worldOf(await loadedFromMemory(files));
  world.run();
  const rows = rowsOf(world.finish().figures.podsTable());
  const left = [...world.ground.store.table("Pod")].map(({ name }) => name);
  const column = (index: number) =>
    rows.map((row) => (row[index] === "" ? null : Math.floor(Number(row[index]))));
  return { left, started: column(6), ready: column(7) };
}

describe("what a scenario tells of containers", () => {
  it("holds up the first start by the pod's sandbox, and readiness by as long as is said", async () => {
    const { started, ready } = await pods({
      behavior: [
        { match: { image: "web:v2" }, sandbox: "20s", ready: "never" },
        { match: { labels: { app: "web" } }, sandbox: "5s", ready: "7s" },
      ],
    });
    expect(started).toEqual([5, 5, 20]);
    expect(ready).toEqual([12, 12, null]);
  });

  it("keeps a container from ever starting, with a reason", async () => {
    const behavior = [{ match: { names: ["b"] }, neverStarts: "CreateContainerConfigError" }];
    const { started } = await pods({ behavior });
    expect(started.map((time) => time === null)).toEqual([false, true, false]);
  });
});

describe("pods that a step names by what they are", () => {
  const behavior = [
    { match: { names: ["a"] }, ready: "never" },
    { match: { labels: { app: "web" } }, ready: "1s" },
  ];
  it.each<[string, object, string[]]>([
    ["all with a label", { podSelector: "app=web" }, []],
    ["the oldest that is ready", { podSelector: "app=web", ready: true, nth: 0 }, ["a", "c"]],
    ["the third of all", { podSelector: "app=web", nth: 2 }, ["a", "b"]],
    ["those that are not ready", { podSelector: "app=web", ready: false }, ["b", "c"]],
    [
      "those on a node where there are none",
      { podSelector: "app=web", node: "m-0" },
      ["a", "b", "c"],
    ],
  ])("are deleted or evicted: %s", async (_name, choice, left) => {
    const steps = [[{ at: "30s", delete: choice }], [{ at: "30s", evict: choice }]];
    for (const timeline of steps) expect((await pods({ behavior, timeline })).left).toEqual(left);
  });
});
