/** Who has the volume. */
interface Holders {
  /** The pods that use it on other nodes; none: they are gone already. */
  readonly users: readonly { readonly namespace: string; readonly name: string }[];
  /** The words of v1.37 and later. */
  readonly saysWaitingForDetach: boolean;
}

/**
 * What a pod is told whose volume is attached to another node. Pods of other namespaces are counted, not
 * named. Source: upstream's `reportMultiAttachError`.
 */
export function multiAttachMessage(
  volumeName: string,
  namespace: string,
  { users, saysWaitingForDetach }: Holders,
): string {
  const prefix = saysWaitingForDetach ? "Waiting for detach" : "Multi-Attach error";
  const start = `${prefix} for volume "${volumeName}"`;
  if (users.length === 0) {
    const rest = saysWaitingForDetach
      ? ", waiting on detach before it can be attached to another node"
      : " and can't be attached to another";
    return `${start} Volume is already exclusively attached to one node${rest}`;
  }
  const names = users.filter((user) => user.namespace === namespace).map(({ name }) => name);
  const others = users.length - names.length;
  const elsewhere = `${others} pod(s) in different namespaces`;
  if (names.length === 0) return `${start} Volume is already used by ${elsewhere}`;
  const here = `${start} Volume is already used by pod(s) ${names.join(", ")}`;
  return others === 0 ? here : `${here} and ${elsewhere}`;
}
