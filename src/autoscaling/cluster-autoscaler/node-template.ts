import { daemonTolerations } from "../../api/daemon-tolerations.js";
import { isMirrorPod } from "../../api/mirror-pod.js";
import { RequiredNodeAffinity } from "../../api/node-selector.js";
import { controllerOf, type VersionOf } from "../../api/object-version.js";
import { EMPTY_POD_STATUS, PodVersion } from "../../api/pod-version.js";
import { firstUntolerated } from "../../api/taints.js";
import type { NodeWithPods } from "./cluster-snapshot.js";
import type { AutoscalerOptions } from "./options.js";
import { isDaemonSetPod } from "./pod-kinds.js";
import { isOfGroup } from "./taints.js";

type Node = VersionOf<"Node">;
type DaemonSet = VersionOf<"DaemonSet">;

const HOSTNAME = "kubernetes.io/hostname";
const NODE_CRITICAL = "system-node-critical";

export interface TemplateContext {
  readonly daemonSets: readonly DaemonSet[];
  readonly options: AutoscalerOptions;
}

/** The node under another name, with its pods under names of their own. */
export function freshNode({ node, pods }: NodeWithPods, name: string): NodeWithPods {
  return {
    node: renamed(node, name),
    pods: pods.map((pod) => onNode(pod, name)),
  };
}

function renamed(node: Node, name: string): Node {
  return { ...node, name, uid: `node/${name}`, labels: { ...node.labels, [HOSTNAME]: name } };
}

function onNode(pod: PodVersion, nodeName: string): PodVersion {
  const { spec, phase, status, nominatedNodeName } = pod;
  const uid = `${pod.uid}@${nodeName}`;
  return PodVersion.of({ ...metaOf(pod), uid, spec, nodeName, phase, status, nominatedNodeName });
}

function metaOf(pod: PodVersion) {
  const { row, uid, namespace, name, generateName, resourceVersion, generation } = pod;
  const { creationTimeMicros, deletionTimeMicros, deletionGracePeriodSeconds } = pod;
  const { labels, annotations, ownerReferences, finalizers } = pod;
  return {
    ...{ row, uid, namespace, name, generateName, resourceVersion, generation },
    ...{ creationTimeMicros, deletionTimeMicros, deletionGracePeriodSeconds },
    ...{ labels, annotations, ownerReferences, finalizers },
  };
}

/**
 * What a new node of the group is like, after one that it has: with the pods that every node of it gets.
 * Source: cluster-autoscaler, `SanitizedTemplateNodeInfoFromNodeInfo`.
 */
export function templateFromNode(
  group: string,
  example: NodeWithPods,
  context: TemplateContext,
): NodeWithPods {
  return template(group, example, context, context.options.forceDaemonSets);
}

/** The same from the cloud's own template of the group: with the pods of all DaemonSets. */
export function templateFromCloud(
  group: string,
  node: Node,
  context: TemplateContext,
): NodeWithPods {
  return template(group, { node, pods: [] }, context, true);
}

function template(
  group: string,
  example: NodeWithPods,
  { daemonSets, options }: TemplateContext,
  allDaemonSets: boolean,
): NodeWithPods {
  const name = `template-node-for-${group}`;
  const taints = (example.node.spec.taints ?? []).filter(({ key }) =>
    isOfGroup(key, options.startupTaints),
  );
  const node = renamed({ ...example.node, spec: { ...example.node.spec, taints } }, name);
  const present = example.pods.filter((pod) => pod.deletionTimeMicros === null);
  const kept = present.filter((pod) => isMirrorPod(pod) || isDaemonSetPod(pod));
  const running = new Set(
    present.flatMap((pod) => {
      const owner = controllerOf(pod);
      return owner?.kind === "DaemonSet" ? [`${pod.namespace}/${owner.name}`] : [];
    }),
  );
  const lacking = daemonSets.filter(
    (set) => !running.has(`${set.namespace}/${set.name}`) && runsOn(set, node),
  );
  const added = lacking
    .map((set) => daemonPod(set, name))
    .filter((pod) => allDaemonSets || preemptsAny(pod));
  return { node, pods: [...kept.map((pod) => onNode(pod, name)), ...added] };
}

/** By name, selector, affinity and taints; room does not matter. */
function runsOn({ spec }: DaemonSet, node: Node): boolean {
  const podSpec = spec.template.spec ?? { containers: [] };
  if ((podSpec.nodeName ?? "") !== "") return false;
  if (!new RequiredNodeAffinity(podSpec).matches(node)) return false;
  const effects = ["NoSchedule", "NoExecute"];
  return (
    firstUntolerated(node.spec.taints ?? [], daemonTolerations(podSpec), effects) === undefined
  );
}

function daemonPod(set: DaemonSet, nodeName: string): PodVersion {
  const { metadata, spec = { containers: [] } } = set.spec.template;
  const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: set.name, uid: set.uid };
  return PodVersion.of({
    row: -1,
    uid: `daemon/${set.uid}@${nodeName}`,
    namespace: set.namespace,
    name: `${set.name}-${nodeName}`,
    generateName: "",
    resourceVersion: 0,
    generation: 0,
    creationTimeMicros: 0,
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
    ownerReferences: [{ ...owner, controller: true }],
    finalizers: [],
    spec,
    nodeName,
    nominatedNodeName: "",
    phase: "Running",
    status: EMPTY_POD_STATUS,
  });
}

/** It gets on every node in the end, whatever is there. */
function preemptsAny({ spec }: PodVersion): boolean {
  const policy = spec.preemptionPolicy ?? "PreemptLowerPriority";
  return spec.priorityClassName === NODE_CRITICAL && policy === "PreemptLowerPriority";
}
