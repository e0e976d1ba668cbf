import { MICROS_PER_SECOND, secondsToMicros } from "../../../src/base/time.js";
import { type BackoffEntry, ExponentialBackoff } from "../../../src/cluster/exponential-backoff.js";
import {
  type ContainerGcPolicy,
  containersToRemove,
} from "../../../src/cluster/garbage/container-gc.js";
import {
  bytesToFree,
  imagesToFree,
  type KeptImage,
} from "../../../src/cluster/garbage/image-gc.js";
import { sandboxesToRemove } from "../../../src/cluster/garbage/sandbox-gc.js";
import { newWorld, scripted } from "../../cluster/world.js";
import { type Area, suite } from "./suite.js";

interface Limits {
  readonly initialSeconds: number;
  readonly maxSeconds: number;
}

const backoffOf = ({ initialSeconds, maxSeconds }: Limits): ExponentialBackoff =>
  new ExponentialBackoff(secondsToMicros(initialSeconds), secondsToMicros(maxSeconds));

/** One failure a second from second 1 on: the entry at the last of them. */
function afterFailures(backoff: ExponentialBackoff, failures: number): BackoffEntry | null {
  let entry: BackoffEntry | null = null;
  for (let second = 1; second <= failures; second++) {
    const now = secondsToMicros(second);
    entry = backoff.next(entry, now, now);
  }
  return entry;
}

interface Failing extends Limits {
  readonly failuresEverySecond: number;
  readonly thenIdleSeconds: number;
}

const delaySeconds = (entry: BackoffEntry | null): number =>
  (entry?.delayMicros ?? 0) / MICROS_PER_SECOND;

const backoffs: Area = {
  "backoff.series": suite<Limits & { stepSeconds: number; steps: number }>(
    (given) => {
      const backoff = backoffOf(given);
      let entry: BackoffEntry | null = null;
      const delays: number[] = [];
      for (let step = 1; step <= given.steps; step++) {
        const now = secondsToMicros(step * given.stepSeconds);
        delays.push(delaySeconds(entry));
        entry = backoff.next(entry, now, now);
      }
      return { delaySecondsBeforeEachStep: delays };
    },
    { ordered: ["delaySecondsBeforeEachStep"] },
  ),
  "backoff.reset": suite<Failing>((given) => {
    const backoff = backoffOf(given);
    const entry = afterFailures(backoff, given.failuresEverySecond);
    const now = secondsToMicros(given.failuresEverySecond + given.thenIdleSeconds);
    return { inBackoff: backoff.isInBackoffSinceUpdate(entry, now) };
  }),
  "backoff.highWater": suite<Failing>((given) => {
    const backoff = backoffOf(given);
    const entry = afterFailures(backoff, given.failuresEverySecond);
    const now = secondsToMicros(given.failuresEverySecond + given.thenIdleSeconds);
    return { delaySeconds: delaySeconds(backoff.next(entry, now, now)) };
  }),
  "backoff.gc": suite<Failing>((given, expect) => {
    const backoff = backoffOf(given);
    const entry = afterFailures(backoff, given.failuresEverySecond);
    const asked = Object.keys(expect["presentAfterIdleSeconds"] ?? {});
    const isPresent = (idle: string) =>
      entry !== null &&
      !backoff.hasExpired(entry, secondsToMicros(given.failuresEverySecond + Number(idle)));
    return {
      presentAfterIdleSeconds: Object.fromEntries(asked.map((idle) => [idle, isPresent(idle)])),
    };
  }),
  "backoff.timeline": suite<Limits & { ticks: number[] }>(
    (given) => {
      const backoff = backoffOf(given);
      let entry: BackoffEntry | null = null;
      const inBackoff: boolean[] = [];
      const delays: Record<string, number> = {};
      for (const tick of given.ticks) {
        const now = secondsToMicros(tick);
        const waits = backoff.isInBackoffSinceUpdate(entry, now);
        inBackoff.push(waits);
        if (waits) delays[tick] = delaySeconds(entry);
        else entry = backoff.next(entry, now, now);
      }
      return { inBackoff, delaySecondsWhileInBackoff: delays };
    },
    { ordered: ["inBackoff"] },
  ),
};

interface CrashCase extends Limits {
  readonly start?: number;
  readonly earlierCrashes?: number;
  readonly runSeconds: number;
}

