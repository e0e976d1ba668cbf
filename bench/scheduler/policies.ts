import type { FastSchedulingAlgorithm } from "../../src/scheduler/fast/fast-scheduling-algorithm.js";
import { CycleState } from "../../src/scheduler/framework/cycle-state.js";
import { POLICIES } from "../../src/scheduler/policies/registry.js";
import { PodHeap } from "../../src/scheduler/queue/pod-heap.js";
import type { QueuedPod } from "../../src/scheduler/queue/queued-pod.js";
import { number } from "./print.js";
import { LADDER, speedNode } from "./workloads.js";
import { BenchWorld, benchNode } from "./world.js";

const NODES = 5_000;
const PODS = 2_000;
const ROUNDS = 12;
/** Of which the first are not measured. */
const WARM_UP = 4;
const WAITING = 10_000;

const SET = (name: string) => ({ disabled: [{ name: "*" }], enabled: [{ name }] });

/** One profile in which that policy alone scores. */
function configuration(name: string, points: object): object {
  const isPrepared = "preScore" in points;
  return {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    profiles: [
      {
        schedulerName: "default-scheduler",
        plugins: {
          preScore: isPrepared ? SET(name) : { disabled: [{ name: "*" }] },
          score: SET(name),
          ...("reserve" in points ? { reserve: { enabled: [{ name }] } } : {}),
        },
      },
    ],
  };
}

/** Microseconds of processor time a decision, and nodes judged a decision. */
function measure(given: object | null): { readonly micros: number; readonly judged: number } {
  const world = new BenchWorld({ percentageOfNodesToScore: 0, configuration: given });
  const { state, framework } = world;
  for (let i = 0; i < NODES; i += 1) state.addNode(benchNode(`node-${i}`, speedNode(i)));
  const fast: FastSchedulingAlgorithm = world.fast;
  const workload = LADDER.a!;
  const rounds: number[] = [];
  let judged = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const pods = Array.from({ length: PODS }, (_, i) => workload(i));
    const infos = pods.map((pod) => state.podInfos.podInfo(pod));
    const before = fast.counts.nodesJudged;
    const begin = process.cpuUsage();
    for (const info of infos) {
      const bound = world.place("fast", info);
      framework.runReservePlugins(new CycleState(), info, bound.nodeName);
    }
    const { user, system } = process.cpuUsage(begin);
    if (round >= WARM_UP) {
      rounds.push((user + system) / PODS);
      judged = (fast.counts.nodesJudged - before) / PODS;
    }
    for (const { uid } of pods) state.removePod(uid);
  }
  return { micros: rounds.toSorted((a, b) => a - b)[rounds.length >> 2]!, judged };
}

/** Microseconds to sort so many waiting pods anew. */
function sortingMicros(): number {
  const heap = new PodHeap((a, b) => a.timestampMicros < b.timestampMicros);
  for (let i = 0; i < WAITING; i += 1) {
    heap.push({ timestampMicros: (i * 7919) % WAITING, heapIndex: -1 } as QueuedPod);
  }
  for (let i = 0; i < 50; i += 1) heap.sortAnew();
  const begin = process.cpuUsage();
  for (let i = 0; i < 200; i += 1) heap.sortAnew();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 200;
}

/** What each policy costs a decision, beside the default profile. */
export function run(): void {
  console.log(
    `${number(NODES)} nodes, adaptive sampling, pods of 20 apps, one policy alone scores`,
  );
  const rows: (readonly [string, object | null])[] = [
    ["default profile", null],
    ...POLICIES.filter(({ extensionPoints }) => "score" in extensionPoints).map(
      ({ name, extensionPoints }) => [name, configuration(name, extensionPoints)] as const,
    ),
  ];
  for (const [name, given] of rows) {
    const { micros, judged } = measure(given);
    const asked = `${judged.toFixed(1)} nodes judged`;
    console.log(`${name.padEnd(20)} ${micros.toFixed(1).padStart(8)} us a decision, ${asked}`);
  }
  const sorting = sortingMicros();
  console.log(`sorting ${number(WAITING)} waiting pods anew: ${number(sorting)} us`);
}
