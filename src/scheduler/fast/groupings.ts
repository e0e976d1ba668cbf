import type { CycleState } from "../framework/cycle-state.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { NodeTable } from "./node-table.js";
import type { WeightedStaticScore } from "./plugin-parts.js";
import { PodParts } from "./pod-parts.js";
import { StaticGroups } from "./static-groups.js";

/** Beyond this many the shared ones are forgotten; whoever holds one keeps it. */
const MAX_SHARED = 256;

/** The static scores of a shape: by any pod of it, and what PreScore wrote. */
export interface StaticScoring {
  readonly pod: PodInfo;
  readonly state: CycleState;
  readonly scores: readonly WeightedStaticScore[];
}

/** Divisions of the nodes by topology keys and static scores, shared by all shapes for which they are the same. */
export class Groupings {
  private readonly shared = new Map<string, StaticGroups>();
  /** By the static scores that are asked, as a text. */
  private readonly parts = new Map<string, PodParts>();

  constructor(private readonly table: NodeTable) {}

  get all(): Iterable<StaticGroups> {
    return this.shared.values();
  }

  /** Who comes from now on gets new ones. */
  forget(): void {
    this.shared.clear();
  }

  of(keys: readonly string[], { pod, state, scores }: StaticScoring): StaticGroups {
    const names = scores.map(({ plugin }) => plugin.name).join();
    let parts = this.parts.get(names);
    if (parts === undefined) {
      parts = new PodParts(scores.map(({ plugin }) => plugin));
      this.parts.set(names, parts);
    }
    const text = [...keys, "", names, ...parts.of(pod)].join("\n");
    let groups = this.shared.get(text);
    if (groups === undefined) {
      groups = new StaticGroups(this.table, keys, scores.length, (node, i) =>
        scores[i]!.plugin.score(state, pod, node),
      );
      if (this.shared.size >= MAX_SHARED) this.forget();
      this.shared.set(text, groups);
    }
    return groups;
  }
}
