import type { Container, PodSpec } from "../api/kubernetes.js";
import type { ContainerRole } from "./pod-worker.js";

interface RestartRule {
  readonly action?: string;
  readonly exitCodes?: { readonly operator?: string; readonly values?: readonly number[] };
}

const NO_RULES: readonly RestartRule[] = [];

/**
 * Whether a container that ended with the code is started again: by the first of its own rules that matches, else by its
 * own policy, else by its pod's; sidecars always, and init containers that have succeeded never.
 * Source: Kubernetes, "Pod Lifecycle: Container restarts"; KEP-5307; upstream's `ContainerShouldRestart`.
 */
export function isRestarted(
  { spec, role }: { readonly spec: Container; readonly role: ContainerRole },
  pod: Pick<PodSpec, "restartPolicy">,
  exitCode: number,
): boolean {
  if (role === "sidecar") return true;
  const failed = exitCode !== 0;
  if (role === "init" && !failed) return false;
  const own = spec.restartPolicy ?? undefined;
  if (own !== undefined && ruleFor(spec, exitCode) !== undefined) return true;
  const policy = own ?? pod.restartPolicy ?? "Always";
  return policy === "Always" || (policy === "OnFailure" && failed);
}

/**
 * Whether such an end of a container has all of its pod's containers started anew, where the kubelet does that.
 * Source: KEP-5532; upstream's `ShouldAllContainersRestart`.
 */
export function restartsAll({ spec }: { readonly spec: Container }, exitCode: number): boolean {
  return ruleFor(spec, exitCode)?.action === "RestartAllContainers";
}

/** Whether an end of the container may have all of its pod's begin anew. */
export function mayRestartAll({ spec }: { readonly spec: Container }): boolean {
  return rulesOf(spec).some(({ action }) => action === "RestartAllContainers");
}

/** The first rule that matches. */
function ruleFor(container: Container, exitCode: number): RestartRule | undefined {
  return rulesOf(container).find((rule) => matches(rule, exitCode));
}

function rulesOf(container: Container): readonly RestartRule[] {
  const { restartPolicyRules } = container as {
    readonly restartPolicyRules?: readonly RestartRule[];
  };
  return restartPolicyRules ?? NO_RULES;
}

function matches({ exitCodes }: RestartRule, exitCode: number): boolean {
  const { operator, values = [] } = exitCodes ?? {};
  if (operator === "In") return values.includes(exitCode);
  return operator === "NotIn" && !values.includes(exitCode);
}
