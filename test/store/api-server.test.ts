import { describe, expect, it } from "vitest";
import type { ObjectVersion } from "../../src/api/object-version.js";
import { type PodVersion, podCondition } from "../../src/api/pod-version.js";
import { accepted, newServer, object, podManifest, refused } from "./fixture.js";

const create = (manifest: object) => ({ verb: "create", object: object(manifest) }) as const;

function priorityClass(name: string, value: number, more: object = {}) {
  return {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value,
    ...more,
  };
}

const READY = {
  type: "Ready",
  status: "True",
  lastTransitionTimeMicros: 0,
  reason: "",
  message: "",
} as const;

describe("create", () => {
  it("sets what the API server sets: uid, revision, defaults, admission", () => {
    const { server } = newServer();
    const pod = accepted<PodVersion>(server, create(podManifest("a")));
    expect(pod.uid).not.toBe("");
    expect(pod.phase).toBe("Pending");
    expect(pod.spec.restartPolicy).toBe("Always");
    expect(pod.spec.terminationGracePeriodSeconds).toBe(30);
    expect(pod.spec.priority).toBe(0);
    expect(pod.spec.tolerations?.map((t) => [t.key, t.tolerationSeconds])).toEqual([
      ["node.kubernetes.io/not-ready", 300],
      ["node.kubernetes.io/unreachable", 300],
    ]);
  });

  it("takes no identity, time or deletion from the client, as of a manifest that was read from a server", () => {
    const { server, engine } = newServer();
    engine.run({ untilMicros: 5_000_000 });
    const metadata = {
      uid: "00000000-0000-4000-8000-000000000001",
      generation: 7,
      creationTimestamp: "2020-01-01T00:00:00Z",
      deletionTimestamp: "2020-01-02T00:00:00Z",
      deletionGracePeriodSeconds: 30,
    };
    const pod = accepted<PodVersion>(server, create(podManifest("a", {}, metadata)));
    expect(pod.uid).not.toBe(metadata.uid);
    expect(pod).toMatchObject({
      generation: 1,
      creationTimeMicros: 5_000_000,
      deletionTimeMicros: null,
      deletionGracePeriodSeconds: null,
    });
  });

  it("shares one spec between pods of one template", () => {
    const { server } = newServer();
    const template = object(podManifest("a"));
    const first = accepted<PodVersion>(server, { verb: "create", object: template });
    const second = accepted<PodVersion>(server, {
      verb: "create",
      object: { ...template, name: "b" },
    });
    expect(second.spec).toBe(first.spec);
  });

  it("makes names from generateName, different and in the safe alphabet", () => {
    const { server } = newServer();
    const template = { ...object(podManifest("")), name: "", generateName: "web-" };
    const names = new Set<string>();
    for (let i = 0; i < 50; i++) {
      names.add(accepted(server, { verb: "create", object: template }).name);
    }
    expect(names.size).toBe(50);
    for (const name of names) expect(name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it.each([
    ["a name in use", podManifest("taken"), 'AlreadyExists: pods "taken" already exists'],
    [
      "a namespace that does not exist",
      podManifest("a", {}, { namespace: "nowhere" }),
      'NotFound: namespaces "nowhere" not found',
    ],
    [
      "a priority class that does not exist",
      podManifest("a", { priorityClassName: "vip" }),
      "no PriorityClass with name vip was found",
    ],
    [
      "a priority that is not its class's",
      podManifest("a", { priority: 5 }),
      "the integer value of priority (5) must not be provided in pod spec",
    ],
    ["a pod without containers", podManifest("a", { containers: [] }), "spec.containers"],
  ])("refuses %s", (_, manifest, message) => {
    const { server } = newServer();
    accepted(server, create(podManifest("taken")));
    expect(refused(server, create(manifest))).toContain(message);
  });

  it("gives a pod the priority of its class, or of the global default", () => {
    const { server } = newServer();
    accepted(server, create(priorityClass("high", 1000, { preemptionPolicy: "Never" })));
    accepted(server, create(priorityClass("usual", 10, { globalDefault: true })));
    const high = accepted<PodVersion>(
      server,
      create(podManifest("a", { priorityClassName: "high" })),
    );
    expect([high.spec.priority, high.spec.preemptionPolicy]).toEqual([1000, "Never"]);
    const usual = accepted<PodVersion>(server, create(podManifest("b")));
    expect([usual.spec.priority, usual.spec.priorityClassName]).toEqual([10, "usual"]);
    const critical = accepted<PodVersion>(
      server,
      create(podManifest("c", { priorityClassName: "system-node-critical" })),
    );
    expect(critical.spec.priority).toBe(2_000_001_000);
  });
});

describe("a LimitRange", () => {
  const limitRange = {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "limits", namespace: "default" },
    spec: {
      limits: [
        {
          type: "Container",
          default: { cpu: "500m" },
          defaultRequest: { cpu: "200m" },
          max: { cpu: "1" },
        },
      ],
    },
  };

  it("gives its defaults to containers that state nothing", () => {
    const { server } = newServer();
    accepted(server, create(limitRange));
    const pod = accepted<PodVersion>(server, create(podManifest("a")));
    expect(pod.spec.containers[0]?.resources).toEqual({
      requests: { cpu: "200m" },
      limits: { cpu: "500m" },
    });
  });

  it("refuses what lies outside of its bounds, in its own namespace only", () => {
    const { server } = newServer();
    accepted(server, create(limitRange));
    const container = { name: "main", image: "a", resources: { limits: { cpu: "2" } } };
    const large = (namespace: string) =>
      create(podManifest("a", { containers: [container] }, { namespace }));
    expect(refused(server, large("default"))).toContain("maximum cpu usage per Container is 1");
    accepted(server, large("kube-system"));
  });
});

describe("update", () => {
  it("refuses a stale version with Conflict, and patch does not", () => {
    const { server } = newServer();
    const first = accepted(server, create(podManifest("a")));
    accepted(server, { verb: "update", base: first, change: { labels: { step: "1" } } });
    const stale = { verb: "update", base: first, change: { labels: { step: "2" } } } as const;
    expect(refused(server, stale)).toMatch(/^Conflict: .*the object has been modified/);
    const patched = accepted(server, {
      verb: "patch",
      target: first,
      change: { labels: { step: "3" } },
    });
    expect(patched.labels).toEqual({ step: "3" });
  });

  it("makes no version of a status that says the same in another object", () => {
    const { server } = newServer();
    const labels = { app: "web" };
    const set = accepted(
      server,
      create({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: { name: "web", namespace: "default" },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: podManifest("a").spec },
        },
      }),
    ) as ObjectVersion<"ReplicaSet">;
    const status = { replicas: 1, conditions: [{ type: "ReplicaFailure", status: "True" }] };
    const write = (change: object) => accepted(server, { verb: "patch", target: set, change });
    const written = write({ status });
    expect(written.resourceVersion).toBeGreaterThan(set.resourceVersion);
    expect(write({ status: structuredClone(status), spec: { ...set.spec } })).toBe(written);
    expect(write({ spec: { ...set.spec, replicas: 2 } }).generation).toBe(2);
  });

  it("makes no version of a change that changes nothing", () => {
    const { server, store } = newServer();
    const pod = accepted(server, create(podManifest("a")));
    const revision = store.resourceVersion;
    accepted(server, { verb: "patch", target: pod, change: { labels: pod.labels } });
    expect(store.resourceVersion).toBe(revision);
  });

  it("raises the generation with the spec only", () => {
    const { server } = newServer();
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
    };
    const first = accepted<ObjectVersion<"Service">>(server, create(service));
    const labelled = accepted<ObjectVersion<"Service">>(server, {
      verb: "patch",
      target: first,
      change: { labels: { a: "b" } },
    });
    expect(labelled.generation).toBe(1);
    const changed = accepted(server, {
      verb: "patch",
      target: first,
      change: { spec: { ...labelled.spec, selector: { app: "other" } } },
    });
    expect(changed.generation).toBe(2);
  });

  it("merges conditions by type and keeps the time of the last transition", () => {
    const { server } = newServer();
    const pod = accepted(server, create(podManifest("a")));
    const ready = (status: "True" | "False", at: number, reason = "") => ({
      setConditions: [{ type: "Ready", status, lastTransitionTimeMicros: at, reason, message: "" }],
    });
    accepted(server, { verb: "patch", target: pod, change: ready("True", 5) });
    const again = accepted<PodVersion>(server, {
      verb: "patch",
      target: pod,
      change: ready("True", 9, "Still"),
    });
    expect(podCondition(again, "Ready")).toMatchObject({
      lastTransitionTimeMicros: 5,
      reason: "Still",
    });
  });

  it("takes the conditions of a status that was copied from another version", () => {
    const { server } = newServer();
    const target = accepted<PodVersion>(server, create(podManifest("a")));
    const status = { ...target.status, conditions: [READY] };
    const ready = accepted<PodVersion>(server, { verb: "patch", target, change: { status } });
    expect(podCondition(ready, "Ready")).toEqual(READY);
  });

  it("does not write to another object that took the name", () => {
    const { server } = newServer();
    const first = accepted(server, create(podManifest("a")));
    accepted(server, { verb: "delete", target: first });
    accepted(server, create(podManifest("a")));
    const late = { verb: "patch", target: first, change: { labels: { x: "y" } } } as const;
    expect(refused(server, late)).toMatch(/^NotFound/);
  });
});

