import type { BehaviorRule, NodeGroup, TimelineFile, TimelineStep } from "./timeline-file.js";

/** The namespace that recordings call so. */
const NAMESPACE = "tl";
const CLUSTER_SCOPED: ReadonlySet<string> = new Set(["Node", "Namespace", "PriorityClass"]);

/** Of the order that `LATENCIES.md` beside the recordings tells of their machine; chosen by hand, not fitted. */
const LATENCY = {
  api: "3ms",
  watch: "2ms",
  bind: "3ms",
  service: { lognormal: { mean: "6ms", cv: 1 } },
};

/** What a recording asks for that no scenario can say yet; null: nothing. */
export function unsupported({ steps }: TimelineFile): string | null {
  for (const { at: _, ...step } of steps) {
    const [operation] = Object.keys(step);
    if (OPERATIONS[operation!] === undefined) return operation!;
  }
  return null;
}

/** A recording's input as a scenario: the same cluster, the same pods, the same steps. */
export function scenarioOf(file: TimelineFile, seed: number): object {
  const added = file.steps.flatMap(({ addNodes }) => (addNodes as NodeGroup[] | undefined) ?? []);
  const second = String(file.startSecond ?? 0).padStart(2, "0");
  return {
    apiVersion: "seatrial.dev/v1alpha1",
    kind: "Scenario",
    metadata: { name: file.name },
    spec: {
      kubernetesVersion: file.kubernetesVersion.replace(/^v?(\d+\.\d+).*$/, "$1"),
      startTime: `2026-01-05T08:00:${second}Z`,
      seed,
      duration: `${file.until}s`,
      cluster: {
        nodePools: [
          ...file.nodes.map((group) => poolOf(group, group.count ?? 1)),
          ...added.map((group) => poolOf(group, 0)),
        ],
      },
      controlPlane: { controllerManager: flagsOf(file), latency: LATENCY },
      manifests: ["setup.json"],
      // What no rule matches does as a rule that says nothing.
      behavior: [...(file.behavior ?? []), { match: {} }].map(behaviorOf),
      timeline: file.steps.flatMap(entriesOf),
    },
  };
}

/** The objects that are there at zero. */
export function setupOf(file: TimelineFile): object {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } };
  const items = [namespace, ...(file.setup ?? [])];
  return { apiVersion: "v1", kind: "List", items };
}

function flagsOf({ controlPlane }: TimelineFile): object {
  const given = Object.entries(controlPlane.kubeControllerManager ?? {});
  const camel = (flag: string) =>
    flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(given.map(([flag, value]) => [camel(flag), value]));
}

function poolOf(group: NodeGroup, nodes: number): object {
  const { name, allocatable, zones, labels, taints, readyDelay } = group;
  return {
    name,
    nodes,
    capacity: allocatable,
    ...(zones !== undefined && { zones }),
    ...(labels !== undefined && { labels }),
    ...(taints !== undefined && { taints }),
    ...(readyDelay !== undefined && { readyAfter: `${readyDelay}s` }),
  };
}

function behaviorOf(rule: BehaviorRule): object {
  const { labels, image, node, names, index } = rule.match;
  const { startDelay = 1, readyDelay = 0, terminationDelay = 1, runFor } = rule;
  return {
    match: {
      ...(labels !== undefined && { labels }),
      ...(image !== undefined && { image }),
      ...(node !== undefined && { node }),
      ...(names !== undefined && { names }),
      ...(index !== undefined && { index: [index].flat().map(Number) }),
      ...(rule.firstPods !== undefined && { first: rule.firstPods }),
    },
    sandbox: `${startDelay}s`,
    ready: readyDelay < 0 ? "never" : `${readyDelay}s`,
    stop: `${terminationDelay}s`,
    run: runFor === undefined ? "forever" : `${runFor}s`,
    ...(rule.exitCodes !== undefined && { exitCodes: rule.exitCodes }),
    ...(rule.exitCode !== undefined && { exitCode: rule.exitCode }),
    ...(rule.neverStarts !== undefined && { neverStarts: rule.neverStarts }),
  };
}

type Given = Readonly<Record<string, unknown>>;

/** The steps of a scenario that each operation of a recording stands for. */
const OPERATIONS: Readonly<Record<string, (given: never) => readonly object[]>> = {
  apply: (objects: readonly Given[]) => objects.map((object) => ({ apply: inNamespace(object) })),
  delete: ({ target, pod, propagation, gracePeriod }: Given) => [
    {
      delete: {
        ...choiceOf(target, pod),
        ...(propagation !== undefined && { propagation }),
        ...(gracePeriod !== undefined && { gracePeriod: `${gracePeriod as number}s` }),
      },
    },
  ],
  patch: ({ target, patch }: Given) => [{ patch: { target: targetOf(target), patch } }],
  label: ({ target, labels }: Given) => [{ label: { target: targetOf(target), labels } }],
  scale: ({ target, replicas }: Given) => [{ scale: { target: targetOf(target), replicas } }],
  setImage: ({ target, ...rest }: Given) => [{ setImage: { target: targetOf(target), ...rest } }],
  rollout: ({ target, ...rest }: Given) => [{ rollout: { target: targetOf(target), ...rest } }],
  cordon: ({ node }: Given) => [{ cordon: { node } }],
  uncordon: ({ node }: Given) => [{ uncordon: { node } }],
  drain: ({ node, timeout }: Given) => [
    { drain: { node, ...(timeout !== undefined && { timeout: `${timeout as number}s` }) } },
  ],
  evict: ({ pod }: Given) => [{ evict: choiceOf(undefined, pod) }],
  failNode: ({ node }: Given) => [{ failNode: { node, fault: "partition" } }],
  recoverNode: ({ node }: Given) => [{ recoverNode: { node } }],
  addNodes: (groups: readonly NodeGroup[]) =>
    groups.map(({ name, count = 1 }) => ({ addNodes: { pool: name, count } })),
  // What the server of metrics tells, beside the scenario.
  setUsage: () => [],
  removeNode: ({ node }: Given) => [{ removeNodes: { nodes: [node] } }],
};

function entriesOf({ at, ...step }: TimelineStep): readonly object[] {
  const [[operation, given] = []] = Object.entries(step);
  return OPERATIONS[operation!]!(given as never).map((one) => ({ at: `${at}s`, ...one }));
}

function targetOf(target: unknown): string {
  const text = String(target);
  return CLUSTER_SCOPED.has(text.split("/")[0]!) ? text : `${NAMESPACE}/${text}`;
}

function choiceOf(target: unknown, pod: unknown): object {
  if (target !== undefined) return { target: targetOf(target) };
  const { name, labels, node, ready, nth } = pod as Given;
  if (name !== undefined) return { target: `${NAMESPACE}/Pod/${String(name)}` };
  const pairs = Object.entries((labels ?? {}) as Given);
  return {
    namespace: NAMESPACE,
    podSelector: pairs.map(([key, value]) => `${key}=${String(value)}`).join(","),
    ...(node !== undefined && { node }),
    ...(ready !== undefined && { ready }),
    nth: nth ?? 0,
  };
}

function inNamespace(object: Given): Given {
  if (CLUSTER_SCOPED.has(String(object.kind))) return object;
  return { ...object, metadata: { ...(object.metadata as Given), namespace: NAMESPACE } };
}
