import { describe, expect, it } from "vitest";
import { ALL_KINDS } from "../../src/api/kinds.js";
import type { Manifest } from "../../src/api/kubernetes.js";
import { toManifest } from "../../src/api/manifest.js";
import { type AnyVersion, controllerOf, objectKey } from "../../src/api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../src/api/pod-version.js";
import type { World } from "../../src/scenario/assemble/world.js";
import { loadedFrom, loadedFromMemory, worldOf } from "./built-world.js";
import { isThere } from "./outside-data.js";

const LONGHORN = "../shared/snapshots/longhorn-3-nodes.yaml";
const BOUTIQUE = "../shared/manifests/online-boutique.yaml";

const DUMPED = ["Node", "Pod", "Deployment", "ReplicaSet", "Service", "EndpointSlice"] as const;

/** What `kubectl get nodes,pods,deployments,… -A -o yaml` prints. */
function dumpOf(world: World, startTimeMs: number, kinds: readonly (typeof DUMPED)[number][]) {
  const { store } = world.ground;
  const items: Manifest[] = kinds.flatMap((kind) =>
    [...store.table(kind)].map((object) => toManifest(object as AnyVersion, startTimeMs)),
  );
  return JSON.stringify({ apiVersion: "v1", kind: "List", metadata: {}, items });
}

/** What became of each pod of a world between now and later. */
interface Changes {
  readonly created: string[];
  readonly deleted: string[];
  readonly moved: string[];
}

function watchPods(world: World): Changes {
  const changes: Changes = { created: [], deleted: [], moved: [] };
  world.ground.store.observe((before, after) => {
    if ((after ?? before)!.kind !== "Pod") return;
    const [old, pod] = [before as PodVersion | null, after as PodVersion | null];
    if (old === null) changes.created.push(objectKey(pod!));
    else if (pod === null || (old.deletionTimeMicros === null && pod.deletionTimeMicros !== null)) {
      changes.deleted.push(objectKey(old));
    } else if (old.nodeName !== pod.nodeName) changes.moved.push(objectKey(pod));
  });
  return changes;
}

const STILL: Changes = { created: [], deleted: [], moved: [] };

const placesOf = (world: World) =>
  [...world.ground.store.table("Pod")].map((pod) => [objectKey(pod), pod.nodeName, pod.phase]);

/** Runs the scenario, dumps what it came to, and lets half an hour pass from the dump. */
async function roundTrip(first: World, startTimeMs: number, kinds = [...DUMPED]): Promise<void> {
  first.run();
  const dump = dumpOf(first, startTimeMs, kinds);
  const second = await worldOf(await loadedFromMemory({ "dump.json": dump }, { until: "30m" }));
  expect(placesOf(second).sort()).toEqual(placesOf(first).sort());
  const changes = watchPods(second);
  expect(second.run()).not.toBe("stopped");
  expect(changes).toEqual(STILL);
  expect(placesOf(second).sort()).toEqual(placesOf(first).sort());
  const running = [...second.ground.store.table("Pod")].filter(({ phase }) => phase === "Running");
  expect(running.length).toBeGreaterThan(10);
}

describe("the dump of a settled cluster creates, deletes and moves nothing for half an hour", () => {
  it("the quickstart, after its update and its drain", async () => {
    const loaded = await loadedFrom(["scenarios/quickstart.yaml"]);
    const startTimeMs = loaded.scenario.startTimeEpochMicros / 1000;
    await roundTrip(await worldOf(loaded), startTimeMs);
  });

  it("without its EndpointSlices, that the dump need not hold", async () => {
    const loaded = await loadedFrom(["scenarios/quickstart.yaml"], { until: "5m" });
    const startTimeMs = loaded.scenario.startTimeEpochMicros / 1000;
    const kinds = DUMPED.filter((kind) => kind !== "EndpointSlice");
    await roundTrip(await worldOf(loaded), startTimeMs, kinds);
  });

  it.skipIf(!isThere(BOUTIQUE))("a real application", async () => {
    const loaded = await loadedFrom([BOUTIQUE], { nodes: "3x4cpu,16Gi", until: "10m" });
    const startTimeMs = loaded.scenario.startTimeEpochMicros / 1000;
    await roundTrip(await worldOf(loaded), startTimeMs);
  });
});

