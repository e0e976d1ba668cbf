import { z } from "zod";
import { NODE_FAULTS, type NodeFault } from "../../cluster/node-faults.js";
import {
  chosenNodes,
  choiceText,
  type NodeChoice,
  shareOf,
} from "../../workload/timeline/node-choice.js";
import type { Step } from "../../workload/timeline/step.js";
import { described } from "../schema/leaf.js";
import { dnsLabel, labelValue, number, text, word } from "../schema/scalars.js";
import { FAULT_MEANING } from "../schema/node-fault.js";
import type { Parsed } from "../units.js";
import { type OperationContext, timelineOperation } from "./timeline-operation.js";

interface Failing extends NodeChoice {
  readonly type: "failNode" | "failZone";
  readonly share: number;
  readonly fault: NodeFault;
}

const fault = described(word(...NODE_FAULTS).optional(), FAULT_MEANING, { default: "crash" });
const share = described(
  number({ above: 0, max: 1 }).optional(),
  "Only this share of them, rounded up, drawn by seed.",
  { default: 1 },
);
const REPAIR = "recoverNode";

export const failNode = timelineOperation({
  name: "failNode",
  meaning: "Has a node fail, or a share of a pool's nodes; with `for`, for so long.",
  schema: z.strictObject({
    node: described(text.optional(), "Name of the node."),
    pool: described(dnsLabel.optional(), "Instead of `node`: the nodes that the pool has made."),
    share,
    fault,
  }),
  read: ({ node = null, pool = null, ...given }): Parsed<Failing> => {
    if ((node === null) === (pool === null)) return { problem: "expected either `node` or `pool`" };
    if (node !== null && given.share !== undefined)
      return { problem: "`share` belongs to `pool`", at: ["share"] };
    return { value: failing("failNode", { node, pool, zone: null }, given) };
  },
  issues: ({ path, operation: { node, pool } }, names) =>
    node === null ? names.pool([...path, "pool"], pool ?? "") : names.node([...path, "node"], node),
  runner: (context) => runner(context),
  undo: ({ node, pool, zone }) => ({ type: REPAIR, node, pool, zone }),
});

export const failZone = timelineOperation({
  name: "failZone",
  meaning: "Has all nodes of a zone fail, or a share of them; with `for`, for so long.",
  schema: z.strictObject({
    zone: described(labelValue, "The zone, as in `topology.kubernetes.io/zone`."),
    share,
    fault,
  }),
  read: ({ zone, ...given }): Parsed<Failing> => ({
    value: failing("failZone", { node: null, pool: null, zone }, given),
  }),
  issues: ({ path, operation: { zone } }, names) => names.zone([...path, "zone"], zone ?? ""),
  runner: (context) => runner(context),
  undo: ({ node, pool, zone }) => ({ type: REPAIR, node, pool, zone }),
});

function failing(
  type: Failing["type"],
  choice: NodeChoice,
  given: {
    readonly share?: number | undefined;
    readonly fault?: Failing["fault"] | undefined;
  },
): Failing {
  return { type, ...choice, share: given.share ?? 1, fault: given.fault ?? "crash" };
}

function runner({ store, engine, machines }: OperationContext) {
  let taken = 0;
  return {
    take: (operation: Failing): Step => {
      const key = `${operation.type}/${taken}`;
      taken += 1;
      const there = chosenNodes(store, operation);
      const chosen = shareOf(there, operation.share, { streams: engine.streams, key });
      const failed = chosen.filter(({ name }) => machines.failNode(name, operation.fault));
      if (failed.length > 0) {
        const names = failed.map(({ name }) => name).join(", ");
        return { about: choiceText(operation), done: `${operation.fault}: ${names}` };
      }
      const target = { kind: "Node", namespace: "", name: operation.node ?? "" };
      const refusal =
        there.length === 0 ? "there is no such node" : "has failed already, or has no machine";
      return { target, refusal };
    },
  };
}

interface Recovery extends NodeChoice {
  readonly type: "recoverNode";
}

export const recoverNode = timelineOperation({
  name: REPAIR,
  meaning: "Has nodes that failed come up again.",
  schema: z.strictObject({
    node: described(text.optional(), "Name of the node."),
    pool: described(dnsLabel.optional(), "Instead: all of the pool's that have failed."),
    zone: described(labelValue.optional(), "Instead: all of the zone's that have failed."),
  }),
  read: ({ node = null, pool = null, zone = null }): Parsed<Recovery> => {
    const given = [node, pool, zone].filter((one) => one !== null).length;
    if (given !== 1) return { problem: "expected one of `node`, `pool` and `zone`" };
    return { value: { type: REPAIR, node, pool, zone } };
  },
  issues: ({ path, operation: { node, pool, zone } }, names) => {
    if (node !== null) return names.node([...path, "node"], node);
    return pool === null
      ? names.zone([...path, "zone"], zone ?? "")
      : names.pool([...path, "pool"], pool);
  },
  runner: ({ store, machines }) => ({
    take: (operation) => {
      const back = chosenNodes(store, operation).filter(({ name }) => machines.recoverNode(name));
      const names = back.map(({ name }) => name).join(", ");
      return { about: choiceText(operation), done: names === "" ? "none had failed" : names };
    },
  }),
});
