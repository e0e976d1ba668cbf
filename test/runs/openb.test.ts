import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { World } from "../../src/scenario/assemble/world.js";
import { loadedFrom, worldOf } from "./built-world.js";
import { isThere } from "./outside-data.js";

const DATA = process.env.SEATRIAL_DATA ?? "../shared/traces";
const PODS = `${DATA}/openb/openb_pod_list_default.csv`;
const SECONDS_PER_DAY = 86_400;

/** Of the trace's pods, those that arrive in these days. */
function arrivals(fromDay: number, toDay: number): number {
  const [head, ...rows] = readFileSync(PODS, "utf8").trimEnd().split("\n");
  const column = head!.split(",").indexOf("creation_time");
  return rows.filter((row) => {
    const day = Number(row.split(",")[column]) / SECONDS_PER_DAY;
    return day >= fromDay && day < toDay;
  }).length;
}

/** Every pod that was made is bound or pending, and the recorder's counts say the same. */
function account(world: World): { created: number; bound: number; pending: number } {
  const created = new Set<string>();
  const bound = new Set<string>();
  world.ground.store.observe((before, after) => {
    if (after?.kind !== "Pod") return;
    if (before === null) created.add(after.uid);
    if (after.nodeName !== "") bound.add(after.uid);
  });
  world.run();
  let pending = 0;
  for (const pod of world.ground.store.table("Pod")) if (pod.nodeName === "") pending += 1;
  expect(created.size).toBe(bound.size + pending);
  const { summary } = world.finish().figures;
  const told = (metric: string) =>
    summary.find((row) => row.metric === metric && row.labels === "")?.value;
  expect(told("pods_created_count")).toBe(created.size);
  expect(told("pods_bound_count")).toBe(bound.size);
  expect(told("pods_pending_end_count")).toBe(pending);
  return { created: created.size, bound: bound.size, pending };
}

describe.skipIf(!isThere(PODS))("a window of the openb trace", () => {
  it("with its own times: all pods of the window find a place", async () => {
    const settings = ["traces.0.window={ from: 120d, to: 123d }"];
    const loaded = await loadedFrom(["scenarios/traces/openb.yaml"], { settings });
    const { created, pending } = account(await worldOf(loaded));
    expect(created).toBe(arrivals(120, 123));
    expect(created).toBeGreaterThan(50);
    expect(pending).toBe(0);
  });

  it("asking for more than there is: what is refused is pending, and nothing is lost", async () => {
    const machines =
      "{ name: m, nodes: 12, capacity: { cpu: 96, memory: 512Gi, nvidia.com/gpu: 8 } }";
    const settings = [
      "traces.0.window={ from: 100d, to: 140d }",
      `cluster={ nodePools: [${machines}] }`,
    ];
    const loaded = await loadedFrom(["scenarios/traces/openb-full.yaml"], { settings });
    const { created, bound, pending } = account(await worldOf(loaded));
    expect(created).toBeGreaterThan(bound);
    expect(pending).toBeGreaterThan(0.05 * created);
    expect(bound).toBeGreaterThan(50);
  });
});
