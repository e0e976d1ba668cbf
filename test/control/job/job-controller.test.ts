import { describe, expect, it } from "vitest";
import { refuse } from "../../../src/store/outcome.js";
import { controllerOf } from "../../../src/api/object-version.js";
import { TRACKING_FINALIZER } from "../../../src/control/job/job-object.js";
import { clusterOfJobs, conditions, ends, indexOf, job } from "./jobs.js";

describe("a Job", () => {
  it("runs its pods in parallel until it has its completions, and counts each once", () => {
    const { cluster, createdAt } = clusterOfJobs({ endsAfter: ends(5) });
    cluster.apply(job("work", { completions: 5, parallelism: 2 }));
    cluster.advance(60);
    expect(cluster.get("Job", "work").status).toMatchObject({ succeeded: 5, ready: 0 });
    expect(conditions(cluster)).toEqual([
      "SuccessCriteriaMet=True:CompletionsReached",
      "Complete=True:CompletionsReached",
    ]);
    expect(createdAt.length).toBe(5);
    expect(cluster.all("Pod").flatMap(({ finalizers }) => finalizers)).toEqual([]);
  });

  it("gives its pods labels, its own name and the finalizer", () => {
    const { cluster } = clusterOfJobs();
    cluster.apply(job("work"));
    cluster.advance(2);
    const [pod] = cluster.all("Pod");
    const { uid } = cluster.get("Job", "work");
    expect(pod).toMatchObject({
      labels: { "batch.kubernetes.io/controller-uid": uid, "job-name": "work" },
      finalizers: [TRACKING_FINALIZER],
    });
    expect(pod!.name).toMatch(/^work-[a-z0-9]{5}$/);
  });

  it("without completions starts nothing new after the first success, and waits for the others", () => {
    const first = (pod: { name: string }) => Number(pod.name < "work-z" ? 0 : 1);
    const { cluster, createdAt } = clusterOfJobs({ endsAfter: ends(5, first) });
    cluster.apply(job("work", { parallelism: 3 }));
    cluster.advance(60);
    expect(createdAt.length).toBe(3);
    expect(conditions(cluster)).toContain("Complete=True:CompletionsReached");
  });

  it("gathers what happens to its pods for a second", () => {
    const { cluster } = clusterOfJobs({ endsAfter: ends(5) });
    cluster.apply(job("work", { completions: 40, parallelism: 20 }));
    cluster.advance(30);
    const writes = cluster.writes.filter(
      (request) => request.verb === "update" && request.base.kind === "Job",
    );
    expect(cluster.get("Job", "work").status.succeeded).toBe(40);
    expect(writes.length).toBeLessThan(16);
  });

  it("whose pods are refused asks for one of them at growing intervals", () => {
    let asked = 0;
    const { cluster } = clusterOfJobs({
      refuse: (request) => {
        if (request.verb !== "create" || request.object.kind !== "Pod") return null;
        asked += 1;
        return refuse("Forbidden", "exceeded quota");
      },
    });
    cluster.apply(job("work", { completions: 100, parallelism: 100 }));
    cluster.advance(0.5);
    expect(asked).toBe(1);
    cluster.advance(119.5);
    // After 1, 2, 4 … 32 s, and every minute then.
    expect(asked).toBe(7);
    expect(cluster.reasons()).toContain("FailedCreate");
  });

  it("that somebody else keeps is left alone", () => {
    const { cluster, createdAt } = clusterOfJobs();
    cluster.apply(job("work", { managedBy: "kueue.x-k8s.io/multikueue" }));
    cluster.advance(10);
    expect(createdAt).toEqual([]);
  });

  it("adopts pods that its selector matches, and lets go of those that it matches no longer", () => {
    const { cluster, createdAt } = clusterOfJobs();
    const labels = { app: "work" };
    const { template } = job("work").spec as { template: { spec: object } };
    cluster.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "found", namespace: "default", labels },
      spec: template.spec,
    });
    cluster.apply(
      job("work", {
        manualSelector: true,
        selector: { matchLabels: labels },
        template: { ...template, metadata: { labels } },
      }),
    );
    cluster.advance(5);
    expect(createdAt.length).toBe(1);
    expect(controllerOf(cluster.get("Pod", "found"))?.name).toBe("work");
    const target = cluster.get("Pod", "found");
    cluster.submit({ verb: "patch", target, change: { labels: { app: "other" } } });
    cluster.advance(5);
    expect(controllerOf(cluster.get("Pod", "found"))).toBeUndefined();
    expect(createdAt.length).toBe(2);
  });

  it.each(["Background", "Foreground"] as const)(
    "that is deleted (%s) takes its pods with it",
    (how) => {
      const { cluster } = clusterOfJobs();
      cluster.apply(job("work", { completions: 4, parallelism: 4 }));
      cluster.advance(5);
      const target = cluster.get("Job", "work");
      cluster.submit({ verb: "delete", target, propagationPolicy: how });
      cluster.advance(20);
      expect(cluster.all("Pod")).toEqual([]);
      expect(cluster.all("Job")).toEqual([]);
    },
  );

  it("goes when its time after the end is over, counted from the whole second", () => {
    const { cluster } = clusterOfJobs({ endsAfter: ends(5) });
    cluster.apply(job("work", { ttlSecondsAfterFinished: 30 }));
    cluster.advance(30);
    expect(cluster.all("Job").length).toBe(1);
    cluster.advance(10);
    expect(cluster.all("Job")).toEqual([]);
    expect(cluster.all("Pod")).toEqual([]);
  });
});

