import type { PersistentVolume } from "../../../api/volumes/claims.js";

export const HOSTNAME = "kubernetes.io/hostname";

/** Hostnames in the required affinity of a volume, term by term; an empty list: the term names none. */
function hostnamesByTerm(volume: PersistentVolume): readonly (readonly string[])[] {
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.map(({ matchExpressions = [] }) => {
    const lists = matchExpressions
      .filter(({ key, operator }) => key === HOSTNAME && operator === "In")
      .map(({ values = [] }) => values);
    const [first = [], ...others] = lists;
    return first.filter((name) => others.every((values) => values.includes(name)));
  });
}

/** Hostnames in the required affinity of a volume, over all of its terms. */
export function hostnamesOf(volume: PersistentVolume): readonly string[] {
  return hostnamesByTerm(volume).flat();
}

const onlyHostnames = new WeakMap<PersistentVolume["spec"], ReadonlySet<string> | null>();

/** The only hostnames that the volume can be used from; null where a term, or nothing, names none. */
export function onlyHostnamesOf(volume: PersistentVolume): ReadonlySet<string> | null {
  let known = onlyHostnames.get(volume.spec);
  if (known === undefined) {
    const terms = hostnamesByTerm(volume);
    const isOpen = terms.length === 0 || terms.some((names) => names.length === 0);
    known = isOpen ? null : new Set(terms.flat());
    onlyHostnames.set(volume.spec, known);
  }
  return known;
}
