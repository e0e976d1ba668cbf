/** A user's largest share of any resource, and which resource that is: the first of equals, null where nothing is used. */
export function dominantShare(usage: readonly number[], capacity: readonly number[]) {
  let share = 0;
  let resource: number | null = null;
  for (const [r, used] of usage.entries()) {
    const part = used === 0 ? 0 : used / capacity[r]!;
    if (part > share) [share, resource] = [part, r];
  }
  return { share, resource };
}
