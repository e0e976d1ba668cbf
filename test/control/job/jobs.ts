import type { Manifest } from "../../../src/api/kubernetes.js";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import { COMPLETION_INDEX } from "../../../src/control/job/completion-index.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import { type ClusterOptions, only, TestCluster } from "../cluster.js";

/** A Job's manifest; `template` is laid over that of its pods. */
export function job(name: string, spec: object = {}, template: object = {}): Manifest {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: "default" },
    spec: {
      template: {
        spec: {
          restartPolicy: "Never",
          containers: [{ name: "main", image: "work:1" }],
          ...template,
        },
      },
      ...spec,
    },
  };
}

export const indexOf = (pod: PodVersion): number => Number(pod.annotations[COMPLETION_INDEX]);

/** How pods end: that many seconds after they became ready, with the exit code. */
export const ends =
  (seconds: number, exitCode: number | ((pod: PodVersion) => number) = 0) =>
  (pod: PodVersion) => ({
    micros: seconds * MICROS_PER_SECOND,
    exitCode: typeof exitCode === "number" ? exitCode : exitCode(pod),
  });

/** A cluster with the controllers that Jobs need, and when its pods were created, in seconds. */
export function clusterOfJobs(options: ClusterOptions = {}) {
  const createdAt: number[] = [];
  const cluster = new TestCluster({ readyAfter: () => 0, ...options });
  cluster.store.observe((before, after) => {
    if (before !== null || after?.kind !== "Pod") return;
    createdAt.push(cluster.engine.now / MICROS_PER_SECOND);
  });
  cluster.run(
    only("job-controller", "ttl-after-finished-controller", "garbage-collector-controller"),
  );
  return { cluster, createdAt };
}

export const conditions = (cluster: TestCluster, name = "work"): string[] =>
  (cluster.get("Job", name).status.conditions ?? []).map(
    ({ type, status, reason }) => `${type}=${status}:${reason}`,
  );
