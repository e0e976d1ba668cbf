import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { podCondition, type PodVersion } from "../../src/api/pod-version.js";
import type { World } from "../../src/scenario/assemble/world.js";
import { loadedFrom, loadedFromMemory, worldOf } from "../runs/built-world.js";

const DUMP = "test/field/42-dump-notready/all.yaml";

function pods(world: World): readonly PodVersion[] {
  return [...world.ground.store.table("Pod")];
}

function nodesOfLivingPods(world: World): readonly string[] {
  return pods(world)
    .filter(({ deletionTimeMicros }) => deletionTimeMicros === null)
    .map(({ nodeName }) => nodeName);
}

/** The dump, changed as a text; with when its pods on the unreachable node were evicted, in seconds. */
async function evictionsOf(change: (text: string) => string, until = "10m") {
  const contents = { "all.yaml": change(readFileSync(DUMP, "utf8")) };
  const world = await worldOf(await loadedFromMemory(contents, { until }));
  const at: number[] = [];
  world.ground.store.observe((before, after) => {
    if (after?.kind !== "Pod" || after.deletionTimeMicros === null) return;
    if (before?.deletionTimeMicros === null) at.push(Math.floor(world.now / 1e6));
  });
  world.run();
  return { at, world };
}

describe("NoExecute taints", () => {
  it("a patch of a running node: its two pods are deleted and made again on the other", async () => {
    const world = await worldOf(await loadedFrom(["test/field/11-noexecute/scenario.yaml"]));
    world.run();
    expect(pods(world).map(({ nodeName }) => nodeName)).toEqual(["n-1", "n-1", "n-1", "n-1"]);
    const { figures } = world.finish();
    const evicted = figures.summary.filter(({ metric }) => metric === "pods_evicted_count");
    expect(evicted.map(({ labels, value }) => [labels, value])).toEqual([
      ["", 2],
      ["reason=DeletionByTaintManager", 2],
    ]);
  });

  it("a dump: the pod on the node that has long been unreachable goes at once, and is made again", async () => {
    const { at, world } = await evictionsOf((text) => text, "5m");
    expect(at).toEqual([0]);
    expect(nodesOfLivingPods(world)).toEqual(["kind-worker", "kind-worker"]);
    // No kubelet is there to end it.
    const [doomed] = pods(world).filter(({ deletionTimeMicros }) => deletionTimeMicros !== null);
    expect(doomed?.nodeName).toBe("kind-worker2");
    expect(podCondition(doomed!, "DisruptionTarget")?.reason).toBe("DeletionByTaintManager");
  });

  const sinceLately = (text: string) =>
    text.replace(
      /"2025-11-02T10:00:30Z"(, message: kubelet is posting ready status.*?Unknown)/,
      '"2025-11-02T10:59:00Z"$1',
    );
  it.each([
    { what: "tainted a minute ago", change: sinceLately, at: [240] },
    {
      what: "tainted a minute ago, by a taint without its time",
      change: (text: string) =>
        sinceLately(text).replace(/(effect: NoExecute, key: \S+), timeAdded: "[^"]*"/, "$1"),
      at: [240],
    },
    {
      what: "with a taint of somebody's own without its time: it counts from the start",
      change: (text: string) =>
        text
          .replace('"Unknown"', '"True"')
          .replace(
            /effect: NoExecute, key: node.kubernetes.io\/unreachable, timeAdded: "[^"]*"/,
            "effect: NoExecute, key: mine",
          )
          .replaceAll(/key: node.kubernetes.io\/unreachable, operator/g, "key: mine, operator"),
      at: [300],
    },
    {
      what: "whose pod tolerates the taint for ever",
      change: (text: string) =>
        text.replaceAll(
          "unreachable, operator: Exists, tolerationSeconds: 300",
          "unreachable, operator: Exists",
        ),
      at: [],
    },
    {
      what: "whose pod tolerates nothing",
      change: (text: string) =>
        text.replaceAll(/tolerations:\n( +- .*\n){2}/g, "tolerations: []\n"),
      at: [0],
    },
    {
      what: "that reports again, with no taint left",
      change: (text: string) =>
        text.replace('"Unknown"', '"True"').replace(/taints:\n( +- .*\n){2}/, "taints: []\n"),
      at: [],
    },
  ])("a dump of a node $what", async ({ change, at }) => {
    const found = await evictionsOf(change);
    expect(found.at).toEqual(at);
  });
});