it("what is made beside the dump of another run has uids of its own", async () => {
  const first = await worldOf(await loadedFrom(["scenarios/quickstart.yaml"], { until: "5m" }));
  first.run();
  const dump = dumpOf(first, 0, [...DUMPED]);
  const world = await worldOf(await loadedFromMemory({ "dump.json": dump }, { until: "5m" }));
  const uids = () => ALL_KINDS.flatMap((k) => [...world.ground.store.table(k)].map((o) => o.uid));
  expect(new Set(uids()).size).toBe(uids().length);
  const patch = { spec: { replicas: 9 } };
  const target = { kind: "Deployment", namespace: "ferry", name: "booking" } as const;
  expect(world.ground.server.execute({ verb: "merge", target, patch }).ok).toBe(true);
  world.run();
  expect(new Set(uids()).size).toBe(uids().length);
  expect(placesOf(world).filter(([key]) => String(key).includes("booking"))).toHaveLength(9);
});

describe.skipIf(!isThere(LONGHORN))("a dump of a live cluster with a rollout that hangs", () => {
  it("keeps its 58 pods where they are", async () => {
    const world = await worldOf(await loadedFrom([LONGHORN], { until: "30m" }));
    const before = placesOf(world);
    expect(before).toHaveLength(58);
    const changes = watchPods(world);
    world.run();
    expect(changes).toEqual(STILL);
    expect(placesOf(world).sort()).toEqual(before.sort());
    expect(
      world.finish().figures.summary.find(({ metric }) => metric === "pods_created_count")?.value,
    ).toBe(0);
  });

  it("and a drain moves what must move, and no more", async () => {
    const loaded = await loadedFrom([LONGHORN], { until: "30m" });
    const nodes = (loaded.snapshot ?? []).filter(({ manifest }) => manifest.kind === "Node");
    const node = nodes[0]!.manifest.metadata.name!;
    const settings = [`timeline=[{ at: 1m, drain: { node: ${node} } }]`];
    const world = await worldOf(await loadedFrom([LONGHORN], { until: "30m", settings }));
    const { store } = world.ground;
    const staying = new Set<string>();
    const leaving = new Map<string, PodVersion>();
    for (const pod of store.table("Pod")) {
      const isStatic = "kubernetes.io/config.mirror" in pod.annotations;
      const isOfDaemonSet = controllerOf(pod)?.kind === "DaemonSet" && !isPodTerminal(pod);
      if (pod.nodeName !== node || isStatic || isOfDaemonSet) staying.add(pod.uid);
      else leaving.set(pod.uid, pod);
    }
    expect(leaving.size).toBeGreaterThan(3);
    const here = [...store.table("Pod")].filter((pod) => pod.nodeName === node);
    expect(here.filter((pod) => staying.has(pod.uid)).length).toBeGreaterThan(3);
    const changes = watchPods(world);
    world.run();
    const after = new Map([...store.table("Pod")].map((pod) => [pod.uid, pod]));
    for (const uid of staying) expect(after.has(uid)).toBe(true);
    for (const [uid, pod] of leaving) expect(after.has(uid), objectKey(pod)).toBe(false);
    // What a ReplicaSet of the dump owned and still ran is made again, on another node.
    const sets = new Set([...store.table("ReplicaSet")].map(({ uid }) => uid));
    const wanted = [...leaving.values()].filter(
      (pod) => sets.has(controllerOf(pod)?.uid ?? "") && !isPodTerminal(pod),
    );
    expect(wanted.length).toBeGreaterThan(0);
    expect(changes.created).toHaveLength(wanted.length);
    for (const pod of after.values()) {
      if (!staying.has(pod.uid)) expect(pod.nodeName, objectKey(pod)).not.toBe(node);
    }
  });
});
