import type { JsonObject } from "../controllers/compare.js";
import type { Action } from "./ca-cloud.js";

interface Wanted {
  readonly at: number;
  readonly do: string;
  readonly group?: string;
  readonly by?: number;
  readonly nodes?: readonly string[];
  readonly pod?: string;
  readonly ok?: boolean;
  readonly count?: number;
}

/** What actions have in common whose nodes or pods are counted together. */
const kindOf = ({ at, do: what, group, by, ok }: Wanted): string =>
  JSON.stringify([at, what, group ?? null, by ?? null, ok ?? true]);

/** By kind: the nodes or pods of all its actions, sorted, and how many there are. */
function byKind(actions: readonly Wanted[]) {
  const kinds = new Map<string, { names: string[]; count: number; isCounted: boolean }>();
  for (const action of actions) {
    const { nodes = [], pod, count } = action;
    const kind = kindOf(action);
    const known = kinds.get(kind) ?? { names: [], count: 0, isCounted: false };
    const names = pod === undefined ? nodes : [pod];
    known.names.push(...names);
    known.count += count ?? Math.max(1, names.length);
    known.isCounted ||= count !== undefined;
    kinds.set(kind, known);
  }
  return kinds;
}

/** What is asserted of the actions and does not hold; nothing later than `until`, in seconds. */
export function actionDifferences(
  wanted: readonly JsonObject[],
  actions: readonly Action[],
  until = Number.POSITIVE_INFINITY,
): readonly string[] {
  const want = byKind(wanted as unknown as readonly Wanted[]);
  const moments = new Set((wanted as unknown as readonly Wanted[]).map(({ at }) => at));
  const isAsserted = ({ at }: Action): boolean => at < until || (at === until && moments.has(at));
  const have = byKind(actions.filter(isAsserted));
  const found: string[] = [];
  for (const kind of new Set([...want.keys(), ...have.keys()])) {
    const wants = want.get(kind);
    const has = have.get(kind);
    if (wants === undefined) found.push(`action ${kind} ${has!.names.join()}: was not expected`);
    else if (has === undefined) found.push(`action ${kind} ${wants.names.join()}: did not happen`);
    else if (wants.isCounted) {
      if (wants.count !== has.count) {
        found.push(`action ${kind}: expected ${wants.count}, got ${has.count}`);
      }
    } else if (wants.names.sort().join() !== has.names.sort().join()) {
      found.push(`action ${kind}: expected ${wants.names.join()}, got ${has.names.join()}`);
    }
  }
  return found;
}