/**
 * How long a kubelet waits before a start of a container, from the end of the run before it: the
 * `start`-th when every run takes so long, or the one after such a run that follows upon crashes.
 */
function crashWait({ start, earlierCrashes, runSeconds, ...limits }: CrashCase): number {
  const crashes = earlierCrashes ?? 0;
  const starts: number[] = [];
  const runMicros = (ordinal: number) => (ordinal < crashes ? 0 : secondsToMicros(runSeconds));
  const world = newWorld({
    behavior: {
      ...scripted({}),
      containerRun: (_pod, _container, _init, ordinal) => {
        starts[ordinal] = world.engine.now;
        return { startMicros: 0, runMicros: runMicros(ordinal), exitCode: 1, assumed: false };
      },
    },
    kubelets: {
      crashLoopBackoff: {
        initialMicros: secondsToMicros(limits.initialSeconds),
        maxMicros: secondsToMicros(limits.maxSeconds),
      },
    },
  });
  world.bind("p");
  // The first start has the number 0: the others are restarts.
  const restart = start ?? crashes + 1;
  if (restart === 0) return 0;
  for (let second = 1; starts.length <= restart; second++) {
    if (second > 100_000) throw new Error("the container does not start that often");
    world.until(second);
  }
  const endedAt = starts[restart - 1]! + runMicros(restart - 1);
  return (starts[restart]! - endedAt) / MICROS_PER_SECOND;
}

interface ImageSketch {
  readonly id: string;
  readonly size: number;
  readonly inUse: boolean;
  readonly pinned?: boolean;
  readonly lastUsedSeconds: number;
  readonly firstDetectedSeconds: number;
}

/** Images that nothing uses; upstream's cases write 0 where one was never used. */
function unusedImages(images: readonly ImageSketch[]): readonly KeptImage[] {
  return images
    .filter(({ inUse, pinned }) => !inUse && pinned !== true)
    .map((image) => ({
      name: image.id,
      bytes: image.size,
      firstDetectedMicros: secondsToMicros(image.firstDetectedSeconds),
      lastUsedMicros: image.lastUsedSeconds === 0 ? null : secondsToMicros(image.lastUsedSeconds),
    }));
}

interface ImageCase {
  readonly images: readonly ImageSketch[];
  readonly bytesToFree?: number;
  readonly nowSeconds?: number;
  readonly minAgeSeconds?: number;
}

/** Later than anything in the cases that name no time. */
const LATE_SECONDS = 1e6;

function freedImages(given: ImageCase): Readonly<Record<string, unknown>> {
  const { removed, freedBytes } = imagesToFree(unusedImages(given.images), {
    bytesToFree: given.bytesToFree ?? Number.POSITIVE_INFINITY,
    nowMicros: secondsToMicros(given.nowSeconds ?? LATE_SECONDS),
    minAgeMicros: secondsToMicros(given.minAgeSeconds ?? 0),
  });
  return { freed: freedBytes, removed: removed.map(({ name }) => name) };
}

interface ImageRun {
  readonly highThresholdPercent: number;
  readonly lowThresholdPercent: number;
  readonly capacity: number;
  readonly available: number;
  readonly unusedImageSizes: readonly number[];
}

function imageRun(given: ImageRun): Readonly<Record<string, unknown>> {
  const { capacity, available, highThresholdPercent, lowThresholdPercent } = given;
  const wanted = bytesToFree(
    { capacityBytes: capacity, availableBytes: available },
    { highThresholdPercent, lowThresholdPercent, minAgeMicros: 0 },
  );
  const images = given.unusedImageSizes.map((bytes, i) => ({
    name: String(i),
    bytes,
    firstDetectedMicros: 0,
    lastUsedMicros: null,
  }));
  const { freedBytes } = imagesToFree(images, {
    bytesToFree: wanted,
    nowMicros: secondsToMicros(LATE_SECONDS),
    minAgeMicros: 0,
  });
  return { triggered: wanted > 0, error: wanted > 0 && freedBytes < wanted };
}

interface ContainerSketch {
  readonly pod: string;
  readonly container: string;
  /** Seconds; anything else is now. */
  readonly created: unknown;
  readonly state: string;
}

