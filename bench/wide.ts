import type { World } from "../src/scenario/assemble/world.js";
import { assertRunning, type Churn, scenarioOf, startDeleting } from "./churn.js";
import { buildWorld } from "./worlds.js";

/** A world, and what is measured in it. */
interface Trial {
  readonly text: string;
  readonly warmUpSeconds: number;
  readonly measuredSeconds: number;
  /** Pods that are born in the time that is measured, about. */
  readonly lives: number;
  /** Before anything runs. */
  readonly prepare?: (world: World) => void;
  /** When the warm-up is over. */
  readonly begin?: (world: World) => void;
}

/** What a pod's life may cost in the wide world, in lives of the narrow one. */
const MOST_TIMES_NARROW = 1.3;

const CHURN: Churn = {
  nodes: 500,
  replicaSets: 300,
  replicas: 50,
  replacedPerSecond: 10,
  warmUpSeconds: 600,
  hours: 0.25,
  defaultSpread: false,
};
const LARGE: Churn = {
  ...CHURN,
  nodes: 5_000,
  replicaSets: 3_000,
  replacedPerSecond: 100,
  warmUpSeconds: 3_600,
  hours: 0.025,
};

/** What a pod's life costs in a world that is wide in one way, against one that is not. */
export async function run(): Promise<void> {
  const sets = (replicaSets: number) =>
    churn({ ...CHURN, replicaSets, replicas: 15_000 / replicaSets });
  await compare("30 and 3,000 ReplicaSets", sets(30), sets(3_000));
  await compare("1 and 5,000 namespaces", inNamespaces(1), inNamespaces(5_000));
  await compare("10 and 3,000 generators", fromGenerators(10), fromGenerators(3_000));
  await compare("100 and 50,000 timeline entries", withTimeline(100), withTimeline(50_000));
  await compare("15,000 pods on 500 nodes and 150,000 on 5,000", churn(CHURN), churn(LARGE));
}

async function compare(title: string, narrow: Trial, wide: Trial): Promise<void> {
  const before = await microsALife(narrow);
  const after = await microsALife(wide);
  const times = after / before;
  const verdict = times <= MOST_TIMES_NARROW ? "" : `: MORE THAN ${MOST_TIMES_NARROW}`;
  console.log(
    `${title}: ${before.toFixed(1)} and ${after.toFixed(1)} us of CPU a pod life, ` +
      `${times.toFixed(2)} times${verdict}`,
  );
}

async function microsALife(trial: Trial): Promise<number> {
  const world = await buildWorld({ text: trial.text });
  const { engine, store } = world.ground;
  trial.prepare?.(world);
  engine.run({ untilMicros: trial.warmUpSeconds * 1e6 });
  trial.begin?.(world);
  let created = 0;
  store.observe((before, after) => {
    if (before === null && after?.kind === "Pod") created += 1;
  });
  const start = process.cpuUsage();
  engine.run({ untilMicros: (trial.warmUpSeconds + trial.measuredSeconds) * 1e6 });
  const { user, system } = process.cpuUsage(start);
  if (Math.abs(created - trial.lives) > 0.1 * trial.lives) {
    throw new Error(`${created} pods were made, not ${trial.lives}`);
  }
  return (user + system) / created;
}

function churn(load: Churn, text = scenarioOf(load), prepare?: (world: World) => void): Trial {
  const measuredSeconds = load.hours * 3600;
  return {
    text,
    warmUpSeconds: load.warmUpSeconds,
    measuredSeconds,
    lives: load.replacedPerSecond * measuredSeconds,
    ...(prepare !== undefined && { prepare }),
    begin: (world) => {
      assertRunning(world, load.replicaSets * load.replicas);
      startDeleting(world, load);
    },
  };
}

/** 5,000 ReplicaSets of three pods, spread over so many namespaces. */
function inNamespaces(namespaces: number): Trial {
  const load = { ...CHURN, replicaSets: 5_000, replicas: 3 };
  let made = 0;
  const text = scenarioOf(load).replaceAll("{ namespace: default }", () => {
    made += 1;
    return `{ namespace: n-${made % namespaces} }`;
  });
  return churn(load, text, ({ ground }) => {
    for (let i = 0; i < namespaces; i++) {
      const manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: `n-${i}` } };
      const outcome = ground.server.execute({ verb: "apply", manifest });
      if (!outcome.ok) throw new Error(outcome.message);
    }
  });
}

/** Ten pods a second that run for five minutes, from so many generators. */
function fromGenerators(generators: number): Trial {
  const load = { ...CHURN, replicaSets: 0 };
  const rate = ((10 * 60) / generators).toFixed(6);
  const one = (i: number) => `    - name: g-${i}
      arrivals: { poisson: { rate: ${rate}/min } }
      template:
        kind: Pod
        metadata: { namespace: default }
        spec: { restartPolicy: Never, containers: [{ name: main, image: "app:1", resources: { requests: { cpu: 100m } } }] }
      vary: { run: 5m }
`;
  const all = Array.from({ length: generators }, (_, i) => one(i)).join("");
  return {
    text: scenarioOf(load).replace("  generators:\n", () => `  generators:\n${all}`),
    warmUpSeconds: load.warmUpSeconds,
    measuredSeconds: load.hours * 3600,
    lives: 10 * load.hours * 3600,
  };
}

/** The churn with so many entries that are still to come. */
function withTimeline(entries: number): Trial {
  const end = CHURN.warmUpSeconds + CHURN.hours * 3600;
  const one = (i: number) => `    - { at: ${end + 1 + i}s, cordon: { node: n-${i % 500} } }\n`;
  const all = Array.from({ length: entries }, (_, i) => one(i)).join("");
  const longer = scenarioOf(CHURN).replace(/duration: \d+s/, `duration: ${end + entries + 2}s`);
  return churn(CHURN, `${longer}  timeline:\n${all}`);
}
