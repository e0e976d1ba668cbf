import { z } from "zod";
import type { Taint } from "../../api/kubernetes.js";
import { parseQuantity, Quantity } from "../../api/quantity.js";
import { NODE_FAULTS } from "../../cluster/node-faults.js";
import { DEFAULTS } from "../defaults.js";
import { poolAutoscaling } from "./autoscaling.js";
import { durationDistribution } from "./distribution.js";
import { karpenter } from "./karpenter.js";
import { described } from "./leaf.js";
import { FAULT_MEANING } from "./node-fault.js";
import {
  dnsLabel,
  duration,
  filePath,
  kubernetesLabels,
  labelKey,
  labelValue,
  nodeCount,
  number,
  positiveBytes,
  positiveCount,
  resourceList,
  word,
} from "./scalars.js";
import type { NodePool } from "./scenario.js";

const HOSTNAME = "kubernetes.io/hostname";

const taint = z
  .strictObject({
    key: labelKey,
    value: labelValue.optional(),
    effect: word("NoSchedule", "PreferNoSchedule", "NoExecute"),
  })
  .transform(
    ({ key, value, effect }): Taint =>
      value === undefined ? { key, effect } : { key, value, effect },
  );

const images = z.strictObject({
  pullBandwidth: described(
    positiveBytes.optional(),
    "Bytes a second that one node pulls with, over all of its pulls.",
    { default: "100Mi", source: "assumed" },
  ),
  parallelPulls: described(positiveCount.optional(), "Images that one node pulls at once.", {
    default: 1,
    source: "upstream",
  }),
});

const failures = z
  .strictObject({
    between: described(durationDistribution, "Time in service until the next failure."),
    repair: described(durationDistribution, "From a failure until it is in service again."),
    scope: described(
      word("node", "zone").optional(),
      "Each node fails by itself, or all of the pool's nodes in a zone together.",
      { default: "node" },
    ),
    fault: described(word(...NODE_FAULTS).optional(), FAULT_MEANING, { default: "crash" }),
  })
  .transform(
    ({ between, repair, scope, fault }): NonNullable<NodePool["failures"]> => ({
      betweenMicros: between,
      repairMicros: repair,
      scope: scope ?? "node",
      fault: fault ?? "crash",
    }),
  );

const poolKeys = z.strictObject({
  name: described(dnsLabel, "Nodes are called `<pool>-<i>`, from 0."),
  nodes: described(nodeCount.optional(), "How many nodes the pool makes."),
  zones: described(
    z.array(labelValue).optional(),
    "Dealt to the nodes in turn, as `topology.kubernetes.io/zone`.",
  ),
  capacity: described(resourceList.optional(), "Of each node. `pods` is 110 where it is left out."),
  reserved: described(resourceList.optional(), "Allocatable is capacity less this."),
  labels: described(kubernetesLabels.optional(), "Of each node, beside those that a kubelet sets."),
  taints: described(z.array(taint).optional(), "Of each node."),
  readyAfter: described(
    duration.optional(),
    "A node that is added registers as not ready, and is Ready this much later.",
    { default: 0, source: "assumed" },
  ),
  pricePerHour: described(number({ min: 0 }).optional(), "Dollars that a node costs an hour."),
  match: described(
    z
      .strictObject({ labels: described(kubernetesLabels, "All of them must be on the node.") })
      .optional(),
    "Instead of `nodes`: the pool adopts nodes of the snapshot or of `cluster.nodes`. With `autoscaling` it makes more, like the first of them or of its own `capacity`.",
  ),
  images: described(images.optional(), "How the nodes pull images."),
  failures: described(failures.optional(), "How the nodes fail and recover by themselves."),
  autoscaling: described(
    poolAutoscaling.optional(),
    "The Cluster Autoscaler sets how many nodes the pool has.",
  ),
});

type PoolKeys = z.output<typeof poolKeys>;

/** What a node is like that a pool makes. */
const SHAPE = ["capacity", "zones", "reserved", "labels", "taints"] as const;
const OWN_NODES_ONLY = ["nodes", ...SHAPE, "readyAfter"] as const;

