import type { World } from "../../src/scenario/assemble/world.js";
import { buildWorld } from "../worlds.js";
import { number, secondsSince } from "./print.js";
import type { Targets } from "./targets.js";

const NODES = 5_000;
const PODS = 10_000;
const SMALL = 1_000;
/** When everything that fits is placed, and the rest refused at least once. */
const SETTLED_SECONDS = 30;
/** Between two events: longer than the longest backoff, so that each finds all pods waiting. */
const EVENT_SECONDS = 20;
const EVENTS = 5;

/** What happens, one after the other; nothing waits for five minutes, after which all are retried. */
const STEPS = ["nothing happens", "a pod is deleted", "a node gets a label"] as const;

/**
 * Workload g: 10,000 pods that fit nowhere, in the whole simulator. What they cost after an event is
 * held against the retries that upstream's queueing hints make of it: each waiting pod once where a
 * pod was deleted, none where nothing happens or where a node got a label.
 */
export async function refusals(targets: Targets): Promise<void> {
  for (const version of ["1.26", "1.34"]) {
    const world = await buildWorld({ text: scenarioOf(version) });
    const { engine } = world.ground;
    const run = (seconds: number): number => {
      const before = decisionsOf(world);
      const begin = process.cpuUsage();
      engine.run({ untilMicros: engine.now + seconds * 1e6 });
      return report(world, { before, begin });
    };
    console.log(`g, ${version}: ${number(PODS)} pods that fit nowhere, ${number(NODES)} nodes`);
    const first = run(SETTLED_SECONDS);
    if (first < PODS + SMALL) throw new Error("not every pod was tried");
    for (const [i, step] of STEPS.entries()) {
      process.stdout.write(`  ${EVENTS} times ${step}: `);
      const retries = run(EVENTS * EVENT_SECONDS);
      const byHints = i === 1 ? EVENTS * PODS : 0;
      targets.atMost(
        `g, ${version}, ${step}: retries / those of the hints`,
        retries / Math.max(byHints, 1),
        byHints === 0 ? 0 : 1,
      );
    }
  }
}

function decisionsOf(world: World): { decisions: number; judged: number } {
  const { fast, plain, nodesJudged } = world.scheduler.counts;
  if (plain > 0) throw new Error("a decision took the plain way");
  return { decisions: fast, judged: nodesJudged };
}

function report(
  world: World,
  since: { readonly before: ReturnType<typeof decisionsOf>; readonly begin: NodeJS.CpuUsage },
): number {
  const seconds = secondsSince(since.begin);
  const { decisions, judged } = decisionsOf(world);
  const made = decisions - since.before.decisions;
  const each = made === 0 ? "" : `, ${((seconds * 1e6) / made).toFixed(1)} us each`;
  console.log(
    `  ${number(made)} attempts, ${number(judged - since.before.judged)} nodes judged, ` +
      `${seconds.toFixed(2)} s of CPU${each}`,
  );
  return made;
}

function scenarioOf(version: string): string {
  const at = (step: number, i: number): string =>
    `${SETTLED_SECONDS + (step * EVENTS + i) * EVENT_SECONDS + 1}s`;
  const steps = Array.from({ length: EVENTS }, (_, i) => i);
  return `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: refusals }
spec:
  kubernetesVersion: "${version}"
  duration: ${SETTLED_SECONDS + STEPS.length * EVENTS * EVENT_SECONDS}s
  cluster:
    nodePools:
      - { name: n, nodes: ${NODES}, zones: [a, b, c], capacity: { cpu: "32", memory: 128Gi, pods: 110 } }
  controlPlane:
    scheduler: { kubeAPIQPS: 5000, kubeAPIBurst: 5000, cycle: { base: 50us, perNode: 0us } }
  generators:
${generator("small", SMALL, "100m")}
${[33, 40, 50, 64].map((cpu) => generator(`large-${cpu}`, PODS / 4, String(cpu))).join("\n")}
  timeline:
${steps.map((i) => `    - { at: ${at(1, i)}, delete: { target: default/Pod/small-${i}, gracePeriod: 0s } }`).join("\n")}
${steps.map((i) => `    - { at: ${at(2, i)}, label: { target: Node/n-${i}, labels: { painted: blue } } }`).join("\n")}
`;
}

function generator(name: string, count: number, cpu: string): string {
  return `    - name: ${name}
      arrivals: { every: 100us }
      count: ${count}
      template:
        kind: Pod
        spec: { containers: [{ name: main, image: img, resources: { requests: { cpu: "${cpu}", memory: 128Mi } } }] }`;
}
