import type { PluginDescriptor } from "../framework/configuration/plugin-catalogue.js";
import { bestFit } from "./best-fit.js";
import { cosineSimilarity } from "./cosine-similarity.js";
import { DominantResourceFairness } from "./dominant-resource-fairness.js";
import { dotProduct } from "./dot-product.js";
import { Fifo } from "./fifo.js";
import { FirstFit } from "./first-fit.js";
import { l2Norm } from "./l2-norm.js";
import {
  PowerOfTwoChoices,
  type PowerOfTwoChoicesArgs,
  powerOfTwoChoicesArgs,
} from "./power-of-two-choices.js";
import { PriorityAging, type PriorityAgingArgs, priorityAgingArgs } from "./priority-aging.js";
import { RandomNode } from "./random.js";
import { RoundRobin } from "./round-robin.js";
import { type Rate, type SharesArgs, sharesArgs, SharesScore } from "./shares-score.js";
import { ShortestJobFirst } from "./shortest-job-first.js";
import { SmallestDemandFirst } from "./smallest-demand-first.js";
import { worstFit } from "./worst-fit.js";

const byShares = (name: string, rate: Rate): PluginDescriptor => ({
  name,
  extensionPoints: { score: true },
  args: sharesArgs,
  factory: (args, { scalars }) => new SharesScore(name, rate, args as SharesArgs, scalars),
});

/** Policies of the literature, to be compared with kube-scheduler's own. */
export const POLICIES: readonly PluginDescriptor[] = [
  { name: "FirstFit", extensionPoints: { score: true }, factory: () => new FirstFit() },
  byShares("BestFit", bestFit),
  byShares("WorstFit", worstFit),
  byShares("DotProduct", dotProduct),
  byShares("L2Norm", l2Norm),
  byShares("CosineSimilarity", cosineSimilarity),
  {
    name: "Random",
    extensionPoints: { preScore: true, score: true },
    factory: (_, handle) => new RandomNode(handle),
  },
  {
    name: "RoundRobin",
    extensionPoints: { score: true, reserve: true },
    factory: (_, handle) => new RoundRobin(handle),
  },
  {
    name: "PowerOfTwoChoices",
    extensionPoints: { preScore: true, score: true },
    args: powerOfTwoChoicesArgs,
    factory: (args, handle) => new PowerOfTwoChoices(args as PowerOfTwoChoicesArgs, handle),
  },
  { name: "FIFO", extensionPoints: { queueSort: true }, factory: () => new Fifo() },
  {
    name: "ShortestJobFirst",
    extensionPoints: { queueSort: true },
    factory: (_, handle) => new ShortestJobFirst(handle),
  },
  {
    name: "SmallestDemandFirst",
    extensionPoints: { queueSort: true },
    factory: (_, handle) => new SmallestDemandFirst(handle),
  },
  {
    name: "PriorityAging",
    extensionPoints: { queueSort: true },
    args: priorityAgingArgs,
    factory: (args) => new PriorityAging(args as PriorityAgingArgs),
  },
  {
    name: "DominantResourceFairness",
    extensionPoints: { queueSort: true },
    factory: (_, handle) => new DominantResourceFairness(handle),
  },
];
