import { describe } from "vitest";
import { nodeManifest, podManifest } from "../scheduler-world.js";
import { nodeAffinity, testAdvice, ZONE, zone } from "./told.js";

const HOST = "kubernetes.io/hostname";
const withSpec = (node: object, spec: object) => ({ ...node, spec });
const taint = (key: string, value?: string) => ({
  key,
  effect: "NoSchedule",
  ...(value && { value }),
});

describe("what would help", () => {
  testAdvice([
    {
      what: "a node that is large enough",
      objects: [nodeManifest("a"), zone("b", "x", "1")],
      pods: [podManifest("p", { cpu: "3" })],
      says: [
        "It asks for 3 cpu, and no node that it may use is that large, even when empty; the largest, a, has 2 cpu. Ask for less, or add a larger node.",
      ],
    },
    {
      what: "a resource that no node has",
      objects: [nodeManifest("a")],
      pods: [
        podManifest("p", {
          containers: [
            { name: "main", image: "i", resources: { limits: { "nvidia.com/gpu": "1" } } },
          ],
        }),
      ],
      says: [
        "It asks for 1 nvidia.com/gpu, and no node that it may use has any nvidia.com/gpu: add one that has, or correct the request.",
      ],
    },
    {
      what: "one place instead of many",
      objects: [nodeManifest("a"), nodeManifest("b")],
      pods: [podManifest("x"), podManifest("y"), podManifest("p", { cpu: "2" })],
      says: [
        "It asks for 2 cpu. 2 nodes lack nothing but room; the freest of them, a, has 1 cpu free of 2 cpu. Together they have 2 cpu free, but a pod cannot be split.",
        "With 1 pod less a would have room: scale down, or move, Pod/x (priority 0).",
        "One more node like a with 2 cpu free would take it.",
      ],
    },
    {
      what: "leave to preempt",
      objects: [nodeManifest("a", { cpu: "1" })],
      pods: [podManifest("x", { priority: 2 }), podManifest("p", { priority: 1 })],
      says: [
        "(preemption), and this pod has priority 1. A PriorityClass above 2 for it, or below 1 for them, would let it.",
      ],
    },
    {
      what: "no class above all of the system's, nor below the lowest",
      objects: [
        {
          apiVersion: "scheduling.k8s.io/v1",
          kind: "PriorityClass",
          metadata: { name: "lowest" },
          value: -(2 ** 31),
        },
        nodeManifest("a", { cpu: "1" }),
      ],
      pods: [
        podManifest("x", { priorityClassName: "system-node-critical" }),
        podManifest("p", { priorityClassName: "lowest" }),
      ],
      says: [
        "and this pod has priority -2147483648 (the lowest there is).",
        "(system-node-critical)).",
      ],
      not: "PriorityClass",
    },
    {
      what: "a policy that preempts",
      objects: [
        {
          apiVersion: "scheduling.k8s.io/v1",
          kind: "PriorityClass",
          metadata: { name: "patient" },
          value: 100,
          preemptionPolicy: "Never",
        },
        nodeManifest("a", { cpu: "1" }),
      ],
      pods: [podManifest("x"), podManifest("p", { priorityClassName: "patient" })],
      says: ["for its preemptionPolicy is Never: PreemptLowerPriority would let it."],
    },
    {
      what: "a class of its own that may preempt, whatever those of others",
      objects: [
        {
          apiVersion: "scheduling.k8s.io/v1",
          kind: "PriorityClass",
          metadata: { name: "patient" },
          value: -10,
          preemptionPolicy: "Never",
        },
        nodeManifest("a", { cpu: "1" }),
      ],
      pods: [podManifest("x"), podManifest("p", { priorityClassName: "patient" })],
      says: [
        "and this pod has priority -10 and the preemptionPolicy Never. A PriorityClass above 0 for it with preemptionPolicy PreemptLowerPriority would let it.",
      ],
      not: "for them",
    },
    {
      what: "more pods a node",
      objects: [nodeManifest("a", { cpu: "64" })],
      pods: [
        ...Array.from({ length: 10 }, (_, i) => podManifest(`x${i}`, { cpu: "1m" })),
        podManifest("p", { cpu: "1m" }),
      ],
      says: ["a runs as many pods as it may (10): raise the number of pods a node"],
    },
    {
      what: "room on the very node that it names, where another like it is none",
      objects: [nodeManifest("a", { cpu: "1" })],
      pods: [podManifest("x"), podManifest("p", { nodeSelector: { [HOST]: "a" } })],
      says: ["It asks for 1 cpu. a, which lacks nothing but room, has 0 cpu free of 1 cpu."],
      not: "One more node",
    },
    {
      what: "another value of a label",
      objects: [zone("a", "x"), zone("b", "y")],
      pods: [podManifest("p", { nodeSelector: { [ZONE]: "z" } })],
      says: [
        `2 nodes with room for it (a (zone x), b (zone y)) would take it if the pod did not ask for ${ZONE}=z. No node has ${ZONE}=z: they have x, y. Change its nodeSelector or node affinity.`,
      ],
    },
    {
      what: "a label's key without a slip of the pen",
      objects: [zone("a", "x")],
      pods: [podManifest("p", { nodeSelector: { "topology.kubernets.io/zone": "x" } })],
      says: [`No node has the label topology.kubernets.io/zone; is ${ZONE} meant?`],
    },
    {
      what: "a label on one of the nodes",
      objects: [
        nodeManifest("a"),
        withSpec(nodeManifest("b", { labels: { disk: "ssd" } }), { unschedulable: true }),
      ],
      pods: [
        podManifest(
          "p",
          nodeAffinity({
            matchExpressions: [{ key: "disk", operator: "In", values: ["ssd", "nvme"] }],
          }),
        ),
      ],
      says: [
        "1 node with room for it (a) would take it if the pod did not ask for disk in [ssd, nvme]. Label one of them so, or change its nodeSelector or node affinity.",
        "1 node with room for it (b) would take it, but is cordoned: uncordon one.",
      ],
    },
    {
      what: "a node that is there, in place of one that it names",
      minor: 30,
      objects: [nodeManifest("a")],
      pods: [
        podManifest(
          "p",
          nodeAffinity({
            matchFields: [{ key: "metadata.name", operator: "In", values: ["gone"] }],
          }),
        ),
      ],
      says: [
        "would take it if the pod did not ask for metadata.name=gone. No node has metadata.name=gone: they have a.",
      ],
    },
    {
      what: "a toleration",
      objects: [
        withSpec(nodeManifest("a"), { taints: [taint("gpu", "yes"), taint("spot")] }),
        withSpec(nodeManifest("b"), { taints: [taint("gpu", "yes")] }),
      ],
      pods: [podManifest("p")],
      says: [
        "2 nodes with room for it (a, b) would take it if the pod tolerated these taints: gpu=yes:NoSchedule, spot:NoSchedule. Add such a toleration",
      ],
    },
    {
      what: "an end of the cordon, with the taint that comes with one",
      objects: [
        withSpec(nodeManifest("a"), {
          unschedulable: true,
          taints: [taint("node.kubernetes.io/unschedulable")],
        }),
      ],
      pods: [podManifest("p")],
      says: ["1 node with room for it (a) would take it, but is cordoned: uncordon one."],
      not: "taint",
    },
    {
      what: "two changes at once",
      objects: [nodeManifest("a", { cpu: "500m" })],
      pods: [podManifest("p", { nodeSelector: { disk: "ssd" } })],
      says: [
        "No single change is enough: each node is refused for at least two reasons.",
        "1 node (a): not one that the pod asks for (node(s) didn't match Pod's node affinity/selector); no room (Insufficient cpu).",
      ],
    },
    {
      what: "a node at all",
      objects: [],
      pods: [podManifest("p")],
      says: ["There is no node at all: add one."],
    },
  ]);
});
