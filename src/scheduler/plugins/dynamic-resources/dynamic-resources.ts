import type { CycleState } from "../../framework/cycle-state.js";
import type {
  FilterPlugin,
  Handle,
  PostFilterPlugin,
  PostFilterResult,
  PreBindPlugin,
  PreBindStep,
  PreEnqueuePlugin,
  PreFilterPlugin,
  PreFilterResult,
  PreScorePlugin,
  ReservePlugin,
  Result,
  ScorePlugin,
  UniformScore,
} from "../../framework/interfaces.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";

const NAME = "DynamicResources";
const SKIP = new Status("Skip", [], NAME);
const SKIPPED: PreFilterResult = { status: SKIP, nodeNames: null };
const NO_SCORE: UniformScore = { raw: 0, normalized: 0 };

/** Devices for pods with resource claims. */
export class DynamicResources
  implements
    PreEnqueuePlugin,
    PreFilterPlugin,
    FilterPlugin,
    PostFilterPlugin,
    PreScorePlugin,
    ScorePlugin,
    ReservePlugin,
    PreBindPlugin
{
  readonly name = NAME;
  readonly preFilterExtensions = null;

  constructor(private readonly handle: Pick<Handle, "features">) {}

  preEnqueue(): Result {
    return null;
  }

  concerns({ template }: PodInfo): boolean {
    return (template.spec.resourceClaims ?? []).length > 0;
  }

  preFilter(): PreFilterResult {
    return SKIPPED;
  }

  filter(): Result {
    return null;
  }

  postFilter(state: CycleState): PostFilterResult {
    // Where an earlier plugin refused the pod for good, PreFilter has not come to this one.
    if (state.unpreparedPlugins.has(NAME)) return answer("Error", ["not found"]);
    const saysSo = this.handle.features.DynamicResourcesSaysNothingToDeallocate;
    return answer("Unschedulable", saysSo ? ["no new claims to deallocate"] : []);
  }

  preScore(): Result {
    return SKIP;
  }

  uniformScore(): UniformScore {
    return NO_SCORE;
  }

  score(): number {
    return 0;
  }

  reserve(): Result {
    return null;
  }

  unreserve(): void {}

  preBind(): readonly PreBindStep[] {
    return [];
  }
}

function answer(code: "Unschedulable" | "Error", reasons: readonly string[]): PostFilterResult {
  return {
    status: new Status(code, reasons, NAME),
    nominatedNodeName: null,
    victims: [],
    candidates: [],
    clearedNominations: [],
  };
}
