import { expect, test } from "vitest";
import { FastSchedulingAlgorithm } from "../../../src/scheduler/fast/fast-scheduling-algorithm.js";
import { makeNode, makePod, makeTemplate, makeWorld } from "./random-cluster.js";

const MEBIBYTE = 1024 * 1024;

/** Places two pods of each of ever new templates on a cluster, and returns the most memory that was told. */
function place(options: { nodes: number; templates: number; memoryBytes: number }) {
  const world = makeWorld({ minor: 26, configuration: null });
  for (let i = 0; i < options.nodes; i += 1) {
    const labels = { "topology.kubernetes.io/zone": `zone-${i % 3}` };
    world.state.addNode(makeNode(`node-${i}`, { cpu: "32", memory: "64Gi", pods: 110, labels }));
  }
  const framework = world.framework();
  const fast = new FastSchedulingAlgorithm(world.state, {
    percentageOfNodesToScore: 100,
    chooseTie: null,
    remember: { memoryBytes: options.memoryBytes },
    verifyEvery: Math.trunc(options.templates / 7),
  });
  let most = 0;
  for (let i = 0; i < options.templates; i += 1) {
    const requests = { cpu: `${1 + (i % 900)}m`, memory: `${1 + Math.trunc(i / 900)}Mi` };
    const template = makeTemplate(
      "default",
      { app: `${i % 50}` },
      {
        containers: [{ name: "c", image: "i", resources: { requests } }],
      },
    );
    // Of the first pod of a shape nothing is kept.
    for (const name of [`pod-${i}`, `like-${i}`]) {
      const pod = makePod(template, name);
      const outcome = fast.schedule(framework, world.state.podInfos.podInfo(pod));
      if (outcome.kind !== "scheduled") throw new Error(`${name} was not placed`);
      world.state.addPod(pod.next({ nodeName: outcome.node.name }));
    }
    if (i % 50 === 0) most = Math.max(most, fast.counts.bytes);
  }
  return { most, counts: fast.counts };
}

test("what is remembered stays within its bound, whatever the number of templates", () => {
  const bound = 4 * MEBIBYTE;
  const { most, counts } = place({ nodes: 300, templates: 2_000, memoryBytes: bound });
  expect(counts.plain).toBe(0);
  expect(counts.forgotten).toBeGreaterThan(0);
  expect(most).toBeGreaterThan(bound / 8);
  // Memory is looked at every so many decisions, and may grow in between.
  expect(most).toBeLessThan(bound * 1.5);
});

test("what shapes alone hold is told, even if many others came since it was made", () => {
  const world = makeWorld({ minor: 30, configuration: null });
  for (let i = 0; i < 300; i += 1) {
    const labels = { disk: i % 2 === 0 ? "ssd" : "hdd" };
    world.state.addNode(makeNode(`node-${i}`, { cpu: "32", memory: "64Gi", pods: 110, labels }));
  }
  const framework = world.framework();
  const fast = new FastSchedulingAlgorithm(world.state, {
    percentageOfNodesToScore: 100,
    chooseTie: null,
  });
  const decide = (i: number): void => {
    const expressions = [{ key: "disk", operator: "In", values: ["ssd", `${i}`] }];
    const preferred = [{ weight: 1, preference: { matchExpressions: expressions } }];
    const affinity = {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred },
    };
    const containers = [{ name: "c", image: "i" }];
    const template = makeTemplate("default", {}, { containers, affinity });
    // Of the first pod of a shape nothing is kept.
    for (const name of [`pod-${i}`, `like-${i}`]) {
      fast.schedule(framework, world.state.podInfos.podInfo(makePod(template, name)));
    }
  };
  const told = [100, 200, 400].map((end, k) => {
    for (let i = [0, 100, 200][k]!; i < end; i += 1) decide(i);
    return fast.counts.bytes;
  });
  const [first, second, last] = told as [number, number, number];
  expect(second - first).toBeGreaterThan(100 * 300 * 2);
  expect(last - second).toBe(2 * (second - first));
});

test("the first pod of a shape costs the nodes that are wanted, and the second one all of them", () => {
  const world = makeWorld({ minor: 37, configuration: null });
  for (let i = 0; i < 2_000; i += 1) {
    const shape = { cpu: "32", memory: "64Gi", pods: 110, labels: {} };
    world.state.addNode(makeNode(`node-${i}`, shape));
  }
  const framework = world.framework();
  const fast = new FastSchedulingAlgorithm(world.state, {
    percentageOfNodesToScore: 10,
    chooseTie: null,
    verifyEvery: 1,
  });
  const template = makeTemplate("default", {}, { containers: [{ name: "c", image: "i" }] });
  const judged: number[] = [];
  for (const name of ["first", "second", "third"]) {
    fast.schedule(framework, world.state.podInfos.podInfo(makePod(template, name)));
    judged.push(fast.counts.nodesJudged);
  }
  // 200 are wanted, judged in twos of 128.
  expect(judged).toEqual([256, 2_256, 2_256]);
});
