import { expect, test } from "vitest";
import { FastSchedulingAlgorithm } from "../../../src/scheduler/fast/fast-scheduling-algorithm.js";
import { makeNode, makePod, makeTemplate, makeWorld } from "./random-cluster.js";

const ZONE = "topology.kubernetes.io/zone";

test("pods that come while a node has a taint count once the taint is gone", () => {
  const world = makeWorld({ minor: 30, configuration: null });
  const { state } = world;
  const nodes = ["a", "b"].map((zone) =>
    makeNode(zone, { cpu: "8", memory: "8Gi", pods: 110, labels: { [ZONE]: zone } }),
  );
  for (const node of nodes) state.addNode(node);
  const spread = (whenUnsatisfiable: string) => ({
    maxSkew: 1,
    topologyKey: ZONE,
    whenUnsatisfiable,
    nodeTaintsPolicy: "Honor",
    labelSelector: { matchLabels: { app: "web" } },
  });
  for (const when of ["DoNotSchedule", "ScheduleAnyway"]) {
    const template = makeTemplate(
      "default",
      { app: "web" },
      {
        containers: [{ name: "c", image: "i" }],
        topologySpreadConstraints: [spread(when)],
      },
    );
    const fast = new FastSchedulingAlgorithm(state, {
      percentageOfNodesToScore: 100,
      chooseTie: null,
      verifyEvery: 1,
    });
    const framework = world.framework();
    const decide = (name: string) =>
      fast.schedule(framework, state.podInfos.podInfo(makePod(template, name)));
    // From the second time on the sums of a template are kept.
    decide("first");
    decide("second");

    const [a] = nodes;
    const taints = [{ key: "busy", value: "", effect: "NoSchedule" }];
    state.updateNode({ ...a!, spec: { taints } } as typeof a & object);
    for (let i = 0; i < 3; i += 1) {
      state.addPod(makePod(template, `${when}-${i}`).next({ nodeName: "a" }));
    }
    state.updateNode(a!);

    expect(decide("third")).toMatchObject({ kind: "scheduled", node: { name: "b" } });
    expect(fast.counts.plain).toBe(0);
  }
});
