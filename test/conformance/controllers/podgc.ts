import { secondsToMicros } from "../../../src/base/time.js";
import type { PodPhase, PodVersion } from "../../../src/api/pod-version.js";
import {
  isOrphaned,
  isUnscheduledTerminating,
  terminatedPods,
} from "../../../src/control/pod-garbage-collector/collectable-pods.js";
import { meta, pod } from "./objects.js";
import { type Area, suite } from "./suite.js";

const HOUR_MICROS = secondsToMicros(3600);

interface PodSketch {
  readonly name: string;
  readonly phase: PodPhase;
  readonly createdHour?: number;
  readonly nodeName?: string;
  readonly terminating?: boolean;
}

interface Case {
  readonly threshold?: number;
  readonly nodes?: readonly string[];
  readonly pods: readonly PodSketch[];
}

function podOf({ name, phase, nodeName = "", ...sketch }: PodSketch, row: number): PodVersion {
  const metadata = meta(row, name, {
    creationTimeMicros: (sketch.createdHour ?? 0) * HOUR_MICROS,
    deletionTimeMicros: sketch.terminating === true ? 0 : null,
  });
  return pod(metadata, { phase, nodeName });
}

const deleted = (pods: readonly PodVersion[]) => ({ deleted: pods.map(({ name }) => name) });

export const podGarbageCollectorArea: Area = {
  terminated: suite<Case>(({ pods, threshold = 0 }) =>
    deleted(terminatedPods(pods.map(podOf), threshold)),
  ),
  orphaned: suite<Case>(({ pods, nodes = [] }) =>
    deleted(pods.map(podOf).filter((one) => isOrphaned(one, (name) => nodes.includes(name)))),
  ),
  unscheduledTerminating: suite<Case>(({ pods }) =>
    deleted(pods.map(podOf).filter(isUnscheduledTerminating)),
  ),
};
