import type { Labels } from "../../../src/api/kubernetes.js";
import { controllerOf, type VersionOf } from "../../../src/api/object-version.js";
import { EMPTY_POD_STATUS, type PodVersion } from "../../../src/api/pod-version.js";
import { parseResource } from "../../../src/api/quantity.js";
import { firstUntolerated } from "../../../src/api/taints.js";
import { formatTimestamp } from "../../../src/api/timestamp.js";
import {
  containerRequests,
  nodeAllocatable,
} from "../../../src/autoscaling/cluster-autoscaler/resources.js";
import type { CaseClock } from "./ca-clock.js";
import { buildPod, podName, type RawPod, ZERO_MS } from "./ca-objects.js";

type Node = VersionOf<"Node">;

/** Pods of these come back elsewhere. */
const RETURNING: ReadonlySet<string> = new Set([
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
  "Job",
]);
const NOT_READY = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** The objects of a case: nodes and pods in the order in which they came. */
export class CaseCluster {
  readonly nodes = new Map<string, Node>();
  private readonly pods = new Map<string, PodVersion>();

  constructor(private readonly clock: CaseClock) {}

  allPods(): readonly PodVersion[] {
    return [...this.pods.values()];
  }

  podsOn(nodeName: string): readonly PodVersion[] {
    return this.allPods().filter((pod) => pod.nodeName === nodeName);
  }

  addPod(raw: RawPod, createdMicros?: number): void {
    const pod = buildPod(raw, createdMicros);
    this.pods.set(pod.uid, pod);
  }

  /** Whoever owns the pod makes another, unless it was being deleted. */
  removeAndReturn(pod: PodVersion): void {
    if (!this.pods.delete(pod.uid)) return;
    const { kind = "" } = controllerOf(pod) ?? {};
    if (!RETURNING.has(kind) || pod.deletionTimeMicros !== null) return;
    const { metadata, spec } = asRaw(pod);
    this.addPod({ metadata: { ...metadata, name: nextName(pod.name) }, spec }, this.clock.now);
  }

  removePods(isMeant: (pod: PodVersion) => boolean): void {
    for (const pod of this.allPods()) if (isMeant(pod)) this.pods.delete(pod.uid);
  }

  removeNode(name: string): void {
    if (!this.nodes.delete(name)) return;
    for (const pod of this.podsOn(name)) this.removeAndReturn(pod);
  }

  putNode(node: Node): void {
    this.nodes.set(node.name, node);
  }

  annotate(name: string, annotations: Labels): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    this.putNode({ ...node, annotations: { ...node.annotations, ...annotations } });
  }

  setReady(name: string, isReady: boolean): void {
    const node = this.nodes.get(name);
    if (node !== undefined) this.putNode(withReadiness(node, isReady, this.clock.now));
  }

  /** As a scheduler that looks at nothing but readiness, taints, selectors and room. */
  bindPending(): void {
    for (const pod of this.allPods()) {
      if (pod.nodeName !== "" || pod.phase !== "Pending") continue;
      for (const node of this.nodes.values()) {
        if (!this.takes(node, pod)) continue;
        const status = { ...EMPTY_POD_STATUS };
        const bound = pod.next({ nodeName: node.name, phase: "Running", status });
        this.pods.set(pod.uid, bound);
        break;
      }
    }
  }

  private takes(node: Node, { spec }: PodVersion): boolean {
    const ready = node.status.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status !== "True" || node.spec.unschedulable === true) return false;
    const effects = ["NoSchedule", "NoExecute"];
    const { taints = [] } = node.spec;
    if (firstUntolerated(taints, spec.tolerations ?? [], effects) !== undefined) return false;
    for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) {
      if (node.labels[key] !== value) return false;
    }
    return this.hasRoom(node, spec);
  }

  private hasRoom(node: Node, spec: PodVersion["spec"]): boolean {
    const has = nodeAllocatable(node);
    const present = this.podsOn(node.name);
    if (present.length >= parseResource("pods", node.status.allocatable?.pods ?? 0)) return false;
    const used = [...present.map((pod) => pod.spec), spec].map(containerRequests);
    const sum = (key: "cpuMillis" | "memoryBytes"): number =>
      used.reduce((total, requests) => total + requests[key], 0);
    return sum("cpuMillis") <= has.cpuMillis && sum("memoryBytes") <= has.memoryBytes;
  }
}

/** The node as ready or not, since `nowMicros`. */
export function withReadiness(node: Node, isReady: boolean, nowMicros: number): Node {
  const lastTransitionTime = formatTimestamp(nowMicros, ZERO_MS);
  const ready = { type: "Ready", status: isReady ? "True" : "False", lastTransitionTime };
  const others = (node.status.conditions ?? []).filter(({ type }) => type !== "Ready");
  const taints = (node.spec.taints ?? []).filter(({ key }) => key !== NOT_READY.key);
  return {
    ...node,
    spec: { ...node.spec, taints: isReady ? taints : [...taints, NOT_READY] },
    status: { ...node.status, conditions: [ready, ...others] },
  };
}

/** `x`, `x-r1`, `x-r2` … */
function nextName(name: string): string {
  const [, base = name, count = "0"] = /^(.*)-r(\d+)$/.exec(name) ?? [];
  return `${base}-r${Number(count) + 1}`;
}

function asRaw(pod: PodVersion): RawPod {
  const { name, namespace, labels, annotations, ownerReferences } = pod;
  const { nodeName: _, ...spec } = pod.spec;
  return { metadata: { name, namespace, labels, annotations, ownerReferences }, spec };
}

/** True for a pod that `key` names, as `expect` does. */
export function isNamed(pod: PodVersion, key: string): boolean {
  return podName(pod) === key || `${pod.namespace}/${pod.name}` === key;
}
