import { describe, expect, it } from "vitest";
import {
  type MetricsClient,
  MetricsError,
  NO_METRICS,
} from "../../src/control/horizontal-pod-autoscaler/metrics-client.js";
import { deployment, only, TestCluster } from "./cluster.js";
import { ends } from "./job/jobs.js";

const CONTROLLERS = only(
  "deployment-controller",
  "replicaset-controller",
  "job-controller",
  "horizontal-pod-autoscaler-controller",
  "keda-scaledobject-controller",
  "keda-scaledjob-controller",
  "garbage-collector-controller",
);

const QUEUE = { type: "rabbitmq", metadata: { queueName: "orders", value: "10" } };

function scaledObject(spec: object = {}, annotations: Record<string, string> = {}) {
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: { name: "worker", namespace: "default", annotations },
    spec: { scaleTargetRef: { name: "worker" }, cooldownPeriod: 60, triggers: [QUEUE], ...spec },
  };
}

/** A cluster whose queue has that length at each moment; null: the broker cannot be reached. */
function withQueue(replicas: number, scaled: object = scaledObject(), endsAfter = ends(20)) {
  const queue: { length: number | null } = { length: 0 };
  const metrics: MetricsClient = {
    ...NO_METRICS,
    externalValuesMillis: (namespace, metric) => {
      const own = cluster.externalMetrics(namespace, metric);
      if (own !== null) return own;
      return queue.length === null ? new MetricsError("no route to host") : [queue.length * 1_000];
    },
  };
  const cluster: TestCluster = new TestCluster({
    metrics,
    endsAfter: (pod) =>
      pod.ownerReferences.some(({ kind }) => kind === "Job") ? endsAfter(pod) : null,
  });
  cluster.run(CONTROLLERS);
  cluster.apply(deployment("worker", { replicas }));
  cluster.apply(scaled as never);
  return { cluster, queue };
}

const size = (cluster: TestCluster) => cluster.get("Deployment", "worker").spec.replicas;
const conditions = (cluster: TestCluster) =>
  (cluster.get("ScaledObject", "worker").status.conditions ?? []).map(
    ({ type, status, reason = "" }) => `${type} ${status} ${reason}`.trim(),
  );

