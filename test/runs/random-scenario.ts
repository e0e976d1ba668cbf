import { Lots } from "./lots.js";

type Json = Record<string, unknown>;

/** Operations end here; the rest of the run is for the cluster to settle. */
const BUSY_SECONDS = 600;
const DURATION_SECONDS = 1_200;

/** Everything that a random scenario is made of, drawn from one seed. */
class Maker extends Lots {
  private readonly deployments: { namespace: string; name: string }[] = [];
  private serial = 0;

  constructor(
    seed: number,
    private readonly isCalm: boolean,
  ) {
    super(seed, "scenario");
  }

  files(seed: number): Record<string, string> {
    const manifests: Json[] = [
      ...["a", "b"].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
      ...Array.from({ length: this.int(2, 4) }, () => this.application()).flat(),
      ...(this.isCalm ? [] : this.pinnedPods(this.int(1, 4))),
    ];
    const list = { apiVersion: "v1", kind: "List", items: manifests };
    return {
      "s.yaml": JSON.stringify(this.scenario(seed), null, 1),
      "apps.yaml": JSON.stringify(list, null, 1),
    };
  }

  private scenario(seed: number): Json {
    return {
      apiVersion: "seatrial.dev/v1alpha1",
      kind: "Scenario",
      metadata: { name: "random" },
      spec: {
        seed,
        duration: `${DURATION_SECONDS}s`,
        cluster: { nodePools: this.pools() },
        manifests: ["apps.yaml"],
        behavior: [
          {
            match: { labels: { flaky: "yes" } },
            ...(this.isCalm ? {} : { crash: { exponential: { mean: "5m" } } }),
          },
          {
            image: { size: `${this.int(50, 900)}Mi` },
            start: { lognormal: { mean: `${this.int(1, 8)}s`, cv: 0.8 } },
            stop: { exponential: { mean: `${this.int(1, 6)}s` } },
          },
        ],
        controlPlane: {
          latency: { api: `${this.int(1, 40)}ms`, watch: `${this.int(1, 400)}ms` },
        },
        ...(this.isCalm ? {} : { generators: [this.generator()] }),
        timeline: this.isCalm ? this.calmTimeline() : this.roughTimeline(),
      },
    };
  }

  private pools(): Json[] {
    const size = this.isCalm ? 4 : 0;
    return [
      {
        name: "small",
        nodes: this.int(3, 5) + size,
        zones: ["a", "b"],
        capacity: { cpu: "2", memory: "4Gi", pods: this.int(8, 14) },
      },
      {
        name: "large",
        nodes: this.int(1, 2) + size,
        capacity: { cpu: "4", memory: "8Gi" },
        reserved: { cpu: "100m" },
        taints: this.chance(0.5) ? [{ key: "dedicated", value: "web", effect: "NoSchedule" }] : [],
      },
    ];
  }

