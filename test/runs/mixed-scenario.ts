import { Ailments } from "./ailments.js";
import { Lots } from "./lots.js";

type Json = Record<string, unknown>;

/** Operations and faults end here; by the end of the run all has settled. */
const BUSY_SECONDS = 240;
const DURATION_SECONDS = 800;
export const MIXED_MICROS = DURATION_SECONDS * 1e6;

/** Features of a random scenario, each on or off by lot. */
const FEATURES = [
  ...["statefulSet", "daemonSet", "jobs", "cronJob", "replicationController"],
  ...["autoscaler", "quota", "faults", "pressure", "shutdown", "crashes"],
] as const;
type Feature = (typeof FEATURES)[number];
/** What fails or is refused again and again, and comes back after ever longer times, to the end of a run. */
const BACKS_OFF: ReadonlySet<Feature> = new Set(["quota", "crashes"]);
/** So many scenarios have nothing of the kind: all is settled and quiet at their ends. */
const PLACID_SHARE = 0.3;

/** Everything that a scenario with workloads of all kinds is made of, drawn from one seed. */
class Maker extends Lots {
  private readonly on: ReadonlySet<Feature>;
  private readonly scaled: string[] = [];
  private serial = 0;
  private readonly disks: Disks;
  private readonly ailments: Ailments;

  constructor(seed: number) {
    super(seed, "mixed-scenario");
    this.disks = new Disks(seed);
    const isPlacid = new Lots(seed, "mixed-scenario/placid").chance(PLACID_SHARE);
    this.ailments = new Ailments(seed, BUSY_SECONDS, isPlacid);
    const share = this.pick([0.25, 0.6, 0.85]);
    const drawn = FEATURES.filter(() => this.chance(share));
    this.on = new Set(drawn.filter((feature) => !isPlacid || !BACKS_OFF.has(feature)));
  }

