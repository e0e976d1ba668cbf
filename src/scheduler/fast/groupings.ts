import type { CycleState } from "../framework/cycle-state.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { WeightedStaticScore } from "./fast-profile.js";
import type { NodeTable } from "./node-table.js";
import { StaticGroups } from "./static-groups.js";

/** Beyond this many the shared ones are forgotten; whoever holds one keeps it. */
const MAX_SHARED = 256;

/** The static scores of a shape: by any pod of it, and what PreScore wrote. */
export interface StaticScoring {
  readonly pod: PodInfo;
  readonly state: CycleState;
  readonly scores: readonly WeightedStaticScore[];
}

/**
 * Divisions of the nodes by topology keys and static scores, shared by all shapes for which they are
 * the same: the scores read tolerations and preferences for nodes, nothing else of a pod.
 */
export class Groupings {
  private readonly shared = new Map<string, StaticGroups>();

  constructor(private readonly table: NodeTable) {}

  get all(): Iterable<StaticGroups> {
    return this.shared.values();
  }

  /** Who comes from now on gets new ones. */
  forget(): void {
    this.shared.clear();
  }

  of(keys: readonly string[], { pod, state, scores }: StaticScoring): StaticGroups {
    const text = `${keys.join("\n")}\n\n${scoringText(pod, scores)}`;
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

/** All of a pod that static scores read. */
function scoringText({ template }: PodInfo, scores: readonly WeightedStaticScore[]): string {
  let text = "";
  for (const { plugin } of scores) text += `${plugin.name} `;
  if (text === "") return text;
  const { tolerations, spec } = template;
  const preferred = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  if (tolerations.length > 0) text += JSON.stringify(tolerations);
  if (preferred !== undefined) text += JSON.stringify(preferred);
  return text;
}
