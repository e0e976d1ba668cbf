import type { FieldIssues } from "./field-issue.js";

/** What a trigger may lack in a manifest, though its definition requires it. */
interface WrittenTrigger {
  readonly type?: string | null;
  readonly metadata?: object | null;
  readonly authenticationRef?: { readonly name?: string | null } | null;
}

/** What the definitions of KEDA's kinds require of `spec.triggers`. */
export function validateTriggers(
  triggers: readonly (WrittenTrigger | null)[] | null | undefined,
  issues: FieldIssues,
): void {
  if (triggers == null) {
    issues.required("spec.triggers");
    return;
  }
  for (const [i, trigger] of triggers.entries()) {
    const field = `spec.triggers[${i}]`;
    if (trigger?.type == null) issues.required(`${field}.type`);
    if (trigger?.metadata == null) issues.required(`${field}.metadata`);
    const reference = trigger?.authenticationRef;
    if (reference != null && reference.name == null) {
      issues.required(`${field}.authenticationRef.name`);
    }
  }
}
