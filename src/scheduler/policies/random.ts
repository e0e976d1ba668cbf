import { type CycleState, type StateData, StateKey } from "../framework/cycle-state.js";
import {
  type Handle,
  MAX_NODE_SCORE,
  type PreScorePlugin,
  type ScorePlugin,
} from "../framework/interfaces.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";

/** The node that a draw has chosen. */
export class DrawnNode implements StateData {
  constructor(readonly node: NodeInfo | null) {}

  clone(): this {
    return this;
  }
}

const DRAWN = new StateKey<DrawnNode>("Random");

/**
 * One of the nodes that fit, each as likely as the others, by a random stream of its own: the draw belongs
 * to the scheduling cycle.
 *
 * Source: the policy that others are measured against in M. Mitzenmacher, "The power of two choices in
 * randomized load balancing", IEEE Transactions on Parallel and Distributed Systems 12, 2001.
 */
export class RandomNode implements PreScorePlugin, ScorePlugin {
  readonly name = "Random";

  constructor(private readonly handle: Handle) {}

  preScore(state: CycleState, _pod: PodInfo, nodes: readonly NodeInfo[]): null {
    const drawn = Math.floor(this.handle.draw("random", 0) * nodes.length);
    state.write(DRAWN, new DrawnNode(nodes[drawn] ?? null));
    return null;
  }

  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    return state.read(DRAWN)?.node === node ? MAX_NODE_SCORE : 0;
  }
}