describe("bind and delete", () => {
  const bound = () => {
    const fixture = newServer();
    const pod = accepted<PodVersion>(fixture.server, create(podManifest("a")));
    accepted(fixture.server, { verb: "bind", target: pod, nodeName: "n1" });
    return { ...fixture, pod };
  };

  it("binds once", () => {
    const { server, store, pod } = bound();
    const newest = store.table("Pod").find("default", "a");
    expect(newest?.nodeName).toBe("n1");
    expect(podCondition(newest!, "PodScheduled")?.status).toBe("True");
    expect(refused(server, { verb: "bind", target: pod, nodeName: "n2" })).toContain(
      'already assigned to node "n1"',
    );
  });

  it("removes a pod that has no node at once", () => {
    const { server, store } = newServer();
    const pod = accepted(server, create(podManifest("a")));
    accepted(server, { verb: "delete", target: pod });
    expect(store.table("Pod").size).toBe(0);
  });

  it("gives a bound pod its grace period, which a later request can only shorten", () => {
    const { server, store, pod } = bound();
    const grace = () => store.table("Pod").find("default", "a")?.deletionGracePeriodSeconds;
    accepted(server, { verb: "delete", target: pod });
    expect(grace()).toBe(30);
    accepted(server, { verb: "delete", target: pod, gracePeriodSeconds: 60 });
    expect(grace()).toBe(30);
    accepted(server, { verb: "delete", target: pod, gracePeriodSeconds: 5 });
    expect(grace()).toBe(5);
    accepted(server, { verb: "delete", target: pod, gracePeriodSeconds: 0 });
    expect(grace()).toBeUndefined();
  });

  it("does not bind a pod that is being deleted", () => {
    const { server } = newServer();
    const pod = accepted(server, create(podManifest("a", {}, { finalizers: ["x.io/hold"] })));
    accepted(server, { verb: "delete", target: pod });
    expect(refused(server, { verb: "bind", target: pod, nodeName: "n1" })).toContain(
      "is being deleted",
    );
  });

  it("keeps an object until its last finalizer is gone", () => {
    const { server, store } = newServer();
    const pod = accepted(server, create(podManifest("a", {}, { finalizers: ["x.io/hold"] })));
    accepted(server, { verb: "delete", target: pod });
    expect(store.table("Pod").find("default", "a")?.deletionTimeMicros).toBe(0);
    accepted(server, { verb: "patch", target: pod, change: { finalizers: [] } });
    expect(store.table("Pod").size).toBe(0);
  });

  it("marks an evicted pod as disrupted", () => {
    const { server, store, pod } = bound();
    accepted(server, { verb: "evict", target: pod });
    const newest = store.table("Pod").find("default", "a")!;
    expect(podCondition(newest, "DisruptionTarget")?.reason).toBe("EvictionByEvictionAPI");
    expect(newest.deletionGracePeriodSeconds).toBe(30);
  });

  it("tries an eviction again half a second later that read a budget before another was counted", () => {
    const { server, store, engine } = newServer();
    const labels = { app: "web" };
    const spec = { selector: { matchLabels: labels }, maxUnavailable: 2 };
    const metadata = { name: "web", namespace: "default" };
    const manifest = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec };
    const target = accepted(server, create(manifest));
    const status = { disruptionsAllowed: 2, currentHealthy: 4, desiredHealthy: 2, expectedPods: 4 };
    const change = { status: { ...status, observedGeneration: 1 } };
    accepted(server, { verb: "patch", target, change });
    for (const name of ["a", "b", "c"]) {
      const pod = accepted<PodVersion>(server, create(podManifest(name, {}, { labels })));
      const named = { kind: "Pod", namespace: "default", name } as const;
      accepted(server, { verb: "bind", target: pod, nodeName: "n" });
      accepted(server, {
        verb: "patch",
        target: named,
        change: { phase: "Running", setConditions: [READY] },
      });
    }
    const evict = (n: number, beganMicros: number) => {
      const target = { kind: "Pod", namespace: "default", name: "abc"[n]! } as const;
      return server.execute({ verb: "evict", target }, beganMicros);
    };
    expect(evict(0, engine.now).ok).toBe(true);
    const raced = evict(1, engine.now - 1);
    expect(raced.ok).toBe(false);
    if (raced.ok) return;
    expect(raced.retryMicros).toBeGreaterThanOrEqual(500_000);
    expect(raced.retryMicros).toBeLessThan(550_000);
    expect(evict(1, engine.now).ok).toBe(true);
    const refusal = evict(2, engine.now);
    expect(refusal).toMatchObject({ ok: false, reason: "TooManyRequests" });
    expect(
      store.table("PodDisruptionBudget").find("default", "web")?.status.disruptionsAllowed,
    ).toBe(0);
  });

  it("keeps a namespace until its content is gone, and takes nothing new into it", () => {
    const { server, store } = newServer();
    const manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    const namespace = accepted<ObjectVersion<"Namespace">>(server, create(manifest));
    accepted(server, { verb: "delete", target: namespace });
    const terminating = store.table("Namespace").find("", "shop")!;
    expect(terminating.status?.phase).toBe("Terminating");
    expect(refused(server, create(podManifest("a", {}, { namespace: "shop" })))).toContain(
      "because it is being terminated",
    );
    const finalised = { verb: "patch", target: terminating, change: { spec: { finalizers: [] } } };
    accepted(server, finalised as never);
    expect(store.table("Namespace").find("", "shop")).toBeUndefined();
  });
});

