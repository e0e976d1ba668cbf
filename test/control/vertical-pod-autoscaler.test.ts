import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { PodSpec } from "../../src/api/kubernetes.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import {
  type MetricsClient,
  NO_METRICS,
} from "../../src/control/horizontal-pod-autoscaler/metrics-client.js";
import { deployment, only, TestCluster } from "./cluster.js";

const CONTROLLERS = only(
  "deployment-controller",
  "replicaset-controller",
  "disruption-controller",
  "vpa-recommender",
  "vpa-updater",
  "vpa-admission-controller",
);
const MIB = 1024 * 1024;

function autoscaler(name: string, spec: object = {}, target = "web") {
  return {
    apiVersion: "autoscaling.k8s.io/v1",
    kind: "VerticalPodAutoscaler",
    metadata: { name, namespace: "default" },
    spec: { targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target }, ...spec },
  };
}

const mode = (updateMode: string) => ({ updatePolicy: { updateMode } });

/** A Deployment whose containers use half a core and 600 MiB each, and ask for `requests`. */
function cluster(
  replicas: number,
  autoscalers: readonly object[],
  requests: object = { cpu: "100m", memory: "100Mi" },
): TestCluster {
  const metrics: MetricsClient = {
    ...NO_METRICS,
    podMetrics: ({ pods }) =>
      pods.map(({ name, spec }) => ({
        podName: name,
        timestampMicros: made.engine.now,
        windowMicros: 15 * MICROS_PER_SECOND,
        containers: spec.containers.map((container) => {
          return { name: container.name, cpuNanos: 5e8, memoryBytes: 600 * MIB };
        }),
      })),
  };
  const made: TestCluster = new TestCluster({ metrics }).run(CONTROLLERS);
  const web = deployment("web", { replicas });
  const { template } = web.spec as { readonly template: { readonly spec: PodSpec } };
  const resources = { requests, limits: { memory: "200Mi" } };
  for (const container of template.spec.containers) Object.assign(container, { resources });
  made.apply(web);
  for (const one of autoscalers) made.apply(one as never);
  return made;
}

const live = (made: TestCluster): PodVersion[] =>
  made.all("Pod").filter(({ deletionTimeMicros }) => deletionTimeMicros === null);
const memoryRequests = (made: TestCluster) =>
  live(made).map(({ spec }) => spec.containers[0]?.resources?.requests?.["memory"]);
const conditionsOf = (made: TestCluster, name: string) =>
  (made.get("VerticalPodAutoscaler", name).status.conditions ?? []).map(
    ({ type, status }) => `${type} ${status}`,
  );

