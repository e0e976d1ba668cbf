import { describe, expect, test } from "vitest";
import {
  Action,
  clusterEvent,
  eventMatches,
} from "../../../src/scheduler/framework/cluster-event.js";
import { pod, requesting } from "../world.js";
import {
  asNode,
  gone,
  type HintCase,
  hint,
  NODE_ADD,
  NODE_LABEL,
  NODE_ROOM,
  NODE_TAINT,
  POD_CAME,
  POD_GONE,
  POD_SHRINKS,
} from "./hint-cases.js";

const wants = (cpu: string) => pod("p", requesting({ cpu }));
const small = asNode("n", { allocatable: { cpu: "1" } });
const large = asNode("n", { allocatable: { cpu: "8" } });
const tainted = asNode("n", { taints: [{ key: "t", effect: "NoSchedule" }] });
const cordoned = asNode("n", { unschedulable: true });
const labelled = asNode("n", { labels: { pool: "a" } });
const picky = pod("p", { nodeSelector: { pool: "a" } });
const port = {
  containers: [{ name: "c", image: "i", ports: [{ containerPort: 1, hostPort: 80 }] }],
};

describe("a pod that a node refused is tried again", () => {
  test.each<HintCase>([
    [
      "a node that is large enough comes",
      "NodeResourcesFit",
      NODE_ADD,
      wants("4"),
      [null, large],
      true,
    ],
    [
      "a node that is too small comes",
      "NodeResourcesFit",
      NODE_ADD,
      wants("4"),
      [null, small],
      false,
    ],
    ["a node grows enough", "NodeResourcesFit", NODE_ROOM, wants("4"), [small, large], true],
    ["a node shrinks", "NodeResourcesFit", NODE_ROOM, wants("1"), [large, small], false],
    ["a pod leaves its node", "NodeResourcesFit", POD_GONE, wants("4"), [gone(), null], true],
    ["a pod comes", "NodeResourcesFit", POD_CAME, wants("4"), [null, gone()], false],
    ["a node loses the taint", "TaintToleration", NODE_TAINT, pod("p"), [tainted, large], true],
    ["a node keeps the taint", "TaintToleration", NODE_TAINT, pod("p"), [tainted, tainted], false],
    [
      "a node without taints changes",
      "TaintToleration",
      NODE_TAINT,
      pod("p"),
      [large, large],
      false,
    ],
    ["a node is uncordoned", "NodeUnschedulable", NODE_TAINT, pod("p"), [cordoned, large], true],
    ["a node is cordoned", "NodeUnschedulable", NODE_TAINT, pod("p"), [large, cordoned], false],
    ["a node gets the label", "NodeAffinity", NODE_LABEL, picky, [large, labelled], true],
    ["a node gets another label", "NodeAffinity", NODE_LABEL, picky, [large, small], false],
    [
      "a node that had the label changes",
      "NodeAffinity",
      NODE_LABEL,
      picky,
      [labelled, labelled],
      false,
    ],
    ["a pod frees the port", "NodePorts", POD_GONE, pod("p", port), [gone(port), null], true],
    ["a pod without ports leaves", "NodePorts", POD_GONE, pod("p", port), [gone(), null], false],
    [
      "a node that waits for somebody gives up its nomination",
      "NodeResourcesFit",
      POD_GONE,
      wants("1"),
      [pod("q", {}, { nominatedNodeName: "n" }), null],
      true,
    ],
    [
      "a pod goes that had no node",
      "NodeResourcesFit",
      POD_GONE,
      wants("1"),
      [pod("q"), null],
      false,
    ],
    [
      "a pod gives up its nomination, and its ports",
      "NodePorts",
      POD_GONE,
      pod("p", port),
      [pod("q", port, { nominatedNodeName: "n" }), null],
      true,
    ],
    [
      "a pod on a node shrinks where it needs room",
      "NodeResourcesFit",
      POD_SHRINKS,
      wants("1"),
      [gone(requesting({ cpu: "2" })), gone(requesting({ cpu: "1" }))],
      true,
    ],
    [
      "a pod on a node shrinks where it needs none",
      "NodeResourcesFit",
      POD_SHRINKS,
      wants("1"),
      [gone(requesting({ memory: "2Gi" })), gone(requesting({ memory: "1Gi" }))],
      false,
    ],
    [
      "a waiting pod shrinks",
      "NodeResourcesFit",
      POD_SHRINKS,
      wants("1"),
      [pod("q", requesting({ cpu: "2" })), pod("q", requesting({ cpu: "1" }))],
      false,
    ],
    [
      "it shrinks itself",
      "NodeResourcesFit",
      POD_SHRINKS,
      wants("1"),
      [wants("2"), wants("1")],
      true,
    ],
    [
      "a node gets room for more pods",
      "NodeResourcesFit",
      NODE_ROOM,
      wants("1"),
      [asNode("n", { allocatable: { pods: "1" } }), asNode("n")],
      true,
    ],
  ])("when %s (%s)", (_, plugin, event, waiting, change, again) => {
    expect(hint(plugin, event, waiting, change)).toBe(again);
  });

  test("an event of a resource that nobody registered helps nobody", () => {
    expect(eventMatches(NODE_ADD, POD_GONE)).toBe(false);
    expect(eventMatches(clusterEvent("*", Action.All), POD_GONE)).toBe(true);
    expect(eventMatches(clusterEvent("Node", Action.Add, Action.Delete), NODE_LABEL)).toBe(false);
  });
});