describe("a volume", () => {
  const volume = (status?: object) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "disk" },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      local: { path: "/mnt/disk" },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "disk", operator: "Exists" }] }],
        },
      },
    },
    ...(status === undefined ? {} : { status }),
  });

  it.each([
    [undefined, "Available"],
    [{ phase: "Bound" }, "Bound"],
  ])("that is written with the status %o is %s", (status, phase) => {
    const { server } = newServer();
    const made = accepted<ObjectVersion<"PersistentVolume">>(server, create(volume(status)));
    expect(made.status?.phase).toBe(phase);
  });
});

describe("merge and apply", () => {
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [
            { name: "server", image: "web:1" },
            { name: "proxy", image: "proxy:1" },
          ],
        },
      },
    },
  };
  const target = { kind: "Deployment", namespace: "default", name: "web" } as const;

  it("merges lists by their key", () => {
    const { server } = newServer();
    accepted(server, create(deployment));
    const patch = {
      spec: { template: { spec: { containers: [{ name: "server", image: "web:2" }] } } },
    };
    const merged = accepted<ObjectVersion<"Deployment">>(server, { verb: "merge", target, patch });
    const images = merged.spec.template.spec?.containers.map((c) => [c.name, c.image]);
    expect(images).toEqual([
      ["server", "web:2"],
      ["proxy", "proxy:1"],
    ]);
    expect(merged.generation).toBe(2);
  });

  it.each([
    ["a quantity", { containers: [{ name: "server", resources: { requests: { cpu: "four" } } }] }],
    ["a list", { containers: "server" }],
    ["a number", { terminationGracePeriodSeconds: "soon" }],
    ["an element of a list", { containers: ["server"] }],
  ])("refuses a patch that leaves no %s where one must be", (_, podSpec) => {
    const { server, store } = newServer();
    accepted(server, create(deployment));
    const revision = store.resourceVersion;
    const patch = { spec: { template: { spec: podSpec } } };
    const refusal = refused(server, { verb: "merge", target, patch });
    expect(refusal).toMatch(
      /^BadRequest: the patched Deployment cannot be read: spec\.template\.spec/,
    );
    expect(store.resourceVersion).toBe(revision);
  });

  it("applies twice and changes nothing the second time", () => {
    const { server, store } = newServer();
    accepted(server, { verb: "apply", manifest: deployment as never });
    const revision = store.resourceVersion;
    accepted(server, { verb: "apply", manifest: deployment as never });
    expect(store.resourceVersion).toBe(revision);
  });
});