describe("a Job that is suspended", () => {
  it("loses its pods, which count for nothing, and starts anew when it is resumed", () => {
    const { cluster } = clusterOfJobs({ endsAfter: ends(30) });
    cluster.apply(job("work", { completions: 2, parallelism: 2 }));
    cluster.advance(10);
    const set = (suspend: boolean) => {
      const target = cluster.get("Job", "work");
      cluster.submit({ verb: "patch", target, change: { spec: { ...target.spec, suspend } } });
    };
    set(true);
    cluster.advance(10);
    expect(cluster.get("Job", "work").status).not.toHaveProperty("startTime");
    expect(cluster.get("Job", "work").status).not.toHaveProperty("failed");
    expect(conditions(cluster)).toEqual(["Suspended=True:JobSuspended"]);
    expect(cluster.all("Pod")).toEqual([]);
    set(false);
    cluster.advance(60);
    expect(cluster.get("Job", "work").status).toMatchObject({ succeeded: 2 });
    expect(conditions(cluster)[0]).toBe("Suspended=False:JobResumed");
    expect(cluster.reasons()).toEqual(expect.arrayContaining(["Suspended", "Resumed"]));
  });

  it("keeps its start time up to 1.35", () => {
    const { cluster } = clusterOfJobs({ kubernetesMinor: 34 });
    cluster.apply(job("work"));
    cluster.advance(5);
    const target = cluster.get("Job", "work");
    cluster.submit({ verb: "patch", target, change: { spec: { ...target.spec, suspend: true } } });
    cluster.advance(10);
    expect(cluster.get("Job", "work").status).toHaveProperty("startTime");
  });
});

describe("an Indexed Job", () => {
  it("makes one pod an index, names it by the index, and writes the completed ones in intervals", () => {
    const { cluster } = clusterOfJobs({ endsAfter: ends(3) });
    cluster.apply(job("work", { completions: 6, parallelism: 4, completionMode: "Indexed" }));
    cluster.advance(6);
    expect(cluster.get("Job", "work").status.completedIndexes).toBe("0-3");
    cluster.advance(30);
    expect(cluster.get("Job", "work").status).toMatchObject({
      completedIndexes: "0-5",
      succeeded: 6,
    });
    expect(cluster.all("Pod").map(indexOf).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const pod of cluster.all("Pod")) {
      expect(pod.name).toMatch(new RegExp(`^work-${indexOf(pod)}-`));
    }
  });

  it("gives an index up after its own limit, and ends with the indexes that failed", () => {
    const { cluster } = clusterOfJobs({ endsAfter: ends(2, (pod) => Number(indexOf(pod) === 1)) });
    cluster.apply(
      job("work", {
        completions: 3,
        parallelism: 3,
        completionMode: "Indexed",
        backoffLimitPerIndex: 2,
      }),
    );
    cluster.advance(120);
    expect(cluster.get("Job", "work").status).toMatchObject({
      completedIndexes: "0,2",
      failedIndexes: "1",
      failed: 3,
    });
    expect(conditions(cluster)).toEqual([
      "FailureTarget=True:FailedIndexes",
      "Failed=True:FailedIndexes",
    ]);
    const counts = cluster
      .all("Pod")
      .filter((pod) => indexOf(pod) === 1)
      .map((pod) => pod.annotations["batch.kubernetes.io/job-index-failure-count"]);
    expect(counts.sort()).toEqual(["0", "1", "2"]);
  });

  it("stops everything when too many indexes failed", () => {
    const failing = (pod: Parameters<typeof indexOf>[0]) => Number(indexOf(pod) < 2);
    const { cluster } = clusterOfJobs({
      endsAfter: (pod) => (indexOf(pod) < 2 ? ends(2, failing)(pod) : null),
    });
    cluster.apply(
      job("work", {
        completions: 4,
        parallelism: 4,
        completionMode: "Indexed",
        backoffLimitPerIndex: 0,
        maxFailedIndexes: 1,
      }),
    );
    cluster.advance(30);
    expect(conditions(cluster)).toContain("Failed=True:MaxFailedIndexesExceeded");
    expect(cluster.get("Job", "work").status).toMatchObject({ failedIndexes: "0,1", failed: 4 });
  });

  it("has succeeded as soon as its success policy says so, and ends the other pods", () => {
    const { cluster } = clusterOfJobs({
      endsAfter: (pod) => (indexOf(pod) === 0 ? ends(2)(pod) : null),
    });
    cluster.apply(
      job("work", {
        completions: 3,
        parallelism: 3,
        completionMode: "Indexed",
        successPolicy: { rules: [{ succeededIndexes: "0" }] },
      }),
    );
    cluster.advance(30);
    expect(conditions(cluster)).toEqual([
      "SuccessCriteriaMet=True:SuccessPolicy",
      "Complete=True:SuccessPolicy",
    ]);
    expect(cluster.get("Job", "work").status).toMatchObject({ succeeded: 1, terminating: 0 });
    expect(cluster.get("Job", "work").status).not.toHaveProperty("failed");
  });
});

