import type { Engine, HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";

/** Keys that are looked at once at the end of the instant in which they were named, however often. */
export class KeyQueue {
  private readonly keys = new Set<string>();
  private readonly drain: HandlerId;

  constructor(
    private readonly engine: Engine,
    name: string,
    sync: (key: string) => void,
  ) {
    this.drain = engine.registerHandler(name, () => {
      const keys = [...this.keys];
      this.keys.clear();
      for (const key of keys) sync(key);
    });
  }

  add(key: string): void {
    if (this.keys.size === 0) this.engine.scheduleAt(this.engine.now, Phase.react, this.drain);
    this.keys.add(key);
  }
}
