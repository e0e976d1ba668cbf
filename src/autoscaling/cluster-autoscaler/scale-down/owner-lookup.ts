import type { Kind } from "../../../api/kinds.js";
import type { InformerFactory } from "../../../store/informer-factory.js";
import type { Owners } from "../drain/drain-rules.js";

/** Kinds that own pods, as far as the autoscaler knows them. */
const OWNER_KINDS = [
  "ReplicationController",
  "ReplicaSet",
  "StatefulSet",
  "Job",
  "DaemonSet",
] as const satisfies readonly Kind[];

/** Who owns pods, by what the watches tell. */
export function ownersFrom(informers: Pick<InformerFactory, "informer">): Owners {
  const byKind = new Map<
    string,
    (namespace: string, name: string) => { spec: unknown } | undefined
  >(
    OWNER_KINDS.map((kind) => {
      const informer = informers.informer(kind);
      return [kind, (namespace, name) => informer.find(namespace, name)];
    }),
  );
  return {
    find(kind, namespace, name) {
      const found = byKind.get(kind)?.(namespace, name);
      if (found === undefined) return undefined;
      const { replicas } = found.spec as { readonly replicas?: number };
      return { replicas: replicas ?? null };
    },
  };
}
