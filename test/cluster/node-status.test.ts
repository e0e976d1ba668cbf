import { expect, it } from "vitest";
import { LATENCY_MICROS, newWorld, type World } from "./world.js";

const NODE = { kind: "Node", namespace: "", name: "node-0" } as const;
const statusOf = (world: World) => world.store.table("Node").find("", "node-0")!.status;

/** Somebody else writes into the status so shortly before a report that the kubelet has not seen it. */
function writeUnseen(world: World, reportSeconds: number, patch: object): void {
  world.until(reportSeconds - LATENCY_MICROS / 2 / 1e6);
  world.do({ verb: "merge", target: NODE, patch: { status: patch }, subresource: "status" });
}

const attached = [{ name: "kubernetes.io/csi/d^v", devicePath: "" }];
const foreign = { type: "KernelDeadlock", status: "False", reason: "Fine" };

it("a kubelet that tells of images leaves what others have written of volumes meanwhile", () => {
  const world = newWorld({ scripts: { main: { image: 300 } } });
  world.bind("pod");
  // Pulled after three seconds, told at the next whole ten.
  writeUnseen(world, 10, { volumesAttached: attached, volumesInUse: [attached[0]!.name] });
  world.until(12);
  expect(statusOf(world).images).toHaveLength(1);
  expect(statusOf(world).volumesAttached).toEqual(attached);
  expect(statusOf(world).volumesInUse).toEqual([attached[0]!.name]);
});

it("a kubelet that comes back leaves volumes and others' conditions as they are", () => {
  const world = newWorld();
  world.until(5);
  world.kubelets.failNode("node-0", "crash");
  writeUnseen(world, 20, { volumesAttached: attached, conditions: [foreign] });
  world.until(20);
  world.kubelets.recoverNode("node-0");
  world.until(22);
  const { conditions = [], volumesAttached } = statusOf(world);
  expect(volumesAttached).toEqual(attached);
  expect(conditions.find(({ type }) => type === "Ready")?.status).toBe("True");
  expect(conditions).toContainEqual(foreign);
});
