import type { NodeAffinity as ApiNodeAffinity, NodeSelectorTerm } from "../../../api/kubernetes.js";
import {
  CompiledNodeSelector,
  PreferredNodeTerms,
  RequiredNodeAffinity,
} from "../../../api/node-selector.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import {
  type FilterPlugin,
  type NormalizeScorePlugin,
  PRE_FILTER_SUCCESS,
  type PreFilterPlugin,
  type PreFilterResult,
  type PreScorePlugin,
  type Result,
  type UniformScore,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { Reads } from "../../framework/reads.js";
import { Status } from "../../framework/status.js";
import { defaultNormalizeScore } from "../normalize-score.js";
import { signNodeAffinity } from "../pod-signature.js";

const NAME = "NodeAffinity";
const refusal = (reason: string): Status =>
  new Status("UnschedulableAndUnresolvable", [reason], NAME);
const POD_MISMATCH = refusal("node(s) didn't match Pod's node affinity/selector");
const ENFORCED_MISMATCH = refusal("node(s) didn't match scheduler-enforced node affinity");
const CONFLICT = refusal("pod affinity terms conflict");
const SKIP = new Status("Skip", [], NAME);

export interface NodeAffinityArgs {
  /** Holds for every pod of the profile, beside the pod's own affinity. */
  readonly addedAffinity?: ApiNodeAffinity;
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((name) => b.has(name)));
}

/** A term's nodes if it names them by `metadata.name`; null if it does not. */
function namedNodes(term: NodeSelectorTerm): ReadonlySet<string> | null {
  let names: ReadonlySet<string> | null = null;
  for (const field of term.matchFields ?? []) {
    if (field.key !== "metadata.name" || field.operator !== "In") continue;
    const values: ReadonlySet<string> = new Set(field.values ?? []);
    names = names === null ? values : intersection(names, values);
  }
  return names;
}

/** `nodeSelector`, node affinity, and the affinity that the profile adds. */
export class NodeAffinity
  implements PreFilterPlugin, FilterPlugin, PreScorePlugin, NormalizeScorePlugin
{
  readonly name = NAME;
  readonly reads: Reads = {
    pod: ["requiredNodeAffinity", "preferredNodeAffinity", "spec.affinity.nodeAffinity"],
    node: ["name", "labels"],
  };
  readonly preFilterExtensions = null;
  private readonly addedRequired: CompiledNodeSelector | null;
  private readonly addedPreferred: PreferredNodeTerms;

  constructor(
    args: NodeAffinityArgs,
    private readonly options: {
      readonly preScoreSkip: boolean;
      /** See the gate NodeAffinityConflictOfOneTerm. */
      readonly conflictOfOneTerm: boolean;
      readonly queueingHints: boolean;
    },
  ) {
    const required = args.addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    this.addedRequired = required === undefined ? null : new CompiledNodeSelector(required);
    this.addedPreferred = new PreferredNodeTerms(
      args.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [],
    );
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const updates = this.options.queueingHints ? Action.UpdateNodeLabel : Action.Update;
    return [
      {
        event: clusterEvent("Node", Action.Add, updates),
        hint: (pod, before, after) => {
          if (after?.kind !== "Node") return "Skip";
          const wanted = new RequiredNodeAffinity(pod.spec);
          const fits = (node: typeof after): boolean =>
            (this.addedRequired === null || this.addedRequired.matches(node)) &&
            wanted.matches(node);
          if (!fits(after)) return "Skip";
          return before?.kind === "Node" && fits(before) ? "Skip" : "Queue";
        },
      },
    ];
  }

  signPod({ template }: PodInfo): string {
    return signNodeAffinity(template.spec);
  }

  preFilter(_state: CycleState, pod: PodInfo): PreFilterResult {
    const { spec, requiredNodeAffinity } = pod.template;
    if (this.addedRequired === null && requiredNodeAffinity.isEmpty) {
      return { status: SKIP, nodeNames: null };
    }
    const terms =
      spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
        ?.nodeSelectorTerms ?? [];
    const nodeNames = new Set<string>();
    for (const term of terms) {
      const names = namedNodes(term);
      // Terms are alternatives: one that names no node leaves all nodes open.
      if (names === null) return PRE_FILTER_SUCCESS;
      if (names.size === 0 && this.options.conflictOfOneTerm) {
        return { status: CONFLICT, nodeNames: null };
      }
      for (const name of names) nodeNames.add(name);
    }
    if (terms.length === 0) return PRE_FILTER_SUCCESS;
    if (nodeNames.size === 0) return { status: CONFLICT, nodeNames: null };
    return { status: null, nodeNames };
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    if (this.addedRequired !== null && !this.addedRequired.matches(node)) return ENFORCED_MISMATCH;
    return pod.template.requiredNodeAffinity.matches(node) ? null : POD_MISMATCH;
  }

  preScore(_state: CycleState, pod: PodInfo): Result {
    const nothing = this.addedPreferred.isEmpty && pod.template.preferredNodeAffinity.isEmpty;
    return nothing && this.options.preScoreSkip ? SKIP : null;
  }

  uniformScore(_state: CycleState, pod: PodInfo): UniformScore | null {
    const nothing = this.addedPreferred.isEmpty && pod.template.preferredNodeAffinity.isEmpty;
    return nothing ? { raw: 0, normalized: 0 } : null;
  }

  /** The sum of the weights of the preferred terms that hold on the node. */
  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    return this.addedPreferred.score(node) + pod.template.preferredNodeAffinity.score(node);
  }

  normalizeScore(
    _state: CycleState,
    _pod: PodInfo,
    _nodes: readonly NodeInfo[],
    scores: Float64Array,
  ): void {
    defaultNormalizeScore(scores, { reverse: false });
  }
}
