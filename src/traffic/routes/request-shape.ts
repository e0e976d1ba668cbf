/** What the requests of a traffic say, as far as routes tell requests apart. */
export interface RequestShape {
  /** Null: one that the route has, whichever. */
  readonly host: string | null;
  /** From `/` on, without a query. */
  readonly path: string;
  readonly method: string;
  /** By name; upper and lower case are the same. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parameters of the query, by name. */
  readonly query: Readonly<Record<string, string>>;
}

/** A request that says nothing. */
export const ANY_REQUEST: RequestShape = Object.freeze({
  host: null,
  path: "/",
  method: "GET",
  headers: {},
  query: {},
});

/**
 * How well a host is met by one that may begin with `*.`: 2 exactly, 1 by the wildcard, 0 not at all. Case does not count.
 * The wildcard of an Ingress stands for one label, that of a Gateway's route for one or more.
 */
export function hostMatch(host: string, pattern: string, wildcard: "oneLabel" | "labels"): number {
  const wanted = pattern.toLowerCase();
  const given = host.toLowerCase();
  if (given === wanted) return 2;
  if (!wanted.startsWith("*.") || !given.endsWith(wanted.slice(1))) return 0;
  const stands = given.slice(0, given.length - wanted.length + 1);
  if (stands === "") return 0;
  return wildcard === "labels" || !stands.includes(".") ? 1 : 0;
}

/** Whether a path begins with the elements of another: `/a` and `/a/b` with `/a/`, `/ab` not. */
export function hasPathPrefix(path: string, prefix: string): boolean {
  const bare = prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
  return path === bare || path.startsWith(`${bare}/`);
}
