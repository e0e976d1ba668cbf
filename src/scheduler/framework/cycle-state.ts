import type { FilterPlugin } from "./interfaces.js";

/** Data of one plugin in a {@link CycleState}. `clone` is asked before a what-if changes it. */
export interface StateData {
  clone(): StateData;
}

/** Names one plugin's data, with its type. Compared by identity. */
export class StateKey<T extends StateData> {
  /** Only for the type; never set. */
  declare readonly type: T;
  constructor(readonly name: string) {}
}

/**
 * What the plugins of one scheduling cycle hand from one extension point to the next: written once
 * (PreFilter, PreScore), read often. A what-if (nominated pods, preemption) works on a clone.
 */
export class CycleState {
  /** Null until something is written: in most cycles nothing is. */
  private data: Map<StateKey<StateData>, StateData> | null = null;
  /** Plugins whose PreFilter said Skip: their Filter and PreFilter extensions do not run. */
  skipFilterPlugins: ReadonlySet<string> = EMPTY;
  /** Filters that this cycle asks, once PreFilter has passed; null before: all of them. */
  filterPlugins: readonly FilterPlugin[] | null = null;
  /** Plugins whose PreFilter did not pass or did not run, since one refused the pod as a whole. */
  unpreparedPlugins: ReadonlySet<string> = EMPTY;
  /** Plugins whose PreScore said Skip: their Score does not run. */
  skipScorePlugins: ReadonlySet<string> = EMPTY;

  /** The data behind `key`, or undefined when nothing was written. */
  read<T extends StateData>(key: StateKey<T>): T | undefined {
    return this.data?.get(key) as T | undefined;
  }

  write<T extends StateData>(key: StateKey<T>, value: T): void {
    this.data ??= new Map();
    this.data.set(key, value);
  }

  /** Takes over what plugins wrote elsewhere. */
  adopt({ data }: CycleState): void {
    for (const [key, value] of data ?? []) this.write(key, value);
  }

  clone(): CycleState {
    const copy = new CycleState();
    copy.skipFilterPlugins = this.skipFilterPlugins;
    copy.filterPlugins = this.filterPlugins;
    copy.unpreparedPlugins = this.unpreparedPlugins;
    copy.skipScorePlugins = this.skipScorePlugins;
    for (const [key, value] of this.data ?? []) copy.write(key, value.clone());
    return copy;
  }
}

const EMPTY: ReadonlySet<string> = new Set();
