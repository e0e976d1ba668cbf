import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { Quantity } from "../../src/api/quantity.js";
import type { HorizontalPodAutoscalerSpec } from "../../src/api/schemas/types.js";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import { millisText } from "../../src/control/horizontal-pod-autoscaler/metric-status.js";
import {
  type MetricsClient,
  NO_METRICS,
} from "../../src/control/horizontal-pod-autoscaler/metrics-client.js";
import { refuse } from "../../src/store/outcome.js";
import { type ClusterOptions, deployment, only, podTemplate, TestCluster } from "./cluster.js";

const CONTROLLERS = only(
  "deployment-controller",
  "replicaset-controller",
  "statefulset-controller",
  "horizontal-pod-autoscaler-controller",
);

/** Every pod of a target uses what `cpuMillis` says at that second. */
function using(cpuMillis: (pods: number) => number): MetricsClient {
  return {
    ...NO_METRICS,
    podMetrics: ({ pods }) =>
      pods
        .filter(({ phase }) => phase === "Running")
        .map(({ name }) => ({
          podName: name,
          timestampMicros: 1e15,
          windowMicros: 15 * MICROS_PER_SECOND,
          containers: [{ name: "main", cpuNanos: cpuMillis(pods.length) * 1e6, memoryBytes: 0 }],
        })),
  };
}

const shared = (millis: number) => using((pods) => millis / pods);

function web(replicas = 2, cpu: string | null = "100m") {
  const template = podTemplate({ app: "web" });
  const [main] = template.spec.containers;
  const requests = cpu === null ? {} : { resources: { requests: { cpu } } };
  return deployment("web", {
    replicas,
    template: { ...template, spec: { containers: [{ ...main, ...requests }] } },
  });
}

function autoscaler(spec: Partial<HorizontalPodAutoscalerSpec> = {}, name = "web") {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, namespace: "default" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
        },
      ],
      ...spec,
    },
  };
}

function started(options: ClusterOptions, spec: Partial<HorizontalPodAutoscalerSpec> = {}) {
  const cluster = new TestCluster(options).run(CONTROLLERS);
  cluster.apply(web());
  cluster.advance(60);
  cluster.apply(autoscaler(spec));
  return cluster;
}

const size = (cluster: TestCluster) => cluster.get("Deployment", "web").spec.replicas;
const conditions = (cluster: TestCluster, name = "web") =>
  (cluster.get("HorizontalPodAutoscaler", name).status.conditions ?? []).map(
    ({ type, status, reason }) => `${type} ${status} ${reason}`,
  );

const rescales = (cluster: TestCluster) =>
  cluster.events
    .filter(({ reason }) => reason === "SuccessfulRescale")
    .map(({ message }) => message);

