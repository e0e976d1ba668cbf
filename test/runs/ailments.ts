import { Lots } from "./lots.js";

type Json = Record<string, unknown>;

/**
 * What may ail single pods of a random scenario: they fill their node's disk, or its table of processes, hang for a time, or have
 * postStart hooks that take time or fail. By lots of its own, so that the other parts of a scenario stay as they are.
 */
export class Ailments extends Lots {
  private readonly hoarders: readonly Json[];
  private readonly hangs: boolean;
  private readonly hasHooks: boolean;

  constructor(
    seed: number,
    private readonly busySeconds: number,
    /** Nothing ails any pod. */
    isPlacid: boolean,
  ) {
    super(seed, "mixed-scenario/ailments");
    const drawn = this.pick([0, 0, 0.7]);
    const share = isPlacid ? 0 : drawn;
    this.hoarders = [
      // Of 100 Gi a node needs 10 Gi free; of 4,194,304 processes a tenth.
      ...(this.chance(share) ? [{ name: "writer", disk: `${this.int(91, 99)}Gi` }] : []),
      ...(this.chance(share) ? [{ name: "forker", processes: 4_000_000 }] : []),
    ];
    this.hangs = this.chance(share);
    this.hasHooks = this.chance(share);
  }

  behavior(): Json[] {
    const after = { uniform: { min: "5s", max: "100s" } };
    return [
      ...this.hoarders.map(({ name, ...takes }) => ({
        match: { labels: { part: name } },
        ...takes,
      })),
      {
        match: { labels: { part: "hanging" } },
        start: `${this.int(0, 5)}s`,
        unhealthy: { after, ...(this.chance(0.5) ? { for: `${this.int(20, 60)}s` } : {}) },
      },
      {
        match: { labels: { part: "hooked" } },
        postStart: { takes: { exponential: { mean: "4s" } } },
      },
      { match: { labels: { part: "unhooked" } }, postStart: { takes: "2s", fails: true } },
    ];
  }

  /** Kubelets look at processes only where they are told to. */
  kubelet(): Json {
    const all = { "memory.available": "100Mi", "nodefs.available": "10%", "pid.available": "10%" };
    return this.hoarders.some(({ name }) => name === "forker") ? { evictionHard: all } : {};
  }

  manifests(): Json[] {
    const probe = (thresholdCount: number) => ({
      httpGet: { port: 80 },
      periodSeconds: 5,
      failureThreshold: thresholdCount,
    });
    const probes = { readinessProbe: probe(1), livenessProbe: probe(this.int(2, 6)) };
    return [
      ...(this.hangs ? [deployment("hanging", this.int(1, 3), probes)] : []),
      ...(this.hasHooks ? [deployment("hooked", this.int(1, 3), HOOK)] : []),
    ];
  }

  steps(): Json[] {
    const hoarders = this.hoarders.map(({ name }) => pod(String(name), {}));
    const unhooked = this.hasHooks ? [pod("unhooked", HOOK)] : [];
    return [...hoarders, ...unhooked].map((one) => ({
      at: `${this.int(20, this.busySeconds)}s`,
      apply: one,
    }));
  }
}

const HOOK = { lifecycle: { postStart: { exec: { command: ["warm-up"] } } } };

function podOf(part: string, container: Json): Json {
  const containers = [{ name: "main", image: `${part}:1`, ...container }];
  return { metadata: { labels: { app: part, part } }, spec: { containers } };
}

function pod(part: string, container: Json): Json {
  const { metadata, spec } = podOf(part, container) as { metadata: Json; spec: Json };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, name: part, namespace: "free" },
    spec: { ...spec, restartPolicy: "Never" },
  };
}

function deployment(part: string, replicas: number, container: Json): Json {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: part, namespace: "free" },
    spec: {
      replicas,
      progressDeadlineSeconds: 60,
      selector: { matchLabels: { app: part } },
      template: podOf(part, container),
    },
  };
}
