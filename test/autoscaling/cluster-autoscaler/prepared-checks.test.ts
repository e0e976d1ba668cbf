import fc from "fast-check";
import { expect, test } from "vitest";
import type { PodSpec } from "../../../src/api/kubernetes.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import { ClusterSnapshot } from "../../../src/autoscaling/cluster-autoscaler/cluster-snapshot.js";
import { FitCheck } from "../../../src/scheduler/framework/fit-check.js";
import { buildNode, buildPod, emptyCluster } from "../../conformance/autoscalers/ca-objects.js";

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
const APPS = ["a", "b", "c"] as const;

function affinity(kind: "podAffinity" | "podAntiAffinity", app: string, topologyKey: string) {
  const term = { topologyKey, labelSelector: { matchLabels: { app } } };
  return { affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
}

const spread = (app: string, topologyKey: string) => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app } },
    },
  ],
});

/** Kinds of pods that look at other pods in every way that there is; the last does not at all. */
const KINDS = [
  affinity("podAntiAffinity", "a", HOST),
  affinity("podAntiAffinity", "b", ZONE),
  affinity("podAffinity", "a", ZONE),
  spread("b", ZONE),
  spread("c", HOST),
  {},
];

const templates = KINDS.flatMap((more, kind) =>
  APPS.map((app) =>
    buildPod({
      metadata: {
        name: `${app}${kind}`,
        labels: { app },
        ownerReferences: [{ kind: "Job", name: app }],
      },
      spec: {
        containers: [{ name: "c", resources: { requests: { cpu: "100m" } } }],
        ...more,
      } as unknown as PodSpec,
    }),
  ),
);

const node = (i: number) =>
  buildNode({
    metadata: { name: `n${i}`, labels: { [ZONE]: `z${i % 3}` } },
    status: { allocatable: { cpu: "2", memory: "4Gi", pods: "20" } },
  });

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("place" as const), pod: fc.nat(), at: fc.nat() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("remove" as const), pod: fc.nat(), at: fc.nat() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "fork" as const,
        "revert" as const,
        "commit" as const,
        "add" as const,
        "drop" as const,
      ),
      pod: fc.nat(),
      at: fc.nat(),
    }),
  },
);

test("what is kept of filters answers as if it were asked anew, whatever comes, goes and is taken back", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const cluster = emptyCluster();
      const snapshot = new ClusterSnapshot(cluster);
      snapshot.reset([0, 1, 2, 3].map(node), []);
      let made = 4;
      let forks = 0;
      const asked = (pod: PodVersion) => {
        for (const info of snapshot.nodes) {
          const fresh = cluster.fitCheck(pod);
          const wanted = fresh instanceof FitCheck ? fresh.onNode(info) : fresh;
          expect(snapshot.refusal(pod, info.name)?.reasons).toEqual(wanted?.reasons);
        }
      };
      for (const [i, { do: what, pod, at }] of steps.entries()) {
        const { nodes } = snapshot;
        const name = nodes[at % nodes.length]!.name;
        const template = templates[pod % templates.length]!;
        if (what === "place") {
          snapshot.addPod({ ...template, uid: `u${i}`, nodeName: name } as PodVersion);
        } else if (what === "remove") {
          const uid = snapshot.get(name)!.pods.at(-1)?.pod.uid;
          if (uid !== undefined) snapshot.removePod(uid);
        } else if (what === "add") {
          snapshot.addNode({ node: node(made), pods: [] });
          made += 1;
        } else if (what === "drop" && nodes.length > 1) {
          snapshot.removeNode(name);
        } else if (what === "fork") {
          snapshot.fork();
          forks += 1;
        } else if (forks > 0 && (what === "revert" || what === "commit")) {
          snapshot[what]();
          forks -= 1;
        }
        asked(templates[(pod + at) % templates.length]!);
      }
      for (const template of templates) asked(template);
    }),
    { numRuns: 40 },
  );
});
