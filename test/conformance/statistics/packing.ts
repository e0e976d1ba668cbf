import {
  ceilOf,
  checkItems,
  continuousBounds,
  l1Bound,
  l2Bound,
} from "../../../src/analysis/packing/bounds.js";
import { fitOnNodes } from "../../../src/analysis/packing/given-nodes.js";
import { type FitRule, type ItemOrder, pack } from "../../../src/analysis/packing/heuristics.js";
import { type BinType, itemTypes } from "../../../src/analysis/packing/item-types.js";
import { loadSolver } from "../../../src/analysis/packing/linear-program.js";
import { lpBound } from "../../../src/analysis/packing/lp-bound.js";
import { optimalCost } from "../../../src/analysis/packing/optimum.js";

const solver = await loadSolver();

const RULES: Readonly<Record<string, { rule: FitRule; order?: ItemOrder }>> = {
  NF: { rule: "next" },
  FF: { rule: "first" },
  BF: { rule: "best" },
  WF: { rule: "worst" },
  FFD: { rule: "first", order: "fallingSum" },
  BFD: { rule: "best", order: "fallingSum" },
  WFD: { rule: "worst", order: "fallingSum" },
  FFDsum: { rule: "first", order: "fallingSum" },
  FFDmax: { rule: "first", order: "fallingMax" },
  BFDsum: { rule: "best", order: "fallingSum" },
};

function packed(sizes: readonly (readonly number[])[], capacity: readonly number[]) {
  checkItems(sizes, capacity);
  const packings = Object.entries(RULES).map(
    ([name, rule]) => [name, pack(sizes, capacity, rule)] as const,
  );
  const bin = [{ capacity, cost: 1 }];
  const lp = lpBound(itemTypes(sizes), bin, solver);
  return {
    lpBound: lp,
    lpBoundCeil: ceilOf(lp),
    optimum: optimalCost(itemTypes(sizes), bin, solver),
    bins: Object.fromEntries(packings.map(([name, { bins }]) => [name, bins])),
    assignment: Object.fromEntries(packings.map(([name, { assignment }]) => [name, assignment])),
  };
}

function oneDimension({ items, capacity }: { items: number[]; capacity: number }) {
  const sizes = items.map((size) => [size]);
  return {
    ...packed(sizes, [capacity]),
    l1: l1Bound(items, capacity),
    l2: l2Bound(items, capacity),
    continuousBound: continuousBounds(sizes, [capacity])[0],
  };
}

export const packingSuites = {
  "packing.oneDimension": oneDimension,
  "packing.invalid": oneDimension,
  "packing.vector": ({ items, capacity }: { items: number[][]; capacity: number[] }) => {
    const continuous = continuousBounds(items, capacity);
    return {
      ...packed(items, capacity),
      continuousByDimension: continuous,
      continuousBound: ceilOf(Math.max(...continuous)),
    };
  },
  "packing.sizes": ({ items, types }: { items: number[][]; types: BinType[] }) => ({
    costBoundByDimension: items[0]!.map((_, d) => {
      const total = items.reduce((sum, size) => sum + size[d]!, 0);
      return total * Math.min(...types.map(({ capacity, cost }) => cost / capacity[d]!));
    }),
    lpBound: lpBound(itemTypes(items), types, solver),
    optimumCost: optimalCost(itemTypes(items), types, solver),
  }),
  "packing.nodes": ({ items, nodes }: { items: number[][]; nodes: number[][] }) => ({
    ...fitOnNodes(items, nodes, solver),
  }),
};
