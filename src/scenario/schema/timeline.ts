import { z } from "zod";
import type { Manifest } from "../../api/kubernetes.js";
import { SelectorError, parseSelector } from "../../api/label-selector.js";
import type { Parsed } from "../units.js";
import { described, leaf, notYet } from "./leaf.js";
import {
  count,
  dnsLabel,
  duration,
  filePath,
  flag,
  integer,
  positiveCount,
  positiveDuration,
  positiveNodeCount,
  resourceList,
  target,
  text,
  word,
} from "./scalars.js";
import type { TimelineEntry, TimelineOperation } from "./scenario.js";

/** Before its files are read: `apply` holds paths and objects that stand in the scenario. */
export type RawOperation =
  | Exclude<TimelineOperation, { type: "apply" }>
  | {
      readonly type: "apply";
      readonly files: readonly string[];
      readonly inline: readonly Manifest[];
    };
export type RawTimelineEntry = Omit<TimelineEntry, "operation" | "path"> & {
  readonly operation: RawOperation;
};

const seconds = duration.transform((micros) => Math.round(micros / 1_000_000));

const inlineManifest = leaf(
  { type: "object", required: ["apiVersion", "kind", "metadata"] },
  (raw): Parsed<Manifest> => {
    const object = typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : {};
    const { apiVersion, kind, metadata } = object;
    return typeof apiVersion === "string" &&
      typeof kind === "string" &&
      typeof metadata === "object" &&
      metadata !== null
      ? { value: object as Manifest }
      : { problem: "expected a path, or a Kubernetes object with apiVersion, kind and metadata" };
  },
);

const applied = z.union([
  filePath.transform((path) => ({ files: [path], inline: [] as Manifest[] })),
  z.array(filePath).transform((files) => ({ files, inline: [] as Manifest[] })),
  inlineManifest.transform((object) => ({ files: [] as string[], inline: [object] })),
]);

const labelChange = leaf(
  { type: ["string", "null"] },
  (raw): Parsed<string | null> =>
    typeof raw === "string" || raw === null
      ? { value: raw }
      : { problem: "expected a text in quotes, or null to take the label away" },
);

const podSelector = leaf({ type: "string" }, (raw): Parsed<string> => {
  if (typeof raw !== "string") return { problem: "expected a selector such as `app=web,!canary`" };
  const selector = parseSelector(raw);
  return selector instanceof SelectorError ? { problem: selector.message } : { value: raw };
});

/** Files of a run's results. */
const RESULTS = ["run.json", "timing.json"];
const dumpFile = leaf({ type: "string" }, (raw): Parsed<string> => {
  const isName = typeof raw === "string" && /^[A-Za-z0-9][\w.-]*\.(?:ya?ml|json)$/.test(raw);
  if (!isName) return { problem: "expected the name of a file such as state.yaml, with no folder" };
  return RESULTS.includes(raw) ? { problem: `${raw} is a file of the results` } : { value: raw };
});

const nodeOnly = z.strictObject({ node: described(text, "Name of the node.") });

const operations = {
  apply: described(
    applied,
    "Files, or one object: creates, or changes what is there, as kubectl apply.",
  ),
  delete: described(
    z.strictObject({
      target,
      gracePeriod: described(seconds.optional(), "Instead of the object's own."),
    }),
    "Deletes an object, gracefully.",
  ),
  patch: described(
    z.strictObject({
      target,
      patch: described(z.record(z.string(), z.unknown()), "A strategic merge patch."),
      subresource: described(
        z.enum(["resize"]).optional(),
        "`resize`: the patch changes the resources of a pod that runs, in place.",
      ),
    }),
    "Changes fields of an object.",
  ),
  scale: described(z.strictObject({ target, replicas: count }), "Sets `spec.replicas`."),
  setImage: described(
    z.strictObject({ target, container: text, image: text }),
    "Changes the image of one container of a pod template.",
  ),
  setResources: described(
    z.strictObject({
      target,
      container: text,
      requests: resourceList.optional(),
      limits: resourceList.optional(),
    }),
    "Changes requests and limits of one container of a pod template.",
  ),
  label: described(
    z.strictObject({ target, labels: z.record(z.string(), labelChange) }),
    "Sets labels of an object (`Node/<name>` for a node); null takes one away.",
  ),
  cordon: described(nodeOnly, "Makes a node unschedulable."),
  uncordon: described(nodeOnly, "Makes it schedulable again."),
  drain: described(
    z.strictObject({
      node: described(text, "Name of the node."),
      gracePeriod: described(seconds.optional(), "Instead of the pods' own."),
      force: described(flag.optional(), "Also pods that no controller would make again.", {
        default: true,
      }),
      podSelector: described(
        podSelector.optional(),
        "Only pods with these labels, such as `app=web,tier in (front,back),!canary`.",
      ),
    }),
    "Cordons a node and evicts its pods, those of DaemonSets and static ones excepted.",
  ),
  dump: described(
    dumpFile,
    "Writes all objects as they are, as `kubectl get -A -o yaml` prints them, into a file beside the results.",
  ),
  addNodes: described(
    z.strictObject({ pool: dnsLabel, count: positiveNodeCount }),
    "Adds nodes to a pool.",
  ),
  removeNodes: described(
    z.strictObject({
      pool: dnsLabel.optional(),
      count: positiveCount.optional(),
      nodes: described(z.array(text).optional(), "These nodes, instead of a pool's newest."),
    }),
    "Takes nodes away with what runs on them.",
  ),
  rollout: described(
    z.strictObject({
      target,
      action: word("pause", "resume", "undo", "restart"),
      toRevision: described(
        integer(0, Number.MAX_SAFE_INTEGER).optional(),
        "For undo; 0 is the revision before.",
        { default: 0, source: "upstream" },
      ),
    }),
    "As `kubectl rollout`.",
  ),
};

