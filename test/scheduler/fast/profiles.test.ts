import { describe, expect, test } from "vitest";
import { FastSchedulingAlgorithm } from "../../../src/scheduler/fast/fast-scheduling-algorithm.js";
import { makeNode, makePod, makeTemplate, makeWorld } from "./random-cluster.js";

const ZONE = "topology.kubernetes.io/zone";
const labelSelector = { matchLabels: { app: "web" } };
const term = { topologyKey: ZONE, labelSelector };

function web(affinity: object, whenUnsatisfiable: string) {
  const constraint = { maxSkew: 2, topologyKey: ZONE, whenUnsatisfiable, labelSelector };
  return makeTemplate(
    "default",
    { app: "web" },
    {
      containers: [{ name: "c", image: "i" }],
      affinity,
      topologySpreadConstraints: [constraint],
    },
  );
}

/** Pods that both plugins between pods filter, and pods that each of them scores. */
const TEMPLATES = [
  web({ podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }, "DoNotSchedule"),
  web({}, "ScheduleAnyway"),
  web(
    {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }],
      },
    },
    "DoNotSchedule",
  ),
];

/** Takes decisions by a profile, each compared with the plain form. */
function decide(plugins: object) {
  const world = makeWorld({
    minor: 30,
    configuration: {
      apiVersion: "kubescheduler.config.k8s.io/v1",
      kind: "KubeSchedulerConfiguration",
      profiles: [{ schedulerName: "default-scheduler", plugins }],
    },
  });
  const { state } = world;
  for (const name of ["a", "b", "c"]) {
    const labels = { [ZONE]: name === "c" ? "b" : name };
    state.addNode(makeNode(name, { cpu: "8", memory: "8Gi", pods: 110, labels }));
  }
  const fast = new FastSchedulingAlgorithm(state, {
    percentageOfNodesToScore: 100,
    chooseTie: null,
    verifyEvery: 1,
  });
  const framework = world.framework();
  for (let i = 0; i < 12; i += 1) {
    const pod = makePod(TEMPLATES[i % 3]!, `pod-${i}`);
    const outcome = fast.schedule(framework, state.podInfos.podInfo(pod));
    if (outcome.kind === "scheduled") state.addPod(pod.next({ nodeName: outcome.node.name }));
  }
  return fast.counts;
}

const PARTS: Readonly<Record<string, readonly string[]>> = {
  preFilter: [
    "PodTopologySpread",
    "InterPodAffinity",
    "NodeAffinity",
    "NodePorts",
    "NodeResourcesFit",
    "VolumeBinding",
    "VolumeRestrictions",
    "VolumeZone",
    "NodeVolumeLimits",
  ],
  filter: ["PodTopologySpread", "InterPodAffinity"],
  preScore: [
    "PodTopologySpread",
    "InterPodAffinity",
    "NodeAffinity",
    "TaintToleration",
    "NodeResourcesBalancedAllocation",
  ],
  score: ["PodTopologySpread", "InterPodAffinity", "TaintToleration"],
};

describe("a profile with a plugin at some of its points only decides as the plain form", () => {
  const parts = Object.entries(PARTS).flatMap(([point, names]) =>
    names.map((name) => [name, point] as const),
  );
  test.each(parts)("%s without %s", (name, point) => {
    const counts = decide({ [point]: { disabled: [{ name }] } });
    expect(counts.fast + counts.plain).toBe(12);
  });

  test("where it acts at all of them the fast form decides", () => {
    expect(decide({})).toMatchObject({ fast: 12, plain: 0 });
  });
});
