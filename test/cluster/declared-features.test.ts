import { describe, expect, it } from "vitest";
import { declaredFeatures } from "../../src/cluster/declared-features.js";
import { loadedFromMemory, worldOf } from "../runs/built-world.js";

describe("a kubelet declares", () => {
  it.each([
    { minor: 34, gates: {}, declares: [] },
    { minor: 35, gates: {}, declares: [] },
    {
      minor: 35,
      gates: { NodeDeclaredFeatures: true, RestartAllContainersOnContainerExits: true },
      declares: ["RestartAllContainersOnContainerExits"],
    },
    {
      minor: 37,
      gates: {},
      declares: [
        "ExtendWebSocketsToKubelet",
        "InPlacePodLevelResourcesVerticalScaling",
        "InPlacePodVerticalScalingInitContainers",
        "RestartAllContainersOnContainerExits",
      ],
    },
    { minor: 37, gates: { NodeDeclaredFeatures: false }, declares: [] },
  ])("in 1.$minor with $gates: $declares", ({ minor, gates, declares }) => {
    expect(declaredFeatures(minor, gates)).toEqual(declares);
  });
});

const SCENARIO = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 1m
  featureGates: { UserNamespacesHostNetworkSupport: true }
  cluster:
    nodePools: [{ name: a, nodes: 1, capacity: { cpu: "4", memory: 8Gi, pods: "10" } }]
    nodes: [node.yaml]
  manifests: [pod.yaml]
`;
const node = `apiVersion: v1
kind: Node
metadata: { name: own }
status: { capacity: { cpu: "8", memory: 16Gi, pods: "10" }, declaredFeatures: [Other] }
`;
const pod = `apiVersion: v1
kind: Pod
metadata: { name: p }
spec: { hostNetwork: true, hostUsers: false, containers: [{ name: main, image: i }] }
`;

it("a pod that needs a feature goes to a node whose kubelet declares it", async () => {
  const files = { "s.yaml": SCENARIO, "node.yaml": node, "pod.yaml": pod };
  const world = await worldOf(await loadedFromMemory(files));
  world.run();
  const found = [...world.objects()].find(
    ({ kind, metadata }) => kind === "Pod" && metadata.name === "p",
  );
  expect(found?.spec).toMatchObject({ nodeName: "a-0" });
});