const entryKeys = z.strictObject({
  at: described(duration, "When, from the start of the run."),
  every: described(
    positiveDuration.optional(),
    "Repeats after each such time, at most 100,000 times.",
  ),
  until: described(duration.optional(), "Last time at which it may repeat."),
  for: notYet("an operation that ends by itself (`for`)"),
  ...(Object.fromEntries(
    Object.entries(operations).map(([name, schema]) => [name, schema.optional()]),
  ) as { [K in keyof typeof operations]: z.ZodOptional<(typeof operations)[K]> }),
  failNode: notYet("failing a node (`failNode`)"),
  failZone: notYet("failing a zone (`failZone`)"),
  recoverNode: notYet("recovering a node (`recoverNode`)"),
  evict: notYet("evicting a pod (`evict`)"),
  setTraffic: notYet("traffic (`setTraffic`)"),
});
type Entry = z.output<typeof entryKeys>;
const NAMES = Object.keys(operations) as (keyof typeof operations)[];

function operationOf(entry: Entry): Parsed<RawOperation> {
  if (entry.apply) return { value: { type: "apply", ...entry.apply } };
  if (entry.delete) {
    const { target, gracePeriod } = entry.delete;
    return { value: { type: "delete", target, gracePeriodSeconds: gracePeriod ?? null } };
  }
  if (entry.patch) return { value: { type: "patch", ...entry.patch } };
  if (entry.scale) return { value: { type: "scale", ...entry.scale } };
  if (entry.setImage) return { value: { type: "setImage", ...entry.setImage } };
  if (entry.setResources) return resources(entry.setResources);
  if (entry.label) return { value: { type: "label", ...entry.label } };
  if (entry.cordon) return { value: { type: "cordon", node: entry.cordon.node } };
  if (entry.uncordon) return { value: { type: "uncordon", node: entry.uncordon.node } };
  if (entry.drain) {
    const { node, gracePeriod, force } = entry.drain;
    const gracePeriodSeconds = gracePeriod ?? null;
    const selector = entry.drain.podSelector ?? null;
    return {
      value: {
        type: "drain",
        node,
        gracePeriodSeconds,
        force: force ?? true,
        podSelector: selector,
      },
    };
  }
  if (entry.dump) return { value: { type: "dump", file: entry.dump } };
  if (entry.addNodes) return { value: { type: "addNodes", ...entry.addNodes } };
  if (entry.removeNodes) return removal(entry.removeNodes);
  return rollout(entry.rollout!);
}

function resources(given: NonNullable<Entry["setResources"]>): Parsed<RawOperation> {
  const { target, container, requests, limits } = given;
  if (requests === undefined && limits === undefined) {
    return { problem: "expected `requests` or `limits`" };
  }
  const lists = { requests: requests ?? {}, limits: limits ?? {} };
  return { value: { type: "setResources", target, container, ...lists } };
}

function removal(given: NonNullable<Entry["removeNodes"]>): Parsed<RawOperation> {
  const { pool, count: howMany, nodes } = given;
  const byPool = pool !== undefined && howMany !== undefined && nodes === undefined;
  const byName = nodes !== undefined && nodes.length > 0 && pool === undefined && !howMany;
  if (!byPool && !byName) return { problem: "expected `pool` and `count`, or `nodes` alone" };
  return {
    value: { type: "removeNodes", nodes: nodes ?? [], pool: pool ?? null, count: howMany ?? 0 },
  };
}

function rollout(given: NonNullable<Entry["rollout"]>): Parsed<RawOperation> {
  const { target, action, toRevision } = given;
  if (action === "undo") {
    return { value: { type: "rollout", action, target, toRevision: toRevision ?? 0 } };
  }
  if (toRevision !== undefined) return { problem: "`toRevision` belongs to the action undo" };
  return { value: { type: "rollout", action, target } };
}

export const timelineEntry = entryKeys.transform((entry, context): RawTimelineEntry => {
  const wrong = (message: string, path: string[]) => {
    context.addIssue({ code: "custom", message, path, input: entry });
    return z.NEVER;
  };
  const given = NAMES.filter((name) => entry[name] !== undefined);
  if (given.length !== 1) {
    return wrong(`expected exactly one operation of ${NAMES.join(", ")}`, []);
  }
  if (entry.until !== undefined && entry.every === undefined) {
    return wrong("`until` needs `every`", ["until"]);
  }
  if (entry.until !== undefined && entry.until < entry.at) {
    return wrong("`until` is earlier than `at`", ["until"]);
  }
  if (entry.dump !== undefined && entry.every !== undefined) {
    return wrong("a dump does not repeat: each would take the place of the one before", ["every"]);
  }
  const operation = operationOf(entry);
  if ("problem" in operation) return wrong(operation.problem, [given[0]!]);
  return {
    atMicros: entry.at,
    everyMicros: entry.every ?? null,
    untilMicros: entry.until ?? null,
    operation: operation.value,
  };
});
