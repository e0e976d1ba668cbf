import { parse } from "yaml";
import { ClusterSnapshot } from "../../../src/autoscaling/cluster-autoscaler/cluster-snapshot.js";
import type { NodeGroup } from "../../../src/autoscaling/cluster-autoscaler/node-group.js";
import { readPriorities } from "../../../src/autoscaling/cluster-autoscaler/scale-up/priority.js";
import { StaticAutoscaler } from "../../../src/autoscaling/cluster-autoscaler/static-autoscaler.js";
import type { JsonObject } from "../controllers/compare.js";
import {
  buildDaemonSet,
  buildNode,
  buildPod,
  emptyCluster,
  micros,
  type RawDaemonSet,
  type RawNode,
  type RawPod,
} from "./ca-objects.js";
import { autoscalerOptions, type GivenOptions, nodeGroupOptions } from "./ca-options.js";

interface GivenGroup {
  readonly id: string;
  readonly min: number;
  readonly max: number;
  readonly nodes?: readonly string[];
  readonly target?: number;
  readonly template?: RawNode;
  readonly price?: number;
  readonly options?: GivenOptions;
  readonly increaseFails?: boolean;
}

export type StillGiven = JsonObject & {
  readonly options?: GivenOptions;
  readonly groups: readonly GivenGroup[];
  readonly nodes?: readonly RawNode[];
  readonly pods?: readonly RawPod[];
  readonly daemonSets?: readonly RawDaemonSet[];
  readonly priorities?: string;
  readonly resourcePrices?: { readonly cpu: number; readonly memoryGi: number };
  readonly loops?: readonly number[];
};

/** Scale-ups in a cluster in which nothing happens but loops. */
export function runStill(given: StillGiven, pick: number) {
  const options = autoscalerOptions(given.options ?? {});
  const nodes = (given.nodes ?? []).map((raw) => buildNode(raw));
  const pods = (given.pods ?? []).map((raw) => buildPod(raw));
  const daemonSets = (given.daemonSets ?? []).map((raw) => buildDaemonSet(raw));
  const groups: NodeGroup[] = given.groups.map((raw) => {
    let target = raw.target ?? (raw.nodes ?? []).length;
    const instances = (raw.nodes ?? []).map((name) => ({ name, creationError: null }));
    return {
      id: raw.id,
      minSize: raw.min,
      maxSize: raw.max,
      pricePerHour: raw.price ?? null,
      options: nodeGroupOptions(given.options ?? {}, raw.options ?? {}),
      targetSize: () => target,
      instances: () => instances,
      template: () => (raw.template === undefined ? null : buildNode(raw.template)),
      increaseSize(by: number) {
        if (raw.increaseFails === true || target + by > raw.max) return "refused";
        target += by;
        return null;
      },
      decreaseTargetSize(by: number) {
        target -= by;
        return null;
      },
      deleteNodes: () => "no",
    };
  });
  const prices = given.resourcePrices;
  const context = {
    priorities: prioritiesOf(given.priorities ?? ""),
    resourcePrices: prices === undefined ? null : { core: prices.cpu, gib: prices.memoryGi },
  };
  const autoscaler = new StaticAutoscaler({
    options,
    groups: {
      list: () => groups,
      groupOf: (name) =>
        groups.find((group) => group.instances().some((one) => one.name === name)) ?? null,
      isGone: () => false,
    },
    lists: { nodes: () => nodes, pods: () => pods, daemonSets: () => daemonSets },
    snapshot: new ClusterSnapshot(emptyCluster()),
    scaleDown: null,
    pickAmong: (count) => Math.min(pick, count - 1),
    expanders: () => context,
    tell: () => {},
    startTimeMs: Date.UTC(2000, 0, 1),
  });
  const reports = (given.loops ?? [0]).map((at) => autoscaler.runOnce(micros(at)));
  const { gpu } = options;
  return { report: reports.at(-1)!, context: { ...context, nodeCount: nodes.length, gpu } };
}

function prioritiesOf(text: string) {
  try {
    return readPriorities(parse(text));
  } catch {
    return null;
  }
}
