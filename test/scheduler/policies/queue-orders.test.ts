import { describe, expect, test } from "vitest";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import { SchedulerWorld, nodeManifest, podManifest } from "../scheduler-world.js";

/** One decision takes so long: what comes meanwhile waits, and is sorted. */
const SECONDS_PER_CYCLE = 10;

/** The order in which pods are tried that come one after the other, behind one that is under way. */
function orderOf(
  name: string,
  pods: readonly object[],
  { args, nodes = [nodeManifest("n", { cpu: "100" })], until = 1000 }: Options = {},
): readonly string[] {
  const set = { disabled: [{ name: "*" }], enabled: [{ name }] };
  const profile = {
    plugins: { queueSort: set },
    ...(args === undefined ? {} : { pluginConfig: [{ name, args }] }),
  };
  const world = new SchedulerWorld(nodes, {
    profiles: [profile],
    cycle: { baseMicros: SECONDS_PER_CYCLE * MICROS_PER_SECOND, perNodeMicros: 0 },
  });
  world.at(0, () => world.create(podManifest("first", { cpu: "1m" })));
  for (const [i, pod] of pods.entries()) world.at(1 + i, () => world.create(pod));
  world.until(until);
  return world.attempts.map((attempt) => attempt.split(" ")[1]!).filter((pod) => pod !== "first");
}

interface Options {
  readonly args?: object;
  readonly nodes?: readonly object[];
  readonly until?: number;
}

const annotated = (
  name: string,
  seconds: string,
  rest: Parameters<typeof podManifest>[1] = {},
): object => {
  const manifest = podManifest(name, rest) as { metadata: object };
  const annotations = { "seatrial.dev/expected-run-seconds": seconds };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
};

const inNamespace = (
  namespace: string,
  name: string,
  rest: Parameters<typeof podManifest>[1] = {},
): object => {
  const manifest = podManifest(name, rest) as { metadata: object };
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
};

const namespace = (name: string): object => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
});

