import type { CycleState } from "../framework/cycle-state.js";
import type { Handle, ReservePlugin, ScorePlugin, UniformScore } from "../framework/interfaces.js";
import type { PodInfo } from "../framework/pod-info.js";

const ALIKE: UniformScore = { raw: 0, normalized: 0 };

/**
 * Round robin: the first node that fits after the one that was chosen last, in the order of the
 * cluster's nodes and round its end. Nothing else scores beside it. What was chosen last counts by its
 * place where it has left the cluster.
 *
 * Source: next fit of D. S. Johnson, "Near-optimal bin packing algorithms", MIT, 1973, with nodes that
 * stay open; L. Kleinrock, "Analysis of a time-shared processor", 1964, for the name.
 */
export class RoundRobin implements ScorePlugin, ReservePlugin {
  readonly name = "RoundRobin";
  /** Position of the node that was chosen last, and its name. */
  private position = -1;
  private last = "";

  constructor(private readonly handle: Handle) {}

  searchFrom(): number {
    const { nodes } = this.handle.snapshot;
    if (this.position < 0 || nodes.length === 0) return 0;
    if (nodes[this.position]?.name === this.last) return (this.position + 1) % nodes.length;
    const at = nodes.findIndex(({ name }) => name === this.last);
    // Who stood behind it has moved up to its place.
    return at < 0 ? this.position % nodes.length : (at + 1) % nodes.length;
  }

  reserve(_state: CycleState, _pod: PodInfo, nodeName: string): null {
    const { nodes } = this.handle.snapshot;
    const from = this.searchFrom();
    for (let i = 0; i < nodes.length; i += 1) {
      const position = (from + i) % nodes.length;
      if (nodes[position]!.name !== nodeName) continue;
      this.position = position;
      this.last = nodeName;
      break;
    }
    return null;
  }

  unreserve(): [] {
    return [];
  }

  uniformScore(): UniformScore {
    return ALIKE;
  }

  score(): number {
    return ALIKE.raw;
  }
}
