import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MICROS_PER_MILLI } from "../../src/base/time.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import { podRequests, scaledAmounts } from "../../src/api/pod-resources.js";
import { newWorld, type Script, type World } from "./world.js";

interface RandomPod {
  readonly atMillis: number;
  readonly node: number;
  readonly cpuMillis: number;
  readonly policy: string;
  readonly inits: number;
  readonly sidecar: boolean;
  readonly mains: number;
  readonly script: Script;
  readonly probe: boolean;
  readonly deleteAfterMillis: number | null;
  readonly graceSeconds: number | undefined;
}

const NODES = 3;
const randomPod: fc.Arbitrary<RandomPod> = fc.record({
  atMillis: fc.integer({ min: 0, max: 60_000 }),
  node: fc.integer({ min: 0, max: NODES - 1 }),
  cpuMillis: fc.integer({ min: 0, max: 2500 }),
  policy: fc.constantFrom("Always", "OnFailure", "Never"),
  inits: fc.integer({ min: 0, max: 2 }),
  sidecar: fc.boolean(),
  mains: fc.integer({ min: 1, max: 2 }),
  script: fc.record({
    start: fc.integer({ min: 0, max: 12 }),
    run: fc.option(fc.integer({ min: 0, max: 40 }), { nil: null }),
    exit: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 4 }),
    stop: fc.integer({ min: 0, max: 40 }),
    image: fc.constantFrom(0, 0, 300, 1000),
  }),
  probe: fc.boolean(),
  deleteAfterMillis: fc.option(fc.integer({ min: 0, max: 50_000 }), { nil: null }),
  graceSeconds: fc.constantFrom(undefined, undefined, 1, 5, 0),
});

function specOf(pod: RandomPod, index: number): object {
  const exec = { command: ["check"] };
  const resources = { requests: { cpu: `${pod.cpuMillis}m` } };
  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      name: `${prefix}${i}-${index}`,
      image: `${prefix}:${index % 4}`,
    }));
  const sidecar = { name: `side-${index}`, image: "side:1", restartPolicy: "Always" };
  return {
    restartPolicy: pod.policy,
    initContainers: [...names("init", pod.inits), ...(pod.sidecar ? [sidecar] : [])],
    containers: names("main", pod.mains).map((container) => ({
      ...container,
      resources,
      ...(pod.probe ? { readinessProbe: { exec, periodSeconds: 3, initialDelaySeconds: 4 } } : {}),
    })),
  };
}

/** What the runs met; a run that meets nothing shows nothing. */
const met = { rejected: 0, deletedUnstarted: 0, deletedInBackoff: 0, restarted: 0, succeeded: 0 };

function play(pods: readonly RandomPod[], check: (world: World) => void): World {
  const scripts: Record<string, Script> = {};
  pods.forEach((pod, i) => {
    for (const name of ["init0", "init1", "main0", "main1", "side"]) {
      const ends = name.startsWith("init") ? { run: Math.min(pod.script.run ?? 3, 5) } : {};
      scripts[`${name}-${i}`] = {
        ...pod.script,
        ...ends,
        ...(name === "side" ? { run: null } : {}),
      };
    }
  });
  const world = newWorld({ scripts, nodes: NODES });
  world.engine.onEvent(() => check(world));
  const steps: { readonly at: number; readonly act: () => void }[] = [];
  pods.forEach((pod, i) => {
    const name = `pod-${i}`;
    steps.push({
      at: pod.atMillis,
      act: () => world.bind(name, specOf(pod, i), `node-${pod.node}`),
    });
    if (pod.deleteAfterMillis === null) return;
    steps.push({
      at: pod.atMillis + pod.deleteAfterMillis,
      act: () => {
        const found = world.pod(name);
        if (found === undefined) return;
        tally(found);
        world.delete(name, pod.graceSeconds);
      },
    });
  });
  steps.sort((a, b) => a.at - b.at);
  for (const { at, act } of steps) {
    world.engine.run({ untilMicros: at * MICROS_PER_MILLI });
    act();
  }
  return world.until(3000);
}

