import type { ContainerState, PodVersion } from "../../api/pod-version.js";
import type {
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement as ExitCodes,
  PodFailurePolicyRule,
} from "../../api/schemas/types.js";

/** What the first rule that matches a failed pod says. */
export interface PolicyVerdict {
  /** Null where no rule matches. */
  readonly action: "Ignore" | "FailIndex" | "Count" | "FailJob" | null;
  /** Whether the failure counts towards the limits. */
  readonly counts: boolean;
  /** Why the Job fails, where the rule says that it does. */
  readonly failsJob: string | null;
}

const NO_VERDICT: PolicyVerdict = { action: null, counts: true, failsJob: null };

type Rule = Partial<PodFailurePolicyRule>;

/**
 * The verdict on a failed pod. A rule whose action is not known is passed over.
 * Source: Kubernetes, "Jobs: Pod failure policy"; KEP-3329. `failsIndex`: gate JobBackoffLimitPerIndex.
 */
export function podFailureVerdict(
  policy: PodFailurePolicy | undefined | null,
  pod: PodVersion,
  failsIndex: boolean,
): PolicyVerdict {
  for (const [at, rule] of (policy?.rules ?? []).entries()) {
    const match = matchOf(rule, pod);
    if (match === null) continue;
    switch (rule.action) {
      case "Ignore":
        return { action: "Ignore", counts: false, failsJob: null };
      case "FailIndex":
        if (failsIndex) return { action: "FailIndex", counts: true, failsJob: null };
        break;
      case "Count":
        return { action: "Count", counts: true, failsJob: null };
      case "FailJob":
        return {
          action: "FailJob",
          counts: true,
          failsJob: `${match} matching FailJob rule at index ${at}`,
        };
    }
  }
  return NO_VERDICT;
}

/** What of the pod the rule matches, in words; null where nothing does. */
function matchOf(rule: Rule, pod: PodVersion): string | null {
  const where = `${pod.namespace}/${pod.name}`;
  if (rule.onExitCodes != null) {
    const { containers, initContainers } = pod.status;
    const ended =
      endedWith(containers, rule.onExitCodes) ?? endedWith(initContainers, rule.onExitCodes);
    if (ended === undefined) return null;
    return `Container ${ended.name} for pod ${where} failed with exit code ${ended.exitCode}`;
  }
  const patterns = rule.onPodConditions ?? [];
  const condition = pod.status.conditions.find(({ type, status }) =>
    patterns.some((pattern) => pattern.type === type && (pattern.status ?? "True") === status),
  );
  return condition === undefined ? null : `Pod ${where} has condition ${condition.type}`;
}

/** The first container that failed with an exit code that is asked for. */
function endedWith(
  containers: readonly ContainerState[],
  { containerName, operator, values }: ExitCodes,
): ContainerState | undefined {
  return containers.find(({ name, state, exitCode }) => {
    if (state !== "terminated" || exitCode === null || exitCode === 0) return false;
    if (containerName != null && containerName !== name) return false;
    if (operator === "In") return values.includes(exitCode);
    return operator === "NotIn" && !values.includes(exitCode);
  });
}