  files(seed: number): Record<string, string> {
    const manifests = [
      ...["free", "bound"].map((name) => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      })),
      ...(this.on.has("quota") ? this.quota() : []),
      ...this.deployments(),
      ...(this.on.has("statefulSet") ? this.statefulSet() : []),
      ...(this.on.has("daemonSet") ? [this.daemonSet()] : []),
      ...(this.on.has("jobs") ? Array.from({ length: this.int(1, 3) }, () => this.job()) : []),
      ...(this.on.has("cronJob") ? [this.cronJob()] : []),
      ...(this.on.has("replicationController") ? [this.replicationController()] : []),
      ...this.disks.manifests(),
      ...this.ailments.manifests(),
    ];
    const list = { apiVersion: "v1", kind: "List", items: manifests };
    const scenario = {
      apiVersion: "seatrial.dev/v1alpha1",
      kind: "Scenario",
      metadata: { name: "mixed" },
      spec: this.spec(seed),
    };
    return { "s.yaml": JSON.stringify(scenario), "apps.yaml": JSON.stringify(list) };
  }

  private spec(seed: number): Json {
    const capacity = { cpu: "4", memory: "8Gi", pods: "20", "ephemeral-storage": "100Gi" };
    const reserved = { memory: "512Mi" };
    const shutdownGracePeriod = this.pick(["0s", "20s"]);
    return {
      seed,
      duration: `${DURATION_SECONDS}s`,
      cluster: {
        nodePools: [
          { name: "n", nodes: this.int(4, 6), zones: ["a", "b", "c"], capacity, reserved },
        ],
      },
      manifests: ["apps.yaml"],
      storage: this.disks.times(),
      behavior: this.behavior(),
      controlPlane: {
        latency: { api: `${this.int(1, 30)}ms`, watch: `${this.int(1, 300)}ms` },
        kubelet: {
          ...{ shutdownGracePeriod, shutdownGracePeriodCriticalPods: "0s" },
          ...this.ailments.kubelet(),
        },
      },
      timeline: this.timeline(),
    };
  }

  private behavior(): Json[] {
    const always = {
      image: { size: `${this.int(20, 300)}Mi` },
      start: { lognormal: { mean: `${this.int(1, 5)}s`, cv: 0.6 } },
      stop: { exponential: { mean: `${this.int(1, 4)}s` } },
      cpu: { uniform: { min: "100m", max: "400m" } },
      ...(this.on.has("pressure") ? { memory: { uniform: { min: "100Mi", max: "3Gi" } } } : {}),
    };
    const work = {
      match: { labels: { part: "work" } },
      run: { exponential: { mean: `${this.int(10, 60)}s` } },
      exitCodes: this.on.has("crashes") ? [this.int(0, 2), 0] : [0],
    };
    const flaky = {
      ...always,
      match: { labels: { part: "flaky" } },
      crash: { exponential: { mean: "40s" } },
    };
    return [...this.ailments.behavior(), work, ...(this.on.has("crashes") ? [flaky] : []), always];
  }

  private template(part: string, more: Json = {}): Json {
    const requests = { cpu: `${this.int(1, 4)}00m`, memory: `${this.int(1, 4)}00Mi` };
    const container = { name: "main", image: `${part}:1`, resources: { requests } };
    const spec = { terminationGracePeriodSeconds: this.pick([1, 5, 20]), containers: [container] };
    return { metadata: { labels: { app: part, part } }, spec: { ...spec, ...more } };
  }

  private named(apiVersion: string, kind: string, name: string, spec: Json, namespace = "free") {
    return { apiVersion, kind, metadata: { name, namespace }, spec };
  }

  private deployments(): Json[] {
    const made: Json[] = [];
    const tolerations = ["not-ready", "unreachable"].map((key) => ({
      key: `node.kubernetes.io/${key}`,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: this.int(0, 60),
    }));
    for (const part of ["web", "flaky"]) {
      const spec = {
        progressDeadlineSeconds: 60,
        replicas: this.int(1, 5),
        selector: { matchLabels: { app: part } },
        template: this.template(part, { tolerations }),
      };
      made.push(this.named("apps/v1", "Deployment", part, spec));
      if (part !== "web" || !this.on.has("autoscaler")) {
        this.scaled.push(`free/Deployment/${part}`);
        continue;
      }
      const target = { type: "Utilization", averageUtilization: this.int(30, 70) };
      const autoscaler = {
        minReplicas: 1,
        maxReplicas: this.int(4, 8),
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
      };
      made.push(this.named("autoscaling/v2", "HorizontalPodAutoscaler", "web", autoscaler));
    }
    const matchLabels = { app: "web" };
    const budget = { selector: { matchLabels }, maxUnavailable: 1 };
    return [...made, this.named("policy/v1", "PodDisruptionBudget", "web", budget)];
  }

  private quota(): Json[] {
    const hard = { pods: this.int(3, 6), "requests.cpu": "1500m" };
    const template = this.template("bound");
    const spec = {
      replicas: 8,
      progressDeadlineSeconds: 60,
      selector: { matchLabels: { app: "bound" } },
      template,
    };
    return [
      this.named("v1", "ResourceQuota", "q", { hard }, "bound"),
      this.named("apps/v1", "Deployment", "bound", spec, "bound"),
    ];
  }

  private statefulSet(): Json[] {
    const hasClaims = this.chance(0.5);
    const claim = {
      metadata: { name: "data" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "disks",
        resources: { requests: { storage: "1Gi" } },
      },
    };
    this.scaled.push("free/StatefulSet/db");
    const spec = {
      serviceName: "db",
      replicas: this.int(1, 4),
      podManagementPolicy: this.pick(["OrderedReady", "Parallel"]),
      selector: { matchLabels: { app: "db" } },
      template: this.template("db"),
      ...(hasClaims ? { volumeClaimTemplates: [claim] } : {}),
    };
    const storage = {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "disks" },
      provisioner: "example.com/disks",
      volumeBindingMode: this.pick(["Immediate", "WaitForFirstConsumer"]),
    };
    return [storage, this.named("apps/v1", "StatefulSet", "db", spec)];
  }

  private daemonSet(): Json {
    // Under surge each sync makes one more where kubelets refuse pods: thousands, as upstream.
    const isRefused = this.on.has("pressure") || this.on.has("shutdown");
    const surge = { maxSurge: 1, maxUnavailable: 0 };
    const rollingUpdate = isRefused
      ? { maxUnavailable: 2 }
      : this.pick([{ maxUnavailable: 1 }, surge]);
    return this.named("apps/v1", "DaemonSet", "agent", {
      selector: { matchLabels: { app: "agent" } },
      template: this.template("agent"),
      updateStrategy: { type: "RollingUpdate", rollingUpdate },
    });
  }

  private jobSpec(): Json {
    const completions = this.int(1, 6);
    return {
      completions,
      parallelism: this.int(1, 4),
      completionMode: this.pick(["Indexed", "NonIndexed"]),
      backoffLimit: 10,
      template: this.template("work", { restartPolicy: this.pick(["Never", "OnFailure"]) }),
    };
  }

  private job(): Json {
    return this.named("batch/v1", "Job", `job-${this.serial++}`, this.jobSpec());
  }

  private cronJob(): Json {
    return this.named("batch/v1", "CronJob", "tick", {
      schedule: this.pick(["* * * * *", "*/2 * * * *", "@every 90s"]),
      concurrencyPolicy: this.pick(["Allow", "Forbid", "Replace"]),
      successfulJobsHistoryLimit: 2,
      jobTemplate: { spec: this.jobSpec() },
    });
  }

  private replicationController(): Json {
    this.scaled.push("free/ReplicationController/old");
    return this.named("v1", "ReplicationController", "old", {
      replicas: this.int(1, 4),
      selector: { app: "old" },
      template: this.template("old"),
    });
  }

  private at(): string {
    return `${this.int(20, BUSY_SECONDS)}s`;
  }

  private timeline(): Json[] {
    const steps = Array.from({ length: this.int(5, 9) }, () => this.step());
    const suspend = { target: "free/CronJob/tick", patch: { spec: { suspend: true } } };
    const uncordoned = Array.from({ length: 4 }, (_, i) => ({
      at: `${BUSY_SECONDS + 160}s`,
      uncordon: { node: `n-${i}` },
    }));
    const ends = this.on.has("cronJob") ? [{ at: `${BUSY_SECONDS}s`, patch: suspend }] : [];
    return [
      ...steps,
      ...this.faults(),
      ...this.disks.steps(),
      ...this.ailments.steps(),
      ...ends,
      ...uncordoned,
    ];
  }

  private step(): Json {
    const at = this.at();
    const target = this.pick(this.scaled);
    switch (this.int(0, 5)) {
      case 0:
        return { at, drain: { node: `n-${this.int(0, 3)}`, timeout: "2m" } };
      case 1:
        return {
          at,
          delete: {
            namespace: "free",
            podSelector: `part=${this.pick(["web", "flaky", "db"])}`,
            nth: 0,
          },
        };
      case 2: {
        const targets = ["free/Deployment/flaky"];
        if (this.on.has("statefulSet")) targets.push("free/StatefulSet/db");
        if (this.on.has("daemonSet")) targets.push("free/DaemonSet/agent");
        return { at, rollout: { target: this.pick(targets), action: "restart" } };
      }
      default:
        return { at, scale: { target, replicas: this.int(0, 6) } };
    }
  }

  private faults(): Json[] {
    const node = `n-${this.int(0, 3)}`;
    const lasts = `${this.int(30, 150)}s`;
    const steps: Json[] = [];
    if (this.on.has("faults")) {
      const fault = this.pick(["crash", "partition"]);
      steps.push({ at: this.at(), failNode: { node, fault }, for: lasts });
      steps.push({ at: this.at(), failZone: { zone: this.pick(["a", "b"]), fault }, for: lasts });
    }
    if (this.on.has("pressure")) {
      const fault = this.pick(["memory", "disk"]);
      steps.push({ at: this.at(), failNode: { pool: "n", share: 0.3, fault }, for: lasts });
    }
    if (this.on.has("shutdown")) {
      const fault = "shutdown";
      steps.push({ at: this.at(), failNode: { node: `n-${this.int(0, 3)}`, fault }, for: lasts });
    }
    return steps;
  }
}

