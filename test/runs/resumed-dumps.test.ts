import { beforeAll, describe, expect, it } from "vitest";
import { controllerOf, objectKey } from "../../src/api/object-version.js";
import { isPodTerminal } from "../../src/api/pod-version.js";
import { stateDump } from "../../src/experiment/state-dump.js";
import type { World } from "../../src/scenario/assemble/world.js";
import { loadedFromMemory, worldOf } from "./built-world.js";

const END_SECONDS = 400;
const START = Date.UTC(2026, 0, 1);

const template = (app: string, more = "") =>
  `template: { metadata: { labels: { app: ${app} } }, spec: { ${more}containers: [{ name: main, image: "${app}:1", resources: { requests: { cpu: 100m } } }] } }`;
const selector = (app: string) => `selector: { matchLabels: { app: ${app} } }`;
const object = (version: string, kind: string, name: string, spec: string) =>
  `{ apiVersion: ${version}, kind: ${kind}, metadata: { name: ${name}, namespace: shop }, spec: { ${spec} } }`;

const CLAIM =
  "volumeClaimTemplates: [{ metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], storageClassName: disks, resources: { requests: { storage: 1Gi } } } }]";

const APPS = [
  "{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }",
  "{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: disks }, provisioner: example.com/disks, volumeBindingMode: WaitForFirstConsumer }",
  object("apps/v1", "Deployment", "web", `replicas: 6, ${selector("web")}, ${template("web")}`),
  object(
    "apps/v1",
    "StatefulSet",
    "db",
    `replicas: 4, serviceName: db, ${selector("db")}, ${template("db")}, ${CLAIM}`,
  ),
  object("apps/v1", "DaemonSet", "agent", `${selector("agent")}, ${template("agent")}`),
  object("v1", "ReplicationController", "old", `replicas: 3, ${template("old")}`),
  object(
    "batch/v1",
    "Job",
    "indexed",
    `completions: 8, parallelism: 2, completionMode: Indexed, ${template("work", "restartPolicy: Never, ")}`,
  ),
  object(
    "batch/v1",
    "Job",
    "parallel",
    `completions: 3, parallelism: 3, ${template("parallel", "restartPolicy: Never, ")}`,
  ),
].join("\n---\n");

const BEHAVIOR = `
    - { match: { labels: { app: work } }, start: 1s, run: 21s }
    - { match: { labels: { app: parallel } }, start: 1s, run: 30s }
    - { start: 4s, stop: 3s }`;

const CHANGES = [
  [40, "rollout: { target: shop/Deployment/web, action: restart }"],
  [40, "rollout: { target: shop/StatefulSet/db, action: restart }"],
  [40, "rollout: { target: shop/DaemonSet/agent, action: restart }"],
  [45, "scale: { target: shop/ReplicationController/old, replicas: 5 }"],
] as const;

/** The steps that come after a second, counted from it. */
function timelineAfter(second: number): string {
  const steps = CHANGES.filter(([at]) => at > second);
  return `[${steps.map(([at, step]) => `{ at: ${at - second}s, ${step} }`).join(", ")}]`;
}

const scenario = (spec: string) => `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: work }
spec:
  behavior:${BEHAVIOR}
${spec}`;

const POOL = "nodePools: [{ name: n, nodes: 5, capacity: { cpu: 4, memory: 8Gi } }]";

async function firstRun(): Promise<World> {
  const spec = `  duration: ${END_SECONDS}s
  cluster: { ${POOL} }
  manifests: [apps.yaml]
  timeline: ${timelineAfter(0)}
`;
  return worldOf(await loadedFromMemory({ "s.yaml": scenario(spec), "apps.yaml": APPS }));
}

/** The state of the first run at a second of it, and what becomes of it in a run of its own. */
async function resumedAt(second: number): Promise<World> {
  const before = await firstRun();
  before.ground.engine.run({ untilMicros: second * 1e6 });
  const dump = [...stateDump(before.objects(), "state.json")].join("");
  const startTime = new Date(START + second * 1000).toISOString();
  const spec = `  startTime: ${startTime}
  duration: ${END_SECONDS - second}s
  cluster: { snapshot: [state.json] }
  timeline: ${timelineAfter(second)}
`;
  const after = await worldOf(
    await loadedFromMemory({ "s.yaml": scenario(spec), "state.json": dump }),
  );
  after.run();
  return after;
}

/** What has to be the same at the end, whether a dump was between or not. */
function outcomeOf(world: World) {
  const { store } = world.ground;
  const pods: Record<string, number> = {};
  for (const pod of store.table("Pod")) {
    const owner = controllerOf(pod)?.name.replace(/-[^-]*$/, "") ?? "";
    const end = isPodTerminal(pod) ? pod.phase : pod.status.containers.every((c) => c.ready);
    const key = `${owner} ${pod.spec.containers[0]!.image} ${end}`;
    pods[key] = (pods[key] ?? 0) + 1;
  }
  const db = store.table("StatefulSet").find("shop", "db")!.status;
  const agent = store.table("DaemonSet").find("shop", "agent")!.status;
  const web = store.table("Deployment").find("shop", "web")!.status;
  const jobs = [...store.table("Job")].map(({ name, status }) => ({
    name,
    succeeded: status.succeeded,
    failed: status.failed,
    indexes: status.completedIndexes,
    done: status.conditions?.map(({ type }) => type),
  }));
  return {
    pods,
    jobs,
    db: [db.readyReplicas, db.updatedReplicas, db.currentRevision === db.updateRevision],
    agent: [agent.numberReady, agent.updatedNumberScheduled, agent.numberMisscheduled],
    web: [web.replicas, web.updatedReplicas, web.availableReplicas],
    old: store.table("ReplicationController").find("shop", "old")!.status.readyReplicas,
    claims: [...store.table("PersistentVolumeClaim")].map((claim) => [
      objectKey(claim),
      claim.status.phase,
    ]),
  };
}

describe("a run that begins with a dump from the middle of all work", () => {
  let whole: World;
  beforeAll(async () => {
    whole = await firstRun();
    whole.run();
  });

  it("is compared with one in which everything was done", () => {
    const { db, agent, web, old, jobs } = outcomeOf(whole);
    expect({ db, agent, web, old }).toEqual({
      db: [4, 4, true],
      agent: [5, 5, 0],
      web: [6, 6, 6],
      old: 5,
    });
    expect(jobs.map(({ succeeded }) => succeeded)).toEqual([8, 3]);
  });

  it.each([2, 5, 12, 25, 41, 44, 46, 50, 63, 70, 85, 100])(
    "at %i s ends as the run that was not dumped",
    async (second) => {
      expect(outcomeOf(await resumedAt(second))).toEqual(outcomeOf(whole));
    },
  );
});
