import type { Container, PodSpec } from "../api/kubernetes.js";
import type { ContainerRole } from "./pod-worker.js";

interface RestartRule {
  readonly action?: string;
  readonly exitCodes?: { readonly operator?: string; readonly values?: readonly number[] };
}

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
  if (own !== undefined && rulesOf(spec).some((rule) => matches(rule, exitCode))) return true;
  const policy = own ?? pod.restartPolicy ?? "Always";
  return policy === "Always" || (policy === "OnFailure" && failed);
}

function rulesOf(container: Container): readonly RestartRule[] {
  const { restartPolicyRules } = container as {
    readonly restartPolicyRules?: readonly RestartRule[];
  };
  return restartPolicyRules ?? [];
}

function matches({ exitCodes }: RestartRule, exitCode: number): boolean {
  const { operator, values = [] } = exitCodes ?? {};
  if (operator === "In") return values.includes(exitCode);
  return operator === "NotIn" && !values.includes(exitCode);
}