describe("pods of a Job that fail", () => {
  it("are replaced after 10, 20, 40 … s, counted from the whole second in which the last one ended", () => {
    const { cluster, createdAt } = clusterOfJobs({ endsAfter: ends(1, 1), readyAfter: () => 5e5 });
    cluster.apply(job("work", { backoffLimit: 3 }));
    cluster.advance(200);
    const ended = 1 + Math.floor(createdAt[0]! + 0.5);
    expect(createdAt[1]!).toBeGreaterThanOrEqual(ended + 10);
    expect(createdAt[1]!).toBeLessThan(ended + 10.5);
    const gaps = createdAt.slice(1).map((at, i) => Math.round(at - createdAt[i]!));
    expect(gaps).toEqual([11, 21, 41]);
    expect(conditions(cluster)).toContain("Failed=True:BackoffLimitExceeded");
    expect(cluster.get("Job", "work").status.failed).toBe(4);
  });

  it("at once count each: three of them make the next wait 40 s", () => {
    const { cluster, createdAt } = clusterOfJobs({ endsAfter: ends(1, 1) });
    cluster.apply(job("work", { completions: 3, parallelism: 3, backoffLimit: 3 }));
    cluster.advance(60);
    expect(createdAt.length).toBe(6);
    expect(Math.round(createdAt[3]!)).toBe(41);
  });

  it("leave those that run counted as active while the Job waits, but not so in 1.34", () => {
    const failing = (pod: { name: string }) =>
      pod.name.startsWith("work-0") ? ends(1, 1)(pod as never) : null;
    const active = (kubernetesMinor: number) => {
      const { cluster } = clusterOfJobs({ endsAfter: failing, kubernetesMinor });
      cluster.apply(job("work", { completions: 2, parallelism: 2, completionMode: "Indexed" }));
      cluster.advance(5);
      const { status } = cluster.get("Job", "work");
      return { active: status.active, failed: status.failed ?? 0 };
    };
    expect(active(37)).toEqual({ active: 1, failed: 1 });
    // Its API server refuses more ready pods than active ones, so nothing is counted until the wait is over.
    expect(active(34)).toEqual({ active: 2, failed: 0 });
  });

  it.each([
    [
      "Ignore",
      { onExitCodes: { operator: "In", values: [42] } },
      "Complete=True:CompletionsReached",
      undefined,
    ],
    [
      "Count",
      { onExitCodes: { operator: "In", values: [42] } },
      "Failed=True:BackoffLimitExceeded",
      1,
    ],
    [
      "FailJob",
      { onExitCodes: { operator: "NotIn", values: [1] } },
      "Failed=True:PodFailurePolicy",
      1,
    ],
  ])("by a rule with the action %s", (action, match, outcome, failed) => {
    let ended = 0;
    const code = () => (ended++ === 0 ? 42 : 0);
    const codes = new Map<string, number>();
    const exitCode = (pod: { uid: string }) => {
      if (!codes.has(pod.uid)) codes.set(pod.uid, code());
      return codes.get(pod.uid)!;
    };
    const { cluster } = clusterOfJobs({ endsAfter: ends(2, exitCode) });
    const podFailurePolicy = { rules: [{ action, ...match }] };
    cluster.apply(job("work", { backoffLimit: 0, podFailurePolicy }));
    cluster.advance(60);
    expect(conditions(cluster)).toContain(outcome);
    expect(cluster.get("Job", "work").status.failed).toBe(failed);
  });

  it("for too long end the Job: its pods are deleted, and count as failed", () => {
    const { cluster } = clusterOfJobs();
    cluster.apply(job("work", { completions: 2, parallelism: 2, activeDeadlineSeconds: 20 }));
    cluster.advance(40);
    expect(conditions(cluster)).toEqual([
      "FailureTarget=True:DeadlineExceeded",
      "Failed=True:DeadlineExceeded",
    ]);
    expect(cluster.get("Job", "work").status.failed).toBe(2);
    expect(cluster.all("Pod").filter(({ phase }) => phase === "Running")).toEqual([]);
  });

  it("being deleted are replaced at once, or under the policy Failed when they are gone", () => {
    const replaced = (podReplacementPolicy: string) => {
      const { cluster, createdAt } = clusterOfJobs({ stopAfterMicros: 20e6 });
      cluster.apply(job("work", { podReplacementPolicy, backoffLimit: 3 }));
      cluster.advance(5);
      const [target] = cluster.all("Pod");
      cluster.submit({ verb: "delete", target: target! });
      cluster.advance(60);
      return Math.round(createdAt[1]! - 5);
    };
    expect(replaced("TerminatingOrFailed")).toBe(10);
    expect(replaced("Failed")).toBeGreaterThanOrEqual(30);
  });
});
