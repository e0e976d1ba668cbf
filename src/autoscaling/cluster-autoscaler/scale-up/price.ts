import type { PodSpec } from "../../../api/kubernetes.js";
import { own } from "../../../base/own.js";
import { expm1 } from "../../../kernel/math.js";
import type { AutoscalerOptions } from "../options.js";
import { type CpuAndMemory, containerRequests, nodeCapacity } from "../resources.js";
import type { ExpansionOption } from "./expansion-option.js";

const BYTES_PER_GIB = 1024 ** 3;

/** Dollars an hour. */
interface ResourcePrices {
  readonly core: number;
  readonly gib: number;
}

export interface PriceContext {
  /** Nodes of the cluster. */
  readonly nodeCount: number;
  /** What a pod is said to cost by what it requests; null: nobody knows, and no option is better. */
  readonly resourcePrices: ResourcePrices | null;
  readonly gpu: AutoscalerOptions["gpu"];
}

/** A pod that is added to every option, so that small ones do not differ by much. */
const STABILIZATION: CpuAndMemory = { cpuMillis: 500, memoryBytes: 500 * 1024 ** 2 };
/** Nobody wants nodes with GPUs for pods that need none. */
const GPU_UNFITNESS = 1000;
/** By so many nodes is the preferred size of nodes given up. */
const DAMPING_NODES = 15;
/** Up to so many nodes in the cluster, nodes of so many cores are preferred. */
const PREFERRED: readonly (readonly [nodes: number, cores: number])[] = [
  [2, 1],
  [6, 2],
  [20, 4],
  [60, 8],
  [200, 16],
];
const PREFERRED_OF_MANY = 32;

/**
 * The options that cost least for what they hold, held against nodes of a size that suits the cluster; all,
 * where no price is known. Source: cluster-autoscaler, `expander/price`, "Pricing expander" proposal.
 */
export function leastCost(
  options: readonly ExpansionOption[],
  context: PriceContext,
): readonly ExpansionOption[] {
  const { resourcePrices } = context;
  if (resourcePrices === null) return options;
  let best: ExpansionOption[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const option of options) {
    const { pricePerHour } = option.group;
    if (pricePerHour === null) continue;
    const score = scoreOf(option, pricePerHour, resourcePrices, context);
    if (score < least) {
      best = [option];
      least = score;
    } else if (score === least) best.push(option);
  }
  return best;
}

function scoreOf(
  option: ExpansionOption,
  pricePerHour: number,
  prices: ResourcePrices,
  context: PriceContext,
): number {
  const stabilization = costOf(STABILIZATION, prices);
  let podPrice = 0;
  for (const { spec } of option.pods) podPrice += podCost(spec, prices);
  const nodePrice = pricePerHour * option.nodeCount;
  const ratio = (nodePrice + stabilization) / (podPrice + stabilization);
  return dampedUnfitness(option, context) * ratio;
}

function podCost(spec: PodSpec, prices: ResourcePrices): number {
  return costOf(containerRequests(spec), prices);
}

function costOf({ cpuMillis, memoryBytes }: CpuAndMemory, { core, gib }: ResourcePrices): number {
  return core * (cpuMillis / 1000) + gib * (memoryBytes / BYTES_PER_GIB);
}

function dampedUnfitness(option: ExpansionOption, { nodeCount, gpu }: PriceContext): number {
  const { node } = option.template;
  if (gpu !== null && own(node.labels, gpu.label) !== undefined) return GPU_UNFITNESS;
  const preferredMillis = 1000 * preferredCores(nodeCount);
  const { cpuMillis } = nodeCapacity(node);
  const unfitness = Math.max(preferredMillis / cpuMillis, cpuMillis / preferredMillis);
  return (unfitness - 1) * (1 - tanh((option.nodeCount - 1) / DAMPING_NODES)) + 1;
}

function preferredCores(nodeCount: number): number {
  return PREFERRED.find(([nodes]) => nodeCount <= nodes)?.[1] ?? PREFERRED_OF_MANY;
}

function tanh(x: number): number {
  const e = expm1(2 * x);
  return e === Number.POSITIVE_INFINITY ? 1 : e / (e + 2);
}