describe("a ScaledObject", () => {
  it.each([0, -5])("is looked at each second where its interval is %i", (pollingInterval) => {
    const { cluster, queue } = withQueue(0, scaledObject({ pollingInterval }));
    expect(size(cluster.advance(10))).toBe(0);
    queue.length = 5;
    expect(size(cluster.advance(3))).toBe(1);
  });

  it("wakes its target when there is work, has an autoscaler do the rest, and lets it sleep again", () => {
    const { cluster, queue } = withQueue(0);
    expect(size(cluster.advance(40))).toBe(0);
    queue.length = 35;
    expect(size(cluster.advance(60))).toBe(4);
    expect(conditions(cluster)).toContain("Active True ScalerActive");
    expect(cluster.get("HorizontalPodAutoscaler", "keda-hpa-worker")).toMatchObject({
      ownerReferences: [{ kind: "ScaledObject", name: "worker", controller: true }],
      spec: { minReplicas: 1, maxReplicas: 100 },
    });
    queue.length = 0;
    expect(size(cluster.advance(45))).toBe(4);
    expect(conditions(cluster)).toContain("Active False ScalerCooldown");
    expect(size(cluster.advance(60))).toBe(0);
    expect(cluster.reasons()).toEqual(
      expect.arrayContaining(["KEDAScaleTargetActivated", "KEDAScaleTargetDeactivated"]),
    );
  });

  it("keeps its idle count while there is none, and its minimum while there is", () => {
    const { cluster, queue } = withQueue(
      0,
      scaledObject({ minReplicaCount: 3, idleReplicaCount: 0 }),
    );
    cluster.advance(5);
    queue.length = 1;
    expect(size(cluster.advance(35))).toBe(3);
    queue.length = 0;
    expect(size(cluster.advance(120))).toBe(0);
  });

  it("holds the number of replicas of its fallback when its trigger fails too often", () => {
    const fallback = { failureThreshold: 2, replicas: 6 };
    const { cluster, queue } = withQueue(2, scaledObject({ minReplicaCount: 2, fallback }));
    queue.length = 15;
    expect(size(cluster.advance(60))).toBe(2);
    queue.length = null;
    expect(size(cluster.advance(120))).toBe(6);
    expect(conditions(cluster)).toContain("Fallback True FallbackExists");
  });

  it("does nothing while it is paused, at the size that the pause asks for, and has no autoscaler", () => {
    const paused = { "autoscaling.keda.sh/paused-replicas": "2" };
    const { cluster, queue } = withQueue(5, scaledObject({}, paused));
    queue.length = 500;
    expect(size(cluster.advance(120))).toBe(2);
    expect(conditions(cluster)).toContain("Paused True ScaledObjectPaused");
    expect(cluster.all("HorizontalPodAutoscaler")).toEqual([]);
  });

  it.each([
    [
      "whose target is not there",
      { scaleTargetRef: { name: "gone" } },
      'deployments.apps "gone" not found',
    ],
    [
      "with a trigger that is not modelled",
      { triggers: [{ type: "mqtt", metadata: {} }] },
      "triggers of type mqtt are not modelled",
    ],
    [
      "with a target that is no number",
      { triggers: [{ type: "redis", metadata: { listName: "l", listLength: "many" } }] },
      'listLength is "many": expected a number',
    ],
  ])("%s says so", (_, spec, message) => {
    const { cluster } = withQueue(1, scaledObject(spec));
    cluster.advance(5);
    expect(cluster.events.some((event) => event.message.includes(message))).toBe(true);
    expect(conditions(cluster)[0]).toMatch(/^Ready False/);
  });

  it("with a minimum above its maximum is refused", () => {
    const manifest = scaledObject({ minReplicaCount: 5, maxReplicaCount: 2 });
    expect(new TestCluster().execute({ verb: "apply", manifest: manifest as never })).toMatchObject(
      {
        ok: false,
        message: expect.stringContaining("MinReplicaCount=5 must be less than MaxReplicaCount=2"),
      },
    );
  });
});

describe("a ScaledJob", () => {
  const scaledJob = {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledJob",
    metadata: { name: "report", namespace: "default" },
    spec: {
      pollingInterval: 10,
      maxReplicaCount: 3,
      successfulJobsHistoryLimit: 1,
      jobTargetRef: { template: { spec: { containers: [{ name: "c", image: "c" }] } } },
      triggers: [{ type: "rabbitmq", metadata: { queueName: "orders", value: "1" } }],
    },
  };

  it("says why a trigger of its fails", () => {
    const at = { start: "0 1 * * *", end: "0 2 * * *", desiredReplicas: "1" };
    const cron = { type: "cron", metadata: { timezone: "Mars/Base", ...at } };
    const none = { type: "rabbitmq", metadata: { queueName: "none", value: "1" } };
    const spec = { ...scaledJob.spec, triggers: [cron, none] };
    const { cluster, queue } = withQueue(1, { ...scaledJob, spec }, ends(25));
    queue.length = null;
    cluster.advance(5);
    const told = cluster.events.filter(({ reason }) => reason === "KEDAScalerFailed");
    expect(told.map(({ message }) => message)).toEqual([
      "unable to load timezone: unknown time zone Mars/Base",
      "no route to host",
    ]);
  });

  it("makes Jobs for what is in the queue up to its maximum, and forgets the oldest", () => {
    const { cluster, queue } = withQueue(1, scaledJob, ends(25));
    queue.length = 7;
    cluster.advance(22);
    expect(cluster.all("Job").length).toBe(3);
    expect(cluster.all("Job")[0]).toMatchObject({
      labels: { "scaledjob.keda.sh/name": "report" },
      ownerReferences: [{ kind: "ScaledJob", name: "report" }],
      spec: { template: { spec: { restartPolicy: "OnFailure" } } },
    });
    queue.length = 0;
    cluster.advance(60);
    expect(cluster.all("Job").length).toBe(1);
  });
});
