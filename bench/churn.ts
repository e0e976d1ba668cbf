import { Phase } from "../src/kernel/phase.js";
import type { World } from "../src/scenario/assemble/world.js";
import { profileByRoom, roomLines } from "./room-profile.js";
import { buildWorld } from "./worlds.js";

export interface Churn {
  readonly nodes: number;
  readonly replicaSets: number;
  readonly replicas: number;
  /** Pods deleted, and made again, a second. */
  readonly replacedPerSecond: number;
  /** Virtual time until all pods run, and of the churn. */
  readonly warmUpSeconds: number;
  readonly hours: number;
  /** Without the default topology spread, pods of one size are one class to the scheduler. */
  readonly defaultSpread: boolean;
}

const SMALL: Churn = {
  nodes: 500,
  replicaSets: 300,
  replicas: 50,
  replacedPerSecond: 2,
  warmUpSeconds: 600,
  hours: 2,
  defaultSpread: true,
};

/** The load of a large cluster's day: 150,000 pods, 20 of them replaced a second. */
const DAY: Churn = {
  nodes: 5_000,
  replicaSets: 3_000,
  replicas: 50,
  replacedPerSecond: 20,
  warmUpSeconds: 3_600,
  hours: 24,
  defaultSpread: false,
};

/** Pods of ReplicaSets are deleted at a steady rate and made again, through every component. */
export async function run(): Promise<void> {
  await churn("churn of 15,000 simple pods on 500 nodes", { ...SMALL, defaultSpread: false });
  await churn("the same with the default topology spread", SMALL);
}

/** The same for a virtual day of 5,000 nodes: minutes, so it runs only when it is asked for. */
export async function runDay(): Promise<void> {
  await churn("a virtual day of 150,000 simple pods on 5,000 nodes", DAY);
}

async function churn(title: string, load: Churn): Promise<void> {
  const world = await buildWorld({ text: scenarioOf(load) });
  const { engine } = world.ground;
  const pods = load.replicaSets * load.replicas;
  const start = process.cpuUsage();
  const seconds = () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  engine.run({ untilMicros: load.warmUpSeconds * 1e6 });
  assertRunning(world, pods);
  const warm = seconds();
  console.log(`${title}: ${pods} pods bound and running in ${warm.toFixed(1)} s of CPU`);
  const deleted = startDeleting(world, load);
  const eventsBefore = engine.eventsProcessed;
  const profile = await profileByRoom(() => {
    const end = (load.warmUpSeconds + load.hours * 3600) * 1e6;
    engine.run({ untilMicros: end });
  });
  const spent = seconds() - warm;
  const events = engine.eventsProcessed - eventsBefore;
  const lives = deleted();
  const expected = load.replacedPerSecond * load.hours * 3600;
  if (Math.abs(lives - expected) > 1)
    throw new Error(`${lives} pods were deleted, not ${expected}`);
  console.log(
    `${load.hours} h, ${lives} pod lives: ${spent.toFixed(1)} s of CPU, ` +
      `${((spent / lives) * 1e6).toFixed(1)} us a pod life, ` +
      `${Math.round(events / spent / 1000)}k events/s, ` +
      `peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
  );
  console.log("room                  CPU              share   live memory made in this time");
  for (const line of roomLines(profile)) console.log(line);
}

/** Deletes a running pod at a steady rate, drawn from a stream of its own. */
export function startDeleting(world: World, load: Churn): () => number {
  const { engine, store } = world.ground;
  const client = world.ground.unlimitedClient("bench", 5_000);
  const ignored = client.onAnswer(() => undefined);
  const stream = engine.streams.stream("bench/churn");
  const table = store.table("Pod");
  const periodMicros = Math.round(1e6 / load.replacedPerSecond);
  let deleted = 0;
  const handler = engine.registerHandler("bench/delete", () => {
    engine.scheduleAfter(periodMicros, Phase.world, handler);
    for (;;) {
      const pod = table.at(stream.int(table.rowCount));
      if (pod === undefined || pod.deletionTimeMicros !== null || pod.phase !== "Running") continue;
      client.submit({ verb: "delete", target: pod }, ignored);
      deleted += 1;
      return;
    }
  });
  engine.scheduleAfter(periodMicros, Phase.world, handler);
  return () => deleted;
}

export function assertRunning(world: World, pods: number): void {
  let running = 0;
  for (const pod of world.ground.store.table("Pod")) if (pod.phase === "Running") running += 1;
  if (running !== pods) throw new Error(`${running} of ${pods} pods run after the warm-up`);
}

export function scenarioOf(load: Churn): string {
  const end = load.warmUpSeconds + load.hours * 3600;
  const rate = "{ kubeAPIQPS: 5000, kubeAPIBurst: 5000 }";
  const client = rate.slice(2, -2);
  const objects = Array.from({ length: load.replicaSets }, (_, i) => replicaSet(i, load.replicas));
  return `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: bench }
spec:
  duration: ${end}s
  cluster:
    nodePools:
      - { name: n, nodes: ${load.nodes}, zones: [a, b, c], capacity: { cpu: "32", memory: 128Gi, pods: 110 } }
  controlPlane:
    controllerManager: { ${client}, concurrentReplicasetSyncs: 50 }
    scheduler: { ${client}, cycle: { base: 50us, perNode: 0us } }
${load.defaultSpread ? "" : NO_DEFAULT_SPREAD}  generators:
${objects.join("\n")}
`;
}

const NO_DEFAULT_SPREAD = `  scheduler:
    config:
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: KubeSchedulerConfiguration
      profiles:
        - schedulerName: default-scheduler
          pluginConfig:
            - name: PodTopologySpread
              args: { defaultingType: List, defaultConstraints: [] }
`;

function replicaSet(i: number, replicas: number): string {
  const cpu = ["100m", "250m", "500m", "1"][i % 4]!;
  const memory = ["128Mi", "512Mi", "1Gi", "2Gi"][i % 4]!;
  return `    - name: rs-${i}
      arrivals: { at: [0s] }
      template:
        apiVersion: apps/v1
        kind: ReplicaSet
        metadata: { namespace: default }
        spec:
          replicas: ${replicas}
          selector: { matchLabels: { app: app-${i} } }
          template:
            metadata: { labels: { app: app-${i} } }
            spec: { containers: [{ name: main, image: "app:1", resources: { requests: { cpu: "${cpu}", memory: ${memory} } } }] }`;
}