describe("a HorizontalPodAutoscaler", () => {
  it("grows its target by the share of what the pods request that they use", () => {
    const cluster = started({ metrics: shared(200) }).advance(2);
    expect(size(cluster)).toBe(4);
    expect(conditions(cluster)).toEqual([
      "AbleToScale True SucceededRescale",
      "ScalingActive True ValidMetricFound",
      "ScalingLimited False DesiredWithinRange",
      "ScaledToZero False NotScaledToZero",
    ]);
    expect(rescales(cluster)).toEqual([
      "New size: 4; reason: cpu resource utilization (percentage of request) above target",
    ]);
    expect(cluster.get("HorizontalPodAutoscaler", "web").status).toMatchObject({
      currentReplicas: 2,
      desiredReplicas: 4,
      observedGeneration: 1,
      currentMetrics: [
        { resource: { name: "cpu", current: { averageUtilization: 100, averageValue: "100m" } } },
      ],
    });
  });

  it("is looked at once a sync period, and first when it is new; before 1.37 a period later", () => {
    expect(size(started({ metrics: shared(200) }).advance(1))).toBe(4);
    const older = started({ metrics: shared(200), kubernetesMinor: 36 });
    expect(size(older.advance(14))).toBe(2);
    expect(size(older.advance(2))).toBe(4);
  });

  it("shrinks only to the highest recommendation of the last five minutes", () => {
    const cluster = new TestCluster({ metrics: shared(90) }).run(CONTROLLERS);
    cluster.apply(web(6));
    cluster.apply(autoscaler());
    expect(size(cluster.advance(290))).toBe(6);
    expect(conditions(cluster)).toContain("AbleToScale True ScaleDownStabilized");
    expect(size(cluster.advance(40))).toBe(2);
    expect(rescales(cluster)).toEqual(["New size: 2; reason: All metrics below target"]);
  });

  it.each([
    ["a Deployment", "apps/v1", "Deployment", () => web()],
    ["a ReplicaSet", "apps/v1", "ReplicaSet", () => ({ ...web(), kind: "ReplicaSet" })],
    [
      "a StatefulSet",
      "apps/v1",
      "StatefulSet",
      () => ({
        ...web(),
        kind: "StatefulSet",
        spec: { ...(web().spec as object), serviceName: "web" },
      }),
    ],
  ] as const)("scales %s", (_, apiVersion, kind, manifest) => {
    const cluster = new TestCluster({ metrics: shared(200) }).run(CONTROLLERS);
    cluster.apply(manifest());
    cluster.advance(60);
    cluster.apply(autoscaler({ scaleTargetRef: { apiVersion, kind, name: "web" } }));
    cluster.advance(2);
    expect(cluster.get(kind, "web").spec.replicas).toBe(4);
  });

  it.each([
    [
      "on nothing",
      { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "gone" } },
      "FailedGetScale",
      'deployments.apps "gone" not found',
    ],
    [
      "on a kind that nobody knows",
      { scaleTargetRef: { apiVersion: "example.com/v1", kind: "Widget", name: "w" } },
      "FailedGetScale",
      'no matches for kind "Widget" in group "example.com"',
    ],
    [
      "by an external metric that nobody provides",
      {
        metrics: [
          {
            type: "External",
            external: { metric: { name: "queue" }, target: { type: "Value", value: "5" } },
          },
        ],
      },
      "FailedGetExternalMetric",
      "unable to get external metric default/queue/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)",
    ],
    [
      "by a metric of pods that nobody provides",
      {
        metrics: [
          {
            type: "Pods",
            pods: { metric: { name: "qps" }, target: { type: "AverageValue", averageValue: "5" } },
          },
        ],
      },
      "FailedGetPodsMetric",
      "unable to get metric qps: unable to fetch metrics from custom metrics API: no known available metric versions found",
    ],
  ] as const)("%s says so, and scales nothing", (_, spec, reason, message) => {
    const cluster = started({ metrics: shared(200) }, spec as never).advance(2);
    expect(size(cluster)).toBe(2);
    expect(cluster.events).toContainEqual(
      expect.objectContaining({ type: "Warning", reason, message, object: "web" }),
    );
    expect(conditions(cluster).some((text) => text.endsWith(`False ${reason}`))).toBe(true);
  });

  it("says which container requests nothing of what it is to use a share of", () => {
    const cluster = new TestCluster({ metrics: shared(200) }).run(CONTROLLERS);
    cluster.apply(web(2, null));
    cluster.advance(60);
    cluster.apply(autoscaler());
    cluster.advance(2);
    expect(size(cluster)).toBe(2);
    expect(cluster.events.at(-2)?.message).toMatch(
      /^failed to get cpu utilization: missing request for cpu in container main of Pod web-/,
    );
  });

  it("and a second one on the same target refuse to work against each other", () => {
    const cluster = started({ metrics: shared(200) }).advance(2);
    cluster.apply(autoscaler({ maxReplicas: 8 }, "second"));
    cluster.advance(40);
    expect(size(cluster)).toBe(4);
    for (const name of ["web", "second"]) {
      expect(conditions(cluster, name)).toContain("ScalingActive False AmbiguousSelector");
    }
    expect(cluster.events.find(({ reason }) => reason === "AmbiguousSelector")?.message).toBe(
      "pods by selector app=web are controlled by more than one HPA (e.g. [default/second default/web])",
    );
  });

  it("writes a size again that another writer came before, up to five times", () => {
    let conflicts = 0;
    const refuseFirst = (times: number) => (request: { readonly verb: string }) => {
      const { base } = request as {
        readonly base?: { readonly kind: string; readonly spec: object };
      };
      if (request.verb !== "update" || base?.kind !== "Deployment") return null;
      const { change } = request as unknown as { readonly change: { readonly spec?: object } };
      if (change.spec === undefined || conflicts >= times) return null;
      conflicts += 1;
      return refuse("Conflict", "the object has been modified");
    };
    const cluster = started({ metrics: shared(200), refuse: refuseFirst(4) });
    expect(size(cluster.advance(2))).toBe(4);
    conflicts = 0;
    const given = started({ metrics: shared(200), refuse: refuseFirst(5) }).advance(2);
    expect(size(given)).toBe(2);
    expect(given.reasons()).toContain("FailedRescale");
  });

  it("takes its target to zero and back by an external metric, where the version has it", () => {
    let queue = 0;
    const metrics = { ...NO_METRICS, externalValuesMillis: () => [queue] };
    const external = {
      metric: { name: "queue" },
      target: { type: "AverageValue", averageValue: "2" },
    };
    const cluster = started(
      { metrics },
      {
        minReplicas: 0,
        metrics: [{ type: "External", external }],
        behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
      },
    );
    expect(size(cluster.advance(20))).toBe(0);
    expect(conditions(cluster)).toContain("ScaledToZero True ScaledToZero");
    queue = 6_000;
    expect(size(cluster.advance(20))).toBe(3);
  });

  it("leaves a target alone that somebody has set to zero", () => {
    const cluster = new TestCluster({ metrics: shared(200) }).run(CONTROLLERS);
    cluster.apply(web(0));
    cluster.apply(autoscaler());
    expect(size(cluster.advance(60))).toBe(0);
    expect(conditions(cluster)).toContain("ScalingActive False ScalingDisabled");
  });

  it("ends no idle run later: its looks change nothing by themselves", () => {
    const cluster = started({ metrics: shared(100) }).advance(60);
    expect(cluster.engine.run({ untilMicros: 1e12, untilIdle: true })).toBe("idle");
    expect(cluster.engine.now).toBe(120 * MICROS_PER_SECOND);
  });
});

