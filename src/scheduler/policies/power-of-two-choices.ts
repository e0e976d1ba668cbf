import { type CycleState, StateKey } from "../framework/cycle-state.js";
import type { ArgsReader } from "../framework/configuration/plugin-catalogue.js";
import {
  type Handle,
  MAX_NODE_SCORE,
  type PreScorePlugin,
  type ScorePlugin,
} from "../framework/interfaces.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { DrawnNode } from "./random.js";

export interface PowerOfTwoChoicesArgs {
  /** Nodes that are drawn. */
  readonly choices: number;
}

/** As many as a cycle has draws for. */
const MAX_CHOICES = 64;

export const powerOfTwoChoicesArgs: ArgsReader = {
  fields: ["choices"],
  read: (args): PowerOfTwoChoicesArgs => ({
    choices: args?.integer("choices", { min: 1, max: MAX_CHOICES }) ?? 2,
  }),
};

const DRAWN = new StateKey<DrawnNode>("PowerOfTwoChoices");

/** The share in use of the resource that is scarcest on the node, of cpu and memory. */
function load({ allocatable, requested }: NodeInfo): number {
  const cpu = allocatable.cpuMillis > 0 ? requested.cpuMillis / allocatable.cpuMillis : 0;
  const memory = allocatable.memoryBytes > 0 ? requested.memoryBytes / allocatable.memoryBytes : 0;
  return Math.max(cpu, memory);
}

/**
 * The least loaded of two nodes that are drawn from those that fit; of equal ones the one drawn first.
 *
 * Source: M. Mitzenmacher, "The power of two choices in randomized load balancing", IEEE Transactions on
 * Parallel and Distributed Systems 12, 2001; in a cluster: K. Ousterhout, P. Wendell, M. Zaharia, I.
 * Stoica, "Sparrow: distributed, low latency scheduling", SOSP 2013.
 */
export class PowerOfTwoChoices implements PreScorePlugin, ScorePlugin {
  readonly name = "PowerOfTwoChoices";

  constructor(
    private readonly args: PowerOfTwoChoicesArgs,
    private readonly handle: Handle,
  ) {}

  preScore(state: CycleState, _pod: PodInfo, nodes: readonly NodeInfo[]): null {
    let best: NodeInfo | null = null;
    for (const position of this.drawn(nodes.length)) {
      const node = nodes[position]!;
      if (best === null || load(node) < load(best)) best = node;
    }
    state.write(DRAWN, new DrawnNode(best));
    return null;
  }

  /** Positions without repetition, in the order in which they are drawn. */
  private drawn(count: number): readonly number[] {
    const taken: number[] = [];
    const sorted: number[] = [];
    for (let i = 0; i < Math.min(this.args.choices, count); i += 1) {
      let position = Math.floor(this.handle.draw("power-of-two-choices", i) * (count - i));
      // The so-many-th of those that are not taken yet.
      for (const other of sorted) if (other <= position) position += 1;
      taken.push(position);
      sorted.push(position);
      sorted.sort((a, b) => a - b);
    }
    return taken;
  }

  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    return state.read(DRAWN)?.node === node ? MAX_NODE_SCORE : 0;
  }
}
