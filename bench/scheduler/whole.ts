import { buildWorld } from "../worlds.js";
import { number, secondsSince } from "./print.js";
import type { Targets } from "./targets.js";

const NODES = 5_000;
const PODS = 50_000;
const APPS = 20;
const UNTIL_SECONDS = 600;

const REQUESTS = [
  ["100m", "128Mi"],
  ["250m", "512Mi"],
  ["500m", "1Gi"],
  ["1", "2Gi"],
] as const;

const MACHINES = [
  ["4", "16Gi"],
  ["8", "32Gi"],
  ["16", "64Gi"],
  ["32", "128Gi"],
] as const;

/**
 * Workload a in the whole simulator: API server, watches, scheduler with queue and binding, kubelets,
 * record. Loading the scenario counts.
 */
export async function wholeCluster(targets: Targets): Promise<void> {
  const begin = process.cpuUsage();
  const world = await buildWorld({ text: scenario() });
  world.ground.engine.run({ untilMicros: UNTIL_SECONDS * 1e6 });
  const seconds = secondsSince(begin);
  let running = 0;
  for (const pod of world.ground.store.table("Pod")) if (pod.phase === "Running") running += 1;
  if (running !== PODS) throw new Error(`${running} of ${PODS} pods run`);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(
    `the whole simulator, ${number(NODES)} nodes: ${number(PODS)} pods of a bound and running in ` +
      `${seconds.toFixed(1)} s of CPU, ${((seconds / PODS) * 1e6).toFixed(0)} us a pod, ` +
      `peak memory ${number(megabytes)} MB`,
  );
  targets.atMost("whole simulator, 5,000 nodes, 50,000 pods: seconds of CPU", seconds, 4);
  targets.atMost("whole simulator, 5,000 nodes, 50,000 pods: MB", megabytes, 1_000);
}

function scenario(): string {
  const pools = MACHINES.map(
    ([cpu, memory], i) =>
      `      - { name: m${i}, nodes: ${NODES / MACHINES.length}, zones: [zone-0, zone-1, zone-2], capacity: { cpu: "${cpu}", memory: ${memory}, pods: 110 } }`,
  );
  const apps = Array.from({ length: APPS }, (_, app) => {
    const [cpu, memory] = REQUESTS[app % REQUESTS.length]!;
    return `    - name: app-${app}
      arrivals: { every: 1ms }
      count: ${PODS / APPS}
      template:
        kind: Pod
        metadata: { labels: { app: app-${app} } }
        spec: { containers: [{ name: main, image: img, resources: { requests: { cpu: "${cpu}", memory: ${memory} } } }] }`;
  });
  return `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: whole }
spec:
  duration: ${UNTIL_SECONDS}s
  cluster:
    nodePools:
${pools.join("\n")}
  controlPlane:
    scheduler: { kubeAPIQPS: 5000, kubeAPIBurst: 5000, cycle: { base: 50us, perNode: 0us } }
  generators:
${apps.join("\n")}
`;
}
