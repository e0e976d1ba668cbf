import type { World } from "../src/scenario/assemble/world.js";
import { assertRunning, type Churn, scenarioOf, startDeleting } from "./churn.js";
import { profileByRoom, roomLines } from "./room-profile.js";
import { buildWorld } from "./worlds.js";

/** Half of the pods belong to Deployments, half to StatefulSets; each has a disruption budget. */
interface Kinds {
  readonly nodes: number;
  readonly workloads: number;
  readonly replicas: number;
  readonly replacedPerSecond: number;
  readonly warmUpSeconds: number;
}

const SMALL: Kinds = {
  nodes: 500,
  workloads: 200,
  replicas: 75,
  replacedPerSecond: 2,
  warmUpSeconds: 900,
};
const LARGE: Kinds = {
  nodes: 5_000,
  workloads: 2_000,
  replicas: 75,
  replacedPerSecond: 20,
  warmUpSeconds: 3_600,
};

const HOUR_SECONDS = 3_600;
/** From the beginning of the hour. */
const RESTARTS_AFTER_SECONDS = 600;
const FAILURE_AFTER_SECONDS = 1_500;
/** What a pod's life may cost more than in the churn of simple pods. */
const MOST_TIMES_SIMPLE = 1.3;

/** A virtual hour of Deployments and StatefulSets with budgets: pods replaced, restarts, a zone that fails. */
export async function run(): Promise<void> {
  await compared("15,000 pods on 500 nodes", SMALL);
}

/** The same with 150,000 pods on 5,000 nodes: minutes, so it runs only when it is asked for. */
export async function runLarge(): Promise<void> {
  await compared("150,000 pods on 5,000 nodes", LARGE);
}

async function compared(title: string, load: Kinds): Promise<void> {
  console.log("clients may send 5,000 requests a second, upstream's 20 would be the limit");
  const simple = await hour(`simple pods, ${title}`, load, scenarioOf(simpleOf(load)), () => {});
  const kinds = await hour(`Deployments and StatefulSets, ${title}`, load, kindsOf(load), (world) =>
    addBudgets(world, load),
  );
  for (const [part, what] of PARTS) {
    const times = kinds[part] / simple[part];
    const verdict = times <= MOST_TIMES_SIMPLE ? "no more than" : "MORE THAN";
    console.log(
      `${what} a pod's life costs ${times.toFixed(2)} times one of simple pods ` +
        `(${kinds[part].toFixed(1)} and ${simple[part].toFixed(1)} us): ${verdict} ${MOST_TIMES_SIMPLE}`,
    );
  }
}

/** Microseconds of CPU a pod life. */
interface Costs {
  /** While pods are replaced and nothing else happens. */
  readonly quiet: number;
  readonly whole: number;
}

const PARTS = [
  ["quiet", "before the restarts and the failure"],
  ["whole", "over the whole hour"],
] as const;

async function hour(
  title: string,
  load: Kinds,
  text: string,
  prepare: (world: World) => void,
): Promise<Costs> {
  const world = await buildWorld({ text });
  const { engine, store } = world.ground;
  prepare(world);
  const start = process.cpuUsage();
  const seconds = () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  engine.run({ untilMicros: load.warmUpSeconds * 1e6 });
  assertRunning(world, load.workloads * load.replicas);
  const warm = seconds();
  let created = 0;
  store.observe((before, after) => {
    if (before === null && after?.kind === "Pod") created += 1;
  });
  startDeleting(world, simpleOf(load));
  const eventsBefore = engine.eventsProcessed;
  let quiet = Number.NaN;
  const profile = await profileByRoom(() => {
    engine.run({ untilMicros: (load.warmUpSeconds + RESTARTS_AFTER_SECONDS) * 1e6 });
    quiet = ((seconds() - warm) / created) * 1e6;
    engine.run({ untilMicros: (load.warmUpSeconds + HOUR_SECONDS) * 1e6 });
  });
  const spent = seconds() - warm;
  const events = engine.eventsProcessed - eventsBefore;
  if (created < load.replacedPerSecond * HOUR_SECONDS * 0.9) {
    throw new Error(`${created} pods were made in an hour`);
  }
  const whole = (spent / created) * 1e6;
  console.log(
    `${title}: ${created} pod lives in an hour, ${spent.toFixed(1)} s of CPU (warm-up ${warm.toFixed(1)} s), ` +
      `${whole.toFixed(1)} us a pod life, ${Math.round(events / spent / 1000)}k events/s, ` +
      `${(events / created).toFixed(1)} events a life, ${((spent / events) * 1e6).toFixed(2)} us an event, ` +
      `peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
  );
  console.log("room                  CPU              share   live memory made in this time");
  for (const line of roomLines(profile)) console.log(line);
  return { quiet, whole };
}

function simpleOf({ nodes, workloads, replicas, replacedPerSecond, warmUpSeconds }: Kinds): Churn {
  const rest = { replacedPerSecond, warmUpSeconds, hours: 1, defaultSpread: false };
  return { nodes, replicaSets: workloads, replicas, ...rest };
}

/** The scenario of simple pods with its ReplicaSets made Deployments and StatefulSets, and what happens in the hour. */
export function kindsOf(load: Kinds): string {
  const { warmUpSeconds: begin, workloads } = load;
  let made = 0;
  const text = scenarioOf(simpleOf(load)).replaceAll("kind: ReplicaSet", () => {
    made += 1;
    return made % 2 === 1 ? "kind: Deployment" : "kind: StatefulSet";
  });
  const named = text.replaceAll(
    /kind: StatefulSet(\n[^\n]*\n[^\n]*spec:)/g,
    "kind: StatefulSet$1\n          serviceName: none\n          podManagementPolicy: Parallel",
  );
  const restarts = Array.from({ length: Math.ceil(workloads / 2 / 10) }, (_, i) => {
    const target = `default/Deployment/rs-${20 * i}-0`;
    return `    - { at: ${begin + RESTARTS_AFTER_SECONDS + i}s, rollout: { target: ${target}, action: restart } }`;
  });
  const fails = `    - { at: ${begin + FAILURE_AFTER_SECONDS}s, failZone: { zone: c }, for: 10m }`;
  return `${named}  timeline:\n${[...restarts, fails].join("\n")}\n`;
}

export function addBudgets({ ground }: World, { workloads }: Kinds): void {
  for (let i = 0; i < workloads; i++) {
    const manifest = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: `budget-${i}`, namespace: "default" },
      spec: { maxUnavailable: "10%", selector: { matchLabels: { app: `app-${i}` } } },
    };
    const outcome = ground.server.execute({ verb: "apply", manifest });
    if (!outcome.ok) throw new Error(outcome.message);
  }
}