describe("orders of the queue", () => {
  test("FIFO: as they came, whatever their priority", () => {
    const pods = [podManifest("a"), podManifest("b", { priority: 100 }), podManifest("c")];
    expect(orderOf("FIFO", pods)).toEqual(["a", "b", "c"]);
    expect(orderOf("PrioritySort", pods)).toEqual(["b", "a", "c"]);
  });

  test("ShortestJobFirst: by the annotation, then the deadline, and last who says nothing", () => {
    const order = orderOf("ShortestJobFirst", [
      podManifest("unknown"),
      annotated("long", "600"),
      podManifest("deadline", { activeDeadlineSeconds: 60 }),
      annotated("short", "5"),
      annotated("both", "30", { activeDeadlineSeconds: 3600 }),
      annotated("nonsense", "soon"),
      podManifest("unknown-too"),
    ]);
    expect(order).toEqual([
      "short",
      "both",
      "deadline",
      "long",
      "unknown",
      "nonsense",
      "unknown-too",
    ]);
  });

  test("SmallestDemandFirst: by the largest share of the cluster that a pod asks for", () => {
    const memory = (name: string, cpu: string, size: string): object =>
      podManifest(name, {
        containers: [
          { name: "main", image: "app:1", resources: { requests: { cpu, memory: size } } },
        ],
      });
    // Of 100 CPUs and 8 GiB.
    const order = orderOf("SmallestDemandFirst", [
      memory("half-of-memory", "1", "4Gi"),
      memory("a-fifth-of-cpu", "20", "1Mi"),
      memory("a-tenth-of-cpu", "10", "100Mi"),
      memory("an-eighth-of-memory", "2", "1Gi"),
    ]);
    expect(order).toEqual([
      "a-tenth-of-cpu",
      "an-eighth-of-memory",
      "a-fifth-of-cpu",
      "half-of-memory",
    ]);
  });

  test("SmallestDemandFirst: sorted anew when the cluster has grown", () => {
    const world = new SchedulerWorld([nodeManifest("n", { cpu: "10" })], {
      profiles: [
        {
          plugins: {
            queueSort: { disabled: [{ name: "*" }], enabled: [{ name: "SmallestDemandFirst" }] },
          },
        },
      ],
      cycle: { baseMicros: SECONDS_PER_CYCLE * MICROS_PER_SECOND, perNodeMicros: 0 },
    });
    const resources = (cpu: string, memory: string) => ({
      containers: [{ name: "main", image: "app:1", resources: { requests: { cpu, memory } } }],
    });
    world.at(0, () => world.create(podManifest("first", { cpu: "1m" })));
    // Of 10 CPUs 30 %, of 8 GiB 25 %; beside another node of 90 CPUs the cpu is the smaller share.
    world.at(1, () => world.create(podManifest("cpu", resources("3", "1Mi"))));
    world.at(2, () => world.create(podManifest("memory", resources("1m", "2Gi"))));
    world.at(3, () => world.create(nodeManifest("large", { cpu: "90" })));
    world.until(100);
    expect(world.attempts.map((attempt) => attempt.split(" ")[1])).toEqual([
      "first",
      "cpu",
      "memory",
    ]);
  });

  test("PriorityAging: a pod that has waited long enough passes one of higher priority", () => {
    const pods = [
      podManifest("old", { priority: 0 }),
      ...Array.from({ length: 12 }, (_, i) => podManifest(`high-${i}`, { priority: 5 })),
    ];
    const order = (step: number, limit: number): readonly string[] =>
      orderOf("PriorityAging", pods, { args: { intervalSeconds: 1, step, limit } });
    // It came 1 s and more before the others: a step of 6 is more than the 5 between them.
    expect(order(6, 1000)[0]).toBe("old");
    // With a limit of 4 it never gains the 5.
    expect(order(6, 4).at(-1)).toBe("old");
  });

  test("PriorityAging: with a limit that all reach, priority decides again: sorted anew meanwhile", () => {
    const pods = [podManifest("old"), podManifest("new", { priority: 5 })];
    const args = { intervalSeconds: 1, step: 6, limit: 12 };
    const blockers = Array.from({ length: 3 }, (_, i) => podManifest(`b-${i}`, { priority: 100 }));
    // After one cycle the old one has 12 (of 54), the new one 5 + 12: it has passed.
    expect(orderOf("PriorityAging", [...pods, ...blockers], { args })).toEqual([
      ...["b-0", "b-1", "b-2"],
      ...["new", "old"],
    ]);
  });

  test("DominantResourceFairness: the namespace with the smallest dominant share is next", () => {
    // A asks for 10 of 100 CPUs a pod, B for 20: A gets two pods for each of B's.
    const pods = [
      ...Array.from({ length: 6 }, (_, i) => inNamespace("a", `a-${i}`, { cpu: "10" })),
      ...Array.from({ length: 3 }, (_, i) => inNamespace("b", `b-${i}`, { cpu: "20" })),
    ];
    const nodes = [
      namespace("a"),
      namespace("b"),
      ...Array.from({ length: 10 }, (_, i) => nodeManifest(`n-${i}`, { cpu: "100" })),
    ];
    const order = orderOf("DominantResourceFairness", pods, { nodes });
    // Shares of 1000 CPUs after each: a 1 % · b 2 % · a 2 % · then a came first, and so on.
    expect(order.map((name) => name[0]).join("")).toBe("abaabaaba".slice(0, 9));
  });

  test("DominantResourceFairness: what ends no longer counts", () => {
    const nodes = [namespace("a"), namespace("b"), nodeManifest("n", { cpu: "100" })];
    const world = new SchedulerWorld(nodes, {
      profiles: [
        {
          plugins: {
            queueSort: {
              disabled: [{ name: "*" }],
              enabled: [{ name: "DominantResourceFairness" }],
            },
          },
        },
      ],
      cycle: { baseMicros: SECONDS_PER_CYCLE * MICROS_PER_SECOND, perNodeMicros: 0 },
    });
    world.at(0, () => world.create(podManifest("first", { cpu: "40" })));
    world.at(1, () => world.create(inNamespace("a", "a-0", { cpu: "20" })));
    world.at(2, () => world.create(inNamespace("a", "a-1", { cpu: "20" })));
    world.at(3, () => world.create(podManifest("d-0", { cpu: "1" })));
    // While a-1 is under way, whose turn came before d-0's: then `default` has nothing left.
    world.at(15, () => world.remove("first"));
    world.until(200);
    const order = world.attempts.map((attempt) => attempt.split(" ")[1]);
    expect(order).toEqual(["first", "a-0", "d-0", "a-1"]);
  });
});
