import { CycleState, type StateData, type StateKey } from "../framework/cycle-state.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";

/**
 * The state of a cycle whose PreFilter did not have to run: it runs when somebody (preemption) first
 * asks for what it would have written.
 */
export class LazyCycleState extends CycleState {
  private filled = false;

  constructor(
    private readonly framework: Framework,
    private readonly pod: PodInfo,
    /** What some plugins have written already. */
    private readonly known: CycleState | null,
  ) {
    super();
  }

  private fill(): void {
    if (this.filled) return;
    this.filled = true;
    this.framework.runPreFilterPlugins(this, this.pod);
    if (this.known !== null) this.adopt(this.known);
  }

  override read<T extends StateData>(key: StateKey<T>): T | undefined {
    this.fill();
    return super.read(key);
  }

  override clone(): CycleState {
    this.fill();
    return super.clone();
  }
}