/**
 * A Deployment with one disk, whose pods may have to wait for each other, and what else befalls a cluster. By lots of
 * its own, so that the other parts of a scenario stay as they are.
 */
class Disks extends Lots {
  private readonly isOn: boolean;

  constructor(seed: number) {
    super(seed, "mixed-scenario/disks");
    this.isOn = this.chance(0.6);
  }

  times(): Json[] {
    const time = () => ({ exponential: { mean: `${this.int(1, 8)}s` } });
    const operations = ["provision", "attach", "detach", "mount", "unmount", "expand"];
    return [Object.fromEntries(operations.map((operation) => [operation, time()]))];
  }

  manifests(): Json[] {
    if (!this.isOn) return [];
    const metadata = { name: "ledger", namespace: "free" };
    const requests = { storage: "1Gi" };
    const claim = { accessModes: ["ReadWriteOnce"], storageClassName: "grows" };
    const labels = { app: "ledger" };
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "ledger" } }];
    const containers = [{ name: "main", image: "ledger:1" }];
    const volumeBindingMode = this.pick(["Immediate", "WaitForFirstConsumer"]);
    const rollingUpdate = this.pick([
      { maxSurge: 1, maxUnavailable: 1 },
      { maxSurge: 0, maxUnavailable: 1 },
    ]);
    return [
      {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name: "grows" },
        provisioner: "example.com/grows",
        allowVolumeExpansion: true,
        volumeBindingMode,
      },
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata,
        spec: { ...claim, resources: { requests } },
      },
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata,
        spec: {
          replicas: 1,
          progressDeadlineSeconds: 60,
          strategy: { type: "RollingUpdate", rollingUpdate },
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers, volumes } },
        },
      },
    ];
  }

  private at(): string {
    return `${this.int(20, BUSY_SECONDS)}s`;
  }

  steps(): Json[] {
    const target = "free/Deployment/ledger";
    const grown = { spec: { resources: { requests: { storage: "2Gi" } } } };
    const claim = "free/PersistentVolumeClaim/ledger";
    const taint = { key: "example.com/broken", effect: this.pick(["NoSchedule", "NoExecute"]) };
    const replaceNodes = { pool: "n", surge: 1, unavailable: this.int(0, 1) };
    const limits = { timeout: "20s", force: true };
    return [
      ...(this.isOn ? [{ at: this.at(), rollout: { target, action: "restart" } }] : []),
      ...(this.isOn ? [{ at: this.at(), patch: { target: claim, patch: grown } }] : []),
      ...(this.chance(0.5)
        ? [{ at: this.at(), evict: { namespace: "free", podSelector: "part=web", count: 1 } }]
        : []),
      ...(this.chance(0.5)
        ? [{ at: this.at(), taint: { node: `n-${this.int(0, 3)}`, ...taint }, for: "40s" }]
        : []),
      ...(this.chance(0.3)
        ? [{ at: `${this.int(20, 60)}s`, replaceNodes: { ...replaceNodes, ...limits } }]
        : []),
    ];
  }
}

/** The files of a random scenario with workloads of all kinds, and with faults: `s.yaml` and what it names. */
export function mixedScenario(seed: number): Record<string, string> {
  return new Maker(seed).files(seed);
}
