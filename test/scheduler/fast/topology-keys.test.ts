import { expect, test } from "vitest";
import { NodeTable } from "../../../src/scheduler/fast/node-table.js";
import { TopologyKeys } from "../../../src/scheduler/fast/topology-keys.js";
import { makeNode, makeWorld } from "./random-cluster.js";

test("how a key divided the nodes takes no memory by row once labels have changed", () => {
  const { state } = makeWorld({ minor: 30, configuration: null });
  const node = (name: string, rack: string) =>
    makeNode(name, { cpu: "1", memory: "1Gi", pods: 1, labels: { rack } });
  state.addNode(node("a", "1"));
  state.addNode(node("b", "2"));
  const table = new NodeTable(state);
  const keys = new TopologyKeys(table, 8);
  table.sync();
  const before = keys.of("rack");
  expect(before).toMatchObject({ kind: "shared", values: ["1", "2"] });
  expect(keys.of("rack")).toBe(before);

  state.updateNode(node("b", "1"));
  table.sync();
  expect(keys.of("rack").values).toEqual(["1"]);
  expect(before.domainOf).toHaveLength(0);
});