/** The same where nodes are adopted. */
function adoptingProblems(pool: PoolKeys): readonly (readonly [string, string])[] {
  if (pool.autoscaling === undefined) {
    return OWN_NODES_ONLY.filter((key) => pool[key] !== undefined).map((key) => [
      key,
      "a pool with `match` adopts nodes as they are: leave this key out, or leave `match` out",
    ]);
  }
  if (pool.nodes !== undefined) {
    return [["nodes", "a pool with `match` begins with the nodes that it adopts: leave this out"]];
  }
  if (pool.match?.labels[HOSTNAME] !== undefined) {
    return [["match", `new nodes have names of their own: expected labels other than ${HOSTNAME}`]];
  }
  if (pool.capacity !== undefined) return shapeProblems(pool, pool.capacity);
  return SHAPE.filter((key) => pool[key] !== undefined).map((key) => [
    key,
    "new nodes are like those that the pool adopts, unless it has a `capacity`: give that, too, or leave this out",
  ]);
}

/** What is wrong with keys that are each right by themselves: the key and the words. */
function poolProblems(pool: PoolKeys): readonly (readonly [string, string])[] {
  if (pool.match !== undefined) return adoptingProblems(pool);
  if (pool.nodes === undefined) return [["nodes", "is required, unless the pool has `match`"]];
  if (pool.capacity === undefined)
    return [["capacity", "is required, unless the pool has `match`"]];
  return shapeProblems(pool, pool.capacity);
}

function shapeProblems(
  pool: PoolKeys,
  whole: NonNullable<PoolKeys["capacity"]>,
): readonly (readonly [string, string])[] {
  const problems: (readonly [string, string])[] = [];
  for (const resource of ["cpu", "memory"]) {
    if (whole[resource] === undefined) {
      problems.push(["capacity", `expected a capacity of ${resource}`]);
    }
  }
  for (const [resource, reserved] of Object.entries(pool.reserved ?? {})) {
    const capacity = parseQuantity(whole[resource] ?? "0");
    const less = parseQuantity(reserved);
    if (capacity instanceof Quantity && less instanceof Quantity && less.compare(capacity) > 0) {
      problems.push(["reserved", `more ${resource} is reserved than the node has`]);
    }
  }
  return problems;
}

const nodePool = poolKeys.transform((pool, context): NodePool => {
  for (const [key, message] of poolProblems(pool)) {
    context.addIssue({ code: "custom", message, path: [key], input: pool });
  }
  return {
    name: pool.name,
    nodes: pool.nodes ?? 0,
    zones: pool.zones ?? [],
    capacity: pool.capacity === undefined ? {} : { pods: DEFAULTS.podsPerNode, ...pool.capacity },
    reserved: pool.reserved ?? {},
    labels: pool.labels ?? {},
    taints: pool.taints ?? [],
    readyAfterMicros: pool.readyAfter ?? 0,
    pricePerHourDollars: pool.pricePerHour ?? null,
    match: pool.match ?? null,
    failures: pool.failures ?? null,
    autoscaling: pool.autoscaling ?? null,
    images: {
      pullBytesPerSecond: pool.images?.pullBandwidth ?? DEFAULTS.pullBytesPerSecond,
      parallelPulls: pool.images?.parallelPulls ?? DEFAULTS.parallelPulls,
    },
  };
});

export const cluster = z.strictObject({
  snapshot: described(
    z.array(filePath).optional(),
    "Dumps of a cluster (`kubectl get nodes,pods,… -A -o yaml`): the state to start from.",
  ),
  nodePools: described(z.array(nodePool).optional(), "Nodes of one shape each."),
  nodes: described(
    z
      .array(z.union([filePath, z.strictObject({ format: word("openb"), path: filePath })]))
      .optional(),
    "Files of v1 Node objects, or a trace's machines (`{ format: openb, path: … }`).",
  ),
  karpenter: described(
    karpenter.optional(),
    "Karpenter is there and makes nodes for the NodePools (`karpenter.sh/v1`) among the manifests.",
  ),
});