const policy = fc.record({
  type: fc.constantFrom("Pods", "Percent"),
  value: fc.integer({ min: 1, max: 150 }),
  periodSeconds: fc.integer({ min: 15, max: 120 }),
});
const rules = fc.record({
  stabilizationWindowSeconds: fc.integer({ min: 0, max: 120 }),
  selectPolicy: fc.constantFrom("Max", "Min", "Disabled"),
  policies: fc.array(policy, { minLength: 1, maxLength: 2 }),
});

interface Change {
  readonly at: number;
  readonly by: number;
}

describe("at every moment", () => {
  test.prop(
    {
      min: fc.integer({ min: 1, max: 4 }),
      span: fc.integer({ min: 0, max: 20 }),
      scaleUp: rules,
      scaleDown: rules,
      loads: fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 4, maxLength: 12 }),
    },
    {
      numRuns: 15,
      examples: [
        {
          min: 1,
          span: 3,
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: "Max",
            policies: [{ type: "Pods", value: 1, periodSeconds: 31 }],
          },
          scaleDown: {
            stabilizationWindowSeconds: 0,
            selectPolicy: "Max",
            policies: [{ type: "Pods", value: 1, periodSeconds: 15 }],
          },
          loads: [0, 0, 0, 56, 111, 51, 151, 0],
        },
      ],
    },
  )(
    "a target stays within its bounds and within what each of its policies allows together",
    ({ min, span, scaleUp, scaleDown, loads }) => {
      let load = 0;
      const metrics = using((pods) => load / Math.max(1, pods));
      const cluster = new TestCluster({ metrics }).run(CONTROLLERS);
      cluster.apply(web(min));
      cluster.advance(30);
      const max = min + span;
      cluster.apply(
        autoscaler({ minReplicas: min, maxReplicas: max, behavior: { scaleUp, scaleDown } }),
      );
      const changes: Change[] = [];
      let before = size(cluster) ?? 0;
      for (const next of loads) {
        load = next;
        for (let second = 0; second < 40; second++) {
          const now = size(cluster.advance(1)) ?? 0;
          expect(now).toBeGreaterThanOrEqual(min);
          expect(now).toBeLessThanOrEqual(max);
          if (now === before) continue;
          const at = cluster.engine.now / MICROS_PER_SECOND;
          const allowed = now > before ? scaleUp : scaleDown;
          expect(allowed.selectPolicy).not.toBe("Disabled");
          const limits = allowed.policies.map((one) => limitOf(one, changes, { at, before, now }));
          const limit = allowed.selectPolicy === "Min" ? Math.min(...limits) : Math.max(...limits);
          expect(Math.abs(now - before)).toBeLessThanOrEqual(limit);
          changes.push({ at, by: now - before });
          before = now;
        }
      }
    },
  );
});

/**
 * The largest step that a policy allows, counted from the size at the start of its period. Sizes are looked at once a
 * second: of a change at the period's edge nobody can say whether it counts.
 */
function limitOf(
  { type, value, periodSeconds }: { type: string; value: number; periodSeconds: number },
  changes: readonly Change[],
  { at, before, now }: { readonly at: number; readonly before: number; readonly now: number },
): number {
  const limits = [-1, 0, 1].map((slack) => {
    const recent = changes.filter((change) => change.at > at - periodSeconds + slack);
    const start = before - recent.reduce((sum, { by }) => sum + by, 0);
    const most = type === "Pods" ? value : (start * value) / 100;
    return now > before ? Math.ceil(start + most) - before : before - Math.floor(start - most);
  });
  return Math.max(...limits);
}

describe("a value of a status", () => {
  const thousands = fc.integer({ min: 0, max: 5 }).map((power) => 1_000 ** power);
  test.prop([fc.integer({ min: -9_000, max: 9_000 }), thousands])(
    "is the canonical quantity of so many thousandths",
    (millis, times) => {
      const whole = millis * times;
      expect(millisText(whole)).toBe(Quantity.of(BigInt(whole), "DecimalSI", -3).toString());
    },
  );
});
