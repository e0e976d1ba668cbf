import { containerRequests, nodeCapacity } from "../resources.js";
import type { ExpansionOption } from "./expansion-option.js";
import { leastCost, type PriceContext } from "./price.js";
import { highestPriority, type Priorities } from "./priority.js";

/** What expanders look at beside the options. */
export interface ExpanderContext extends PriceContext {
  /** Null: there are none, or they cannot be read. */
  readonly priorities: Priorities | null;
}

/** Keeps the best of some options, in their order. */
type Expander = (
  options: readonly ExpansionOption[],
  context: ExpanderContext,
) => readonly ExpansionOption[];

/** By the name that the flag `--expander` takes. Source: cluster-autoscaler, FAQ, "What are Expanders?". */
export const EXPANDERS = {
  random: (options) => options,
  "most-pods": (options) => smallest(options, ({ pods }) => -pods.length),
  "least-nodes": (options) => smallest(options, ({ nodeCount }) => nodeCount),
  "least-waste": (options) => smallest(options, waste),
  price: (options, context) => leastCost(options, context),
  priority: (options, { priorities }) => highestPriority(options, priorities),
} as const satisfies Readonly<Record<string, Expander>>;

export type ExpanderName = keyof typeof EXPANDERS;

/** Each expander narrows down what the one before left; more than one option is left to chance. */
export function bestOptions(
  names: readonly ExpanderName[],
  options: readonly ExpansionOption[],
  context: ExpanderContext,
): readonly ExpansionOption[] {
  let left = options;
  for (const name of names) {
    if (left.length <= 1) break;
    left = EXPANDERS[name](left, context);
  }
  return left;
}

/** Those with the least value; equal ones stay together. */
function smallest(
  options: readonly ExpansionOption[],
  measure: (option: ExpansionOption) => number,
): readonly ExpansionOption[] {
  const values = options.map(measure);
  const least = Math.min(...values);
  return options.filter((_, i) => values[i] === least);
}

/** The shares of CPU and memory that the pods would leave, added up. */
function waste({ template, nodeCount, pods }: ExpansionOption): number {
  const { cpuMillis, memoryBytes } = nodeCapacity(template.node);
  const cpu = nodeCount * cpuMillis;
  const memory = nodeCount * memoryBytes;
  let cpuUsed = 0;
  let memoryUsed = 0;
  for (const { spec } of pods) {
    const requests = containerRequests(spec);
    cpuUsed += requests.cpuMillis;
    memoryUsed += requests.memoryBytes;
  }
  return (cpu - cpuUsed) / cpu + (memory - memoryUsed) / memory;
}
