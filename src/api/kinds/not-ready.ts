interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

/** What the condition Ready says where it is False; null otherwise. */
export function notReady(conditions: readonly Condition[] = []): string | null {
  const ready = conditions.find(({ type }) => type === "Ready");
  return ready?.status === "False" ? (ready.message ?? "is not ready") : null;
}