interface ContainerCase {
  readonly policy: {
    readonly minAgeSeconds: number;
    readonly maxPerPodContainer: number;
    readonly maxContainers: number;
  };
  readonly containers: readonly ContainerSketch[];
  readonly createdJustNow: boolean;
  readonly evictTerminatingPods: boolean;
  readonly allSourcesReady: boolean;
}

/** The recorded pods say by their names how they stand: all but `running` have ended. */
const isGone = (pod: string) => pod === "deleted";
const hasEnded = (pod: string) => pod !== "running";

function keptContainers(given: ContainerCase): Readonly<Record<string, unknown>> {
  const nowMicros = secondsToMicros(LATE_SECONDS);
  const { evictTerminatingPods, allSourcesReady, createdJustNow } = given;
  const policy: ContainerGcPolicy = {
    minAgeMicros: secondsToMicros(given.policy.minAgeSeconds),
    maxPerPodContainer: given.policy.maxPerPodContainer,
    maxContainers: given.policy.maxContainers,
  };
  const containers = given.containers.map(({ pod, container, created, state }) => {
    const isOld = typeof created === "number" && created < LATE_SECONDS && !createdJustNow;
    return {
      uid: pod,
      name: container,
      createdMicros: isOld ? secondsToMicros(created) : nowMicros,
      isRunning: state === "running",
    };
  });
  const removed = containersToRemove(containers, {
    nowMicros,
    policy,
    isOver: (pod) => allSourcesReady && (isGone(pod) || (evictTerminatingPods && hasEnded(pod))),
  });
  return { remain: [...containers.keys()].filter((i) => !removed.has(containers[i]!)) };
}

interface SandboxCase {
  readonly sandboxes: readonly {
    readonly pod: string;
    readonly attempt: number;
    readonly state: string;
    readonly podStillExists: boolean;
    readonly podTerminated: boolean;
    readonly created: number;
  }[];
  readonly containers: readonly { readonly pod: string; readonly sandboxAttempt: number }[];
  readonly evictTerminatingPods: boolean;
}

function keptSandboxes({
  sandboxes: sketches,
  containers,
  evictTerminatingPods,
}: SandboxCase): Readonly<Record<string, unknown>> {
  const sandboxes = sketches.map(({ pod, attempt, state, created }) => ({
    uid: pod,
    createdMicros: secondsToMicros(created),
    isReady: state === "ready",
    holdsContainers: containers.some((c) => c.pod === pod && c.sandboxAttempt === attempt),
  }));
  const removed = sandboxesToRemove(sandboxes, (uid) => {
    const pod = sketches.filter((one) => one.pod === uid);
    const gone = pod.some(({ podStillExists }) => !podStillExists);
    return gone || (evictTerminatingPods && pod.some(({ podTerminated }) => podTerminated));
  });
  return { remain: [...sandboxes.keys()].filter((i) => !removed.has(sandboxes[i]!)) };
}

interface PullCase extends Limits {
  readonly attempt: number;
}

/** From a pull of an image that is not there until the next one, the `attempt`-th. */
function pullWait({ attempt, ...limits }: PullCase): number {
  if (attempt === 1) return 0;
  const pulls: number[] = [];
  const world = newWorld({
    behavior: { ...scripted({}), imageMissing: () => true },
    kubelets: {
      imagePullBackoff: {
        initialMicros: secondsToMicros(limits.initialSeconds),
        maxMicros: secondsToMicros(limits.maxSeconds),
      },
    },
  });
  world.bind("p");
  for (let second = 1; pulls.length < attempt; second++) {
    if (second > 100_000) throw new Error("the image is not pulled that often");
    const before = world.events.length;
    world.until(second);
    const said = world.events.slice(before).filter((text) => text.includes(" Pulling:"));
    pulls.push(...said.map(() => second));
  }
  return pulls[attempt - 1]! - pulls[attempt - 2]!;
}

export const kubeletArea: Area = {
  ...backoffs,
  crashLoop: suite<CrashCase>((given) => ({ delaySeconds: crashWait(given) })),
  imagePull: suite<PullCase>((given) => ({ delaySeconds: pullWait(given) })),
  "imageGC.freeSpace": suite<ImageCase>(freedImages),
  "imageGC.deleteUnused": suite<ImageCase>(freedImages),
  "imageGC.run": suite<ImageRun>(imageRun),
  containerGC: suite<ContainerCase>(keptContainers),
  sandboxGC: suite<SandboxCase>(keptSandboxes),
};