  private podSpec(app: string): Json {
    return {
      terminationGracePeriodSeconds: this.pick([0, 1, 5, 30]),
      ...(this.chance(0.5) ? { tolerations: [{ key: "dedicated", operator: "Exists" }] } : {}),
      ...(this.chance(0.3)
        ? {
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: "kubernetes.io/hostname",
                whenUnsatisfiable: this.isCalm ? "ScheduleAnyway" : "DoNotSchedule",
                labelSelector: { matchLabels: { app } },
              },
            ],
          }
        : {}),
      containers: [
        {
          name: "main",
          image: `${app}:1`,
          resources: {
            requests: {
              cpu: `${this.int(1, this.isCalm ? 3 : 9)}00m`,
              memory: `${this.int(1, 6)}00Mi`,
            },
          },
          ...(this.chance(0.6)
            ? { readinessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: this.int(0, 8) } }
            : {}),
        },
      ],
    };
  }

  private application(): Json[] {
    const namespace = this.pick(["a", "b"]);
    const name = `app-${this.serial++}`;
    this.deployments.push({ namespace, name });
    const labels = { app: name, ...(this.chance(0.3) ? { flaky: "yes" } : {}) };
    const share = () => this.pick([0, 1, 2, "25%", "40%"]);
    const strategy = this.chance(0.2)
      ? { type: "Recreate" }
      : {
          type: "RollingUpdate",
          rollingUpdate: { maxSurge: share(), maxUnavailable: this.pick([1, "30%"]) },
        };
    return [
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace },
        spec: {
          replicas: this.int(1, 8),
          minReadySeconds: this.pick([0, 0, 3]),
          revisionHistoryLimit: this.int(0, 3),
          strategy,
          selector: { matchLabels: { app: name } },
          template: { metadata: { labels }, spec: this.podSpec(name) },
        },
      },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name, namespace },
        spec: { selector: { app: name }, ports: [{ port: 80 }] },
      },
      ...(this.chance(0.6) ? [this.budget(namespace, name)] : []),
    ];
  }

  private budget(namespace: string, name: string): Json {
    const amount = this.pick<number | string>([1, 2, "20%", "50%"]);
    return {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: { app: name } },
        ...(this.chance(0.5) ? { minAvailable: amount } : { maxUnavailable: amount }),
        ...(this.chance(0.3) ? { unhealthyPodEvictionPolicy: "AlwaysAllow" } : {}),
      },
    };
  }

  /** Pods that name their node, past the scheduler: some fit, some are refused by the kubelet. */
  private pinnedPods(count: number): Json[] {
    return Array.from({ length: count }, () => {
      const name = `pinned-${this.serial++}`;
      const requests = { cpu: this.pick(["100m", "1500m", "3"]), memory: "100Mi" };
      return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: this.pick(["a", "b"]), labels: { app: "app-0" } },
        spec: {
          nodeName: `small-${this.int(0, 2)}`,
          containers: [{ name: "main", image: "pinned:1", resources: { requests } }],
        },
      };
    });
  }

  private generator(): Json {
    return {
      name: "batch",
      arrivals: { poisson: { rate: `${this.int(2, 8)}/min` } },
      until: `${BUSY_SECONDS}s`,
      template: {
        kind: "Pod",
        metadata: { namespace: this.pick(["a", "b"]) },
        spec: { restartPolicy: "Never", containers: [{ name: "main", image: "batch:1" }] },
      },
      vary: {
        "requests.cpu": { choice: ["100m", "700m", "1900m", "9"].map((value) => ({ value })) },
        run: { exponential: { mean: `${this.int(20, 200)}s` } },
      },
    };
  }

  private at(): string {
    return `${this.int(20, BUSY_SECONDS)}s`;
  }

  private target(): string {
    const { namespace, name } = this.pick(this.deployments);
    return `${namespace}/Deployment/${name}`;
  }

  private rolloutOperation(): Json {
    const target = this.target();
    switch (this.int(0, 4)) {
      case 0:
        return { rollout: { target, action: this.pick(["pause", "resume", "resume"]) } };
      case 1:
        return { rollout: { target, action: "undo" } };
      case 2:
        return { rollout: { target, action: "restart" } };
      default:
        return { setImage: { target, container: "main", image: `new:${this.serial++}` } };
    }
  }

  private calmTimeline(): Json[] {
    const resumed = this.deployments.map(({ namespace, name }) => ({
      at: `${BUSY_SECONDS + 1}s`,
      rollout: { target: `${namespace}/Deployment/${name}`, action: "resume" },
    }));
    const operations = Array.from({ length: this.int(6, 14) }, () => {
      const scales = this.chance(0.2);
      const scale = { scale: { target: this.target(), replicas: this.int(1, 8) } };
      return { at: this.at(), ...(scales ? scale : this.rolloutOperation()) };
    });
    return [...operations, ...resumed];
  }

  private roughTimeline(): Json[] {
    const operations = Array.from({ length: this.int(10, 22) }, () => this.roughOperations());
    operations.push(this.shortLivedPod());
    if (this.chance(0.5)) {
      operations.push([
        { at: this.at(), delete: { target: `Namespace/${this.pick(["a", "b"])}` } },
      ]);
    }
    return operations.flat();
  }

  private roughOperations(): Json[] {
    const at = this.at();
    const node = `small-${this.int(0, 2)}`;
    const target = this.target();
    switch (this.int(0, 10)) {
      case 0:
        return [{ at, drain: { node, ...(this.chance(0.3) ? { gracePeriod: "1s" } : {}) } }];
      case 1:
        return [{ at, uncordon: { node: `small-${this.int(0, 2)}` } }];
      case 2:
        return [{ at, addNodes: { pool: this.pick(["small", "large"]), count: this.int(1, 2) } }];
      case 3:
        return [{ at, removeNodes: { pool: "small", count: 1 } }];
      case 4:
        return this.shortLivedPod();
      case 5:
        return this.chance(0.3) ? [{ at, delete: { target: target } }] : this.race(at, target);
      case 6:
      case 7:
        return [{ at, scale: { target, replicas: this.int(0, 14) } }];
      default:
        return [{ at, ...this.rolloutOperation() }];
    }
  }

  /** Two writers of one object at one time, and again while the controllers still react. */
  private race(at: string, target: string): Json[] {
    const image = { target, container: "main", image: `raced:${this.serial++}` };
    const later = `${Number.parseInt(at, 10)}s${this.int(5, 500)}ms`;
    return [
      { at, setImage: image },
      { at, scale: { target, replicas: this.int(1, 10) } },
      { at: later, scale: { target, replicas: this.int(1, 10) } },
      { at: later, setImage: { ...image, image: `raced:${this.serial++}` } },
    ];
  }

  /** A pod that is deleted while its image is pulled or its container starts. */
  private shortLivedPod(): Json[] {
    const [pod] = this.pinnedPods(1) as [{ metadata: { name: string; namespace: string } }];
    const { name, namespace } = pod.metadata;
    const second = this.int(20, BUSY_SECONDS);
    return [
      { at: `${second}s`, apply: pod },
      {
        at: `${second}s${this.int(30, 4000)}ms`,
        delete: { target: `${namespace}/Pod/${name}` },
      },
    ];
  }
}

/**
 * The files of a random scenario: `s.yaml` and what it names. In a calm one there is room for all,
 * and nobody but rollouts takes pods away; in a rough one anything may happen.
 */
export function randomScenario(seed: number, isCalm: boolean): Record<string, string> {
  return new Maker(seed, isCalm).files(seed);
}