function tally(pod: PodVersion): void {
  const { containers } = pod.status;
  if (containers.every(({ state, lastTermination }) => state === "waiting" && !lastTermination)) {
    met.deletedUnstarted += 1;
  }
  if (containers.some(({ reason }) => reason === "CrashLoopBackOff")) met.deletedInBackoff += 1;
}

function notOvercommitted(world: World): void {
  for (const node of world.store.table("Node")) {
    const cpu = world.kubelets.requestedOn(node.name)?.get("cpu") ?? 0;
    if (cpu > 4000 || cpu < 0) throw new Error(`${node.name} holds ${cpu}m CPU`);
  }
}

/** What the pods that are there hold of a node, from the objects alone. */
function requestedByObjects(world: World, nodeName: string): number {
  let sum = 0;
  for (const pod of world.store.table("Pod")) {
    if (pod.nodeName !== nodeName || pod.phase === "Succeeded" || pod.phase === "Failed") continue;
    sum += scaledAmounts(podRequests({ spec: pod.spec })).get("cpu") ?? 0;
  }
  return sum;
}

describe("kubelets, with random pods", () => {
  it("never over-commit a node, bring each pod to an end or a steady state, and lose none", () => {
    fc.assert(
      fc.property(fc.array(randomPod, { minLength: 5, maxLength: 25 }), (pods) => {
        const world = play(pods, notOvercommitted);
        pods.forEach((random, i) => {
          const pod = world.pod(`pod-${i}`);
          if (random.deleteAfterMillis !== null) {
            expect(pod).toBeUndefined();
            return;
          }
          expect(pod).toBeDefined();
          if (pod !== undefined) expectSteady(pod);
        });
        for (let n = 0; n < NODES; n++) {
          const held = world.kubelets.requestedOn(`node-${n}`)?.get("cpu") ?? 0;
          expect(held).toBe(requestedByObjects(world, `node-${n}`));
        }
      }),
      { numRuns: 60, seed: 7 },
    );
    for (const [what, count] of Object.entries(met)) {
      expect(count, `pods that were ${what}`).toBeGreaterThan(0);
    }
  });

  it("the same pods give the same digest, others another", () => {
    const sample = fc.sample(fc.array(randomPod, { minLength: 10, maxLength: 10 }), {
      numRuns: 2,
      seed: 3,
    });
    const digests = [...sample, sample[0]!].map((pods) => play(pods, () => {}).engine.digest.hex());
    expect(digests[2]).toBe(digests[0]);
    expect(digests[1]).not.toBe(digests[0]);
  });
});

function expectSteady(pod: PodVersion): void {
  const { containers, reason } = pod.status;
  if (reason.startsWith("OutOf")) {
    met.rejected += 1;
    expect(pod.phase).toBe("Failed");
    expect(containers).toEqual([]);
    return;
  }
  for (const { restartCount, lastTermination } of [...pod.status.initContainers, ...containers]) {
    // Each restart has a run before it, and the last of them is told.
    expect(restartCount > 0).toBe(lastTermination !== null);
    if (restartCount > 0) met.restarted += 1;
  }
  if (pod.phase === "Succeeded") {
    met.succeeded += 1;
    expect(containers.every(({ exitCode }) => exitCode === 0)).toBe(true);
  } else if (pod.phase === "Failed") {
    const all = [...pod.status.initContainers, ...containers];
    expect(all.some(({ exitCode }) => exitCode !== null && exitCode !== 0)).toBe(true);
    expect(pod.spec.restartPolicy).toBe("Never");
  } else {
    // Nothing but backoff keeps a container waiting, and running ones are ready.
    const waits = containers.filter(({ state }) => state === "waiting");
    const initializing = pod.phase === "Pending";
    for (const { reason: why } of waits) {
      expect(why).toBe(initializing ? "PodInitializing" : "CrashLoopBackOff");
    }
  }
}