describe("a VerticalPodAutoscaler", () => {
  it("recommends after a minute what containers use, and 15 % more", () => {
    const made = cluster(2, [autoscaler("web", mode("Off"))]).advance(70);
    const { recommendation } = made.get("VerticalPodAutoscaler", "web").status;
    const [container] = recommendation?.containerRecommendations ?? [];
    expect(Number(container?.target["memory"])).toBeGreaterThan(600 * MIB * 1.1);
    expect(conditionsOf(made, "web")).toEqual(["RecommendationProvided True"]);
  });

  it.each(["Off", "Initial"])("in mode %s leaves the pods that there are alone", (updateMode) => {
    const made = cluster(2, [autoscaler("web", mode(updateMode))]).advance(600);
    expect(memoryRequests(made)).toEqual(["100Mi", "100Mi"]);
    expect(made.reasons()).not.toContain("EvictedByVPA");
  });

  it("in mode Initial changes pods that are made anew, limits in proportion", () => {
    const made = cluster(2, [autoscaler("web", mode("Initial"))]).advance(120);
    const [first] = live(made);
    made.submit({ verb: "delete", target: first! });
    made.advance(30);
    const fresh = live(made).find(({ annotations }) => "vpaUpdates" in annotations);
    const { requests, limits } = fresh!.spec.containers[0]!.resources!;
    expect(Number(limits?.["memory"])).toBe(2 * Number(requests?.["memory"]));
  });

  it("in mode Recreate evicts one pod of two at a time", () => {
    const made = cluster(2, [autoscaler("web")]).advance(130);
    expect(made.reasons().filter((reason) => reason === "EvictedByVPA")).toHaveLength(1);
    made.advance(120);
    expect(memoryRequests(made)).not.toContain("100Mi");
    expect(made.reasons().filter((reason) => reason === "EvictedPod")).toHaveLength(2);
  });

  it("leaves a Deployment of a single pod alone", () => {
    const made = cluster(1, [autoscaler("web")]).advance(600);
    expect(memoryRequests(made)).toEqual(["100Mi"]);
  });

  it("for nothing says so in its status", () => {
    const made = cluster(2, [autoscaler("lost", {}, "wbe")]).advance(70);
    expect(conditionsOf(made, "lost")).toEqual([
      "ConfigUnsupported True",
      "NoPodsMatched True",
      "RecommendationProvided False",
    ]);
    const message = made.get("VerticalPodAutoscaler", "lost").status.conditions?.[0]?.message;
    expect(message).toBe("Cannot read targetRef. Reason: Deployment default/wbe does not exist");
  });

  it("that is older than another on the same pods is the one that counts", () => {
    const capped = {
      resourcePolicy: {
        containerPolicies: [{ containerName: "*", maxAllowed: { memory: "300Mi" } }],
      },
    };
    const made = cluster(2, [autoscaler("b", capped), autoscaler("a")]).advance(400);
    // Both are equally old, so the name decides.
    expect(memoryRequests(made)).not.toContain("300Mi");
    const other = cluster(2, [autoscaler("a", capped), autoscaler("b")]).advance(400);
    expect(memoryRequests(other)).toEqual(["300Mi", "300Mi"]);
  });

  it("keeps what it knows of each container in a checkpoint", () => {
    const made = cluster(2, [autoscaler("web", mode("Off"))]).advance(600);
    const [checkpoint] = made.all("VerticalPodAutoscalerCheckpoint");
    expect(checkpoint?.name).toBe("web-main");
    expect(checkpoint?.status.totalSamplesCount).toBeGreaterThan(15);
    expect(checkpoint?.status.version).toBe("v3");
  });

  it.each([
    [
      {
        resourcePolicy: {
          containerPolicies: [
            { containerName: "*", minAllowed: { cpu: "2" }, maxAllowed: { cpu: "1" } },
          ],
        },
      },
      'maxAllowed[cpu]: Invalid value: "1": max resource for cpu is lower than min of "2"',
    ],
    [mode("Sometimes"), 'updateMode: Unsupported value: "Sometimes"'],
    [mode("InPlace"), "you must enable feature gate InPlace"],
    [{ startupBoost: { cpu: { type: "Factor", factor: 2 } } }, "feature gate CPUStartupBoost"],
    [
      { updatePolicy: { updateMode: "Recreate", minReplicas: 0 } },
      "minReplicas has to be positive",
    ],
    [
      {
        resourcePolicy: {
          containerPolicies: [{ containerName: "*", maxAllowed: { memory: "100m" } }],
        },
      },
      "must be a whole number of bytes",
    ],
  ])("is refused with %j", (spec, message) => {
    const made = new TestCluster();
    expect(() => made.apply(autoscaler("web", spec) as never)).toThrow(message);
  });

  test.prop([fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 8 })], { numRuns: 12 })(
    "never evicts below a disruption budget",
    (replicas, minAvailable) => {
      const made = cluster(replicas, [autoscaler("web")]);
      made.apply({
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "web", namespace: "default" },
        spec: { minAvailable, selector: { matchLabels: { app: "web" } } },
      } as never);
      made.advance(20);
      for (let second = 0; second < 300; second++) {
        made.advance(1);
        const ready = live(made).filter(({ phase }) => phase === "Running").length;
        expect(ready).toBeGreaterThanOrEqual(Math.min(minAvailable, replicas));
      }
    },
  );
});
