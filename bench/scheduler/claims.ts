import type { PodVersion } from "../../src/api/pod-version.js";
import { BIND_COMPLETED } from "../../src/api/volumes/claims.js";
import type { FastCounts } from "../../src/scheduler/fast/fast-scheduling-algorithm.js";
import { decisionsASecond, number } from "./print.js";
import type { Targets } from "./targets.js";
import { speedNode } from "./workloads.js";
import { BenchWorld, benchMeta, benchNode, benchPod, type Form } from "./world.js";

const NODES = 5_000;
const ZONES = 3;
const APPS = 20;
/** Pods that have volumes while it is measured. */
const STANDING = 2_000;
const DRIVER = "disk.example.com";
const VOLUMES_PER_NODE = 25;
const CLASS = "disks";
const ZONE = "topology.kubernetes.io/zone";

/** Whether the claim of a pod that comes has a volume in some zone, or waits for the pod's node. */
type Claims = "bound" | "waiting";

/** Workload h: pods of stateful applications, each with a claim of its own, for volumes that lie in a zone. */
export function claims(millis: number, targets: Targets): void {
  for (const kind of ["bound", "waiting"] as const) {
    const [all, some] = [100, 0].map((percentage) => new ClaimChurn(kind, percentage));
    const fast = [all!, some!].map((churn) => churn.measure("fast", millis));
    const plain = all!.measure("plain", millis);
    console.log(
      `h, pods with claims that are ${kind}, ${number(NODES)} nodes: ${number(fast[0]!)}/s with all nodes scored, ` +
        `${number(fast[1]!)}/s by default, plain ${number(plain)}/s`,
    );
    targets.atLeast(`h, claims that are ${kind}, 5,000 nodes: fast / plain`, fast[0]! / plain, 50);
    if (all!.counts.plain > 0) throw new Error("a decision took the plain way");
  }
}

class ClaimChurn {
  private readonly world: BenchWorld;
  private readonly standing: PodVersion[] = [];
  private oldest = 0;
  private next = 0;

  constructor(
    private readonly claims: Claims,
    percentage: number,
  ) {
    this.world = new BenchWorld({ percentageOfNodesToScore: percentage });
    const { state, tables } = this.world;
    tables.storageClasses.set({
      ...benchMeta("", CLASS, {}),
      kind: "StorageClass",
      spec: { provisioner: DRIVER, volumeBindingMode: "WaitForFirstConsumer" },
    } as never);
    const drivers = [{ name: DRIVER, allocatable: { count: VOLUMES_PER_NODE } }];
    for (let i = 0; i < NODES; i += 1) {
      const name = `node-${i}`;
      state.addNode(benchNode(name, speedNode(i)));
      tables.csiNodes.set({
        ...benchMeta("", name, {}),
        kind: "CSINode",
        spec: { drivers },
      } as never);
    }
    while (this.standing.length < STANDING) this.place("fast", false);
  }

  get counts(): FastCounts {
    return this.world.fast.counts;
  }

  /** Decisions for a second of processor time. */
  measure(form: Form, millis: number): number {
    return decisionsASecond(millis, () => this.place(form, true));
  }

  /** Decides, reserves the volumes, and has them bound, as the scheduler and the volume controller do. */
  private place(form: Form, remove: boolean): void {
    const { world, next } = this;
    const { state } = world;
    const framework = form === "fast" ? world.framework : world.plainFramework;
    this.next += 1;
    const claimName = `data-${next}`;
    if (this.claims === "bound") this.bind(claimName, `zone-${next % ZONES}`);
    else this.write(claimName, "");
    const app = `app-${next % APPS}`;
    const pod = benchPod(`pod-${next}`, { app }, {
      containers: [
        {
          name: "main",
          image: "img",
          resources: { requests: { cpu: `${100 + 50 * (next % 4)}m`, memory: "512Mi" } },
        },
      ],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
    } as never);
    const info = state.podInfos.podInfo(pod);
    const outcome = world.schedule(form, info);
    if (outcome.kind !== "scheduled") throw new Error(`${pod.name}: ${outcome.kind}`);
    const { node } = outcome;
    if (framework.runReservePlugins(outcome.state, info, node.name) !== null) {
      throw new Error(`${pod.name}: nothing is reserved`);
    }
    const plans = framework.runPreBindPlugins(outcome.state, info, node.name);
    if (!Array.isArray(plans) || plans.length !== (this.claims === "bound" ? 0 : 1)) {
      throw new Error(`${pod.name}: other volumes are bound than it waits for`);
    }
    if (this.claims === "waiting") this.bind(claimName, node.labels[ZONE]!);
    const bound = pod.next({ nodeName: node.name });
    state.placePod(info, bound, node);
    if (!remove) {
      this.standing.push(bound);
      return;
    }
    this.remove(this.standing[this.oldest]!);
    this.standing[this.oldest] = bound;
    this.oldest = (this.oldest + 1) % this.standing.length;
  }

  private remove(gone: PodVersion): void {
    const { state, tables } = this.world;
    state.removePod(gone.uid);
    const claimName = `data-${gone.name.slice("pod-".length)}`;
    tables.persistentVolumeClaims.delete("default", claimName);
    tables.persistentVolumes.delete("", `volume-of-${claimName}`);
  }

  private bind(claimName: string, zone: string): void {
    const name = `volume-of-${claimName}`;
    const matchExpressions = [{ key: ZONE, operator: "In", values: [zone] }];
    this.world.tables.persistentVolumes.set({
      ...benchMeta("", name, {}),
      kind: "PersistentVolume",
      spec: {
        capacity: { storage: "10Gi" },
        accessModes: ["ReadWriteOnce"],
        storageClassName: CLASS,
        claimRef: { namespace: "default", name: claimName },
        csi: { driver: DRIVER, volumeHandle: name },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
      },
      status: { phase: "Bound" },
    } as never);
    this.write(claimName, name);
  }

  private write(claimName: string, volumeName: string): void {
    const isBound = volumeName !== "";
    this.world.tables.persistentVolumeClaims.set({
      ...benchMeta("default", claimName, {}),
      ...(isBound ? { resourceVersion: 2, annotations: { [BIND_COMPLETED]: "yes" } } : {}),
      kind: "PersistentVolumeClaim",
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "10Gi" } },
        storageClassName: CLASS,
        ...(isBound ? { volumeName } : {}),
      },
      status: { phase: isBound ? "Bound" : "Pending" },
    } as never);
  }
}
