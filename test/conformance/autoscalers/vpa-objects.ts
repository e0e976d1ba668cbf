import type { Labels, OwnerReference, PodSpec } from "../../../src/api/kubernetes.js";
import type { PodResourcesStatus } from "../../../src/api/pod-resources.js";
import {
  type ContainerState,
  EMPTY_POD_STATUS,
  type PodPhase,
  type PodVersion,
} from "../../../src/api/pod-version.js";
import { formatTimestamp } from "../../../src/api/timestamp.js";
import type { ObservedPod } from "../../../src/control/vertical-pod-autoscaler/observed-pods.js";
import { meta, pod } from "../controllers/objects.js";

/** Second 0 of the cases, in microseconds since 1970. */
export const ZERO_MICROS = Date.UTC(2000, 0, 1) * 1000;

interface Terminated {
  readonly reason: string;
  readonly exitCode: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string };
    readonly terminated?: Terminated;
  };
  readonly lastState?: { readonly terminated?: Terminated };
  readonly resources?: NonNullable<PodResourcesStatus["resources"]>;
}

/** A pod in Kubernetes' shape, with what cases say of one. */
export interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly spec: PodSpec & { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: PodPhase;
    readonly startTime?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: "True" | "False" | "Unknown";
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly ContainerStatus[] | null;
  };
}

/** A time of the API in microseconds since 1970. */
export const microsOf = (text: string | undefined): number | null =>
  text === undefined ? null : Date.parse(text) * 1000;

export const secondsText = (micros: number): string => formatTimestamp(micros, 0);

function containerState({
  name,
  ready = false,
  restartCount = 0,
  state = {},
  lastState = {},
}: ContainerStatus): ContainerState {
  const { running, waiting, terminated } = state;
  const last = lastState.terminated;
  return {
    name,
    ready,
    started: running !== undefined,
    restartCount,
    state: terminated !== undefined ? "terminated" : running !== undefined ? "running" : "waiting",
    reason: terminated?.reason ?? waiting?.reason ?? "",
    exitCode: terminated?.exitCode ?? null,
    startedAtMicros: microsOf(terminated?.startedAt ?? running?.startedAt),
    finishedAtMicros: microsOf(terminated?.finishedAt),
    lastTermination:
      last === undefined
        ? null
        : {
            exitCode: last.exitCode,
            reason: last.reason,
            startedAtMicros: microsOf(last.startedAt),
            finishedAtMicros: microsOf(last.finishedAt),
          },
  };
}

/** The same as the simulator keeps it; virtual zero is 1970. */
export function podVersion({ metadata, spec, status = {} }: PodObject): PodVersion {
  const { conditions = [], phase = "Pending", startTime } = status;
  const containerStatuses = status.containerStatuses ?? [];
  const stated = containerStatuses.flatMap(({ name, resources }) =>
    resources === undefined ? [] : [{ name, resources }],
  );
  const deletionTimeMicros = microsOf(metadata.deletionTimestamp);
  return pod(meta(0, metadata.name, { ...metadata, deletionTimeMicros }), {
    spec,
    nodeName: spec.nodeName ?? "",
    phase,
    status: {
      ...EMPTY_POD_STATUS,
      startTimeMicros: microsOf(startTime),
      containers: containerStatuses.map(containerState),
      conditions: conditions.map(({ type, status: is, reason = "", message = "" }) => {
        return { type, status: is, reason, message, lastTransitionTimeMicros: 0 };
      }),
      resources: stated.length === 0 ? null : { containerStatuses: stated },
    },
  });
}

/** As the recommender's watch shows it; none that is pending. */
export function observedPod(object: PodObject, name: string): readonly ObservedPod[] {
  const { namespace, labels = {} } = object.metadata;
  const { containers, initContainers = [] } = object.spec;
  const phase = object.status?.phase;
  if (phase === "Pending") return [];
  return [
    {
      namespace,
      name,
      labels,
      isFinished: phase === "Succeeded" || phase === "Failed",
      containers: containers.map((container) => container.name),
      initContainers: initContainers.map((container) => container.name),
    },
  ];
}
